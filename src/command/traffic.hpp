/// What devices asked in the last hour, minute by minute: counts in a ring, in memory alone.
/// Everything runs on the loop thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.hpp"

namespace godwit::command {

struct TrafficMinute {
  Time begin{};
  // Requests by what became of them.
  std::uint32_t answered = 0, parked = 0, refused = 0, failed = 0;
  std::uint32_t woken = 0;           // that waited and were answered
  std::chrono::milliseconds wake{};  // what the slowest of those took from the change on
  std::uint64_t waiting = 0;         // most requests that waited at a time
};

class Traffic {
 public:
  static constexpr std::size_t minutes_max = 60;

  /// `status`: of HTTP, or below 200 of the command as a whole; 0: it is parked.
  void ended(Time now, int status);
  void woken(Time now, std::chrono::milliseconds took);
  void waiting(Time now, std::uint64_t requests);
  /// The last ones up to now, the oldest first; minutes without anything, too.
  std::vector<TrafficMinute> minutes(Time now) const;

 private:
  TrafficMinute& at(Time now);
  std::array<TrafficMinute, minutes_max> ring_{};
};

}  // namespace godwit::command
