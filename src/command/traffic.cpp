#include "command/traffic.hpp"

#include <algorithm>

namespace godwit::command {
namespace {

using std::chrono::minutes;

Time begin_of(Time now) { return std::chrono::floor<minutes>(now); }

std::size_t place_of(Time begin) {
  const auto number = std::chrono::floor<minutes>(begin).time_since_epoch().count();
  return static_cast<std::size_t>(number) % Traffic::minutes_max;
}

}  // namespace

TrafficMinute& Traffic::at(Time now) {
  const Time begin = begin_of(now);
  TrafficMinute& minute = ring_.at(place_of(begin));
  if (minute.begin != begin) minute = {.begin = begin};
  return minute;
}

void Traffic::ended(Time now, int status) {
  TrafficMinute& minute = at(now);
  if (status == 0) {
    ++minute.parked;
  } else if (status >= 500) {
    ++minute.failed;
  } else if (status < 200 || status >= 400) {
    ++minute.refused;
  } else {
    ++minute.answered;
  }
}

void Traffic::woken(Time now, std::chrono::milliseconds took) {
  TrafficMinute& minute = at(now);
  ++minute.woken;
  minute.wake = std::max(minute.wake, took);
}

void Traffic::waiting(Time now, std::uint64_t requests) {
  TrafficMinute& minute = at(now);
  minute.waiting = std::max(minute.waiting, requests);
}

std::vector<TrafficMinute> Traffic::minutes(Time now) const {
  std::vector<TrafficMinute> out;
  out.reserve(minutes_max);
  const Time last = begin_of(now);
  for (std::size_t back = minutes_max; back-- > 0;) {
    const Time begin = last - std::chrono::minutes(back);
    const TrafficMinute& kept = ring_.at(place_of(begin));
    out.push_back(kept.begin == begin ? kept : TrafficMinute{.begin = begin});
  }
  return out;
}

}  // namespace godwit::command
