#include <fmt/format.h>

#include <chrono>

#include "base/text.hpp"
#include "mapping/email.hpp"

namespace godwit::mapping {
namespace {

using std::chrono::milliseconds;

/// Reads digits from the front of a date.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    const auto value = parse_number<unsigned>(rest_.substr(0, count));
    if (!value || rest_.size() < count) {
      bad_ = true;
      return 0;
    }
    rest_.remove_prefix(count);
    return static_cast<int>(*value);
  }
  bool skip(char c) {
    const bool found = rest_.starts_with(c);
    if (found) rest_.remove_prefix(1);
    return found;
  }
  /// Digits after the seconds' point; what is finer than milliseconds goes.
  int fraction() {
    int value = 0;
    int scale = 100;
    bool any = false;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      value += (rest_.front() - '0') * scale;
      scale /= 10;
      rest_.remove_prefix(1);
      any = true;
    }
    bad_ = bad_ || !any;
    return value;
  }
  bool done() const { return rest_.empty() && !bad_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool bad_ = false;
};

struct Parts {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<milliseconds> time;
};

Parts parts(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<milliseconds>(time - day)};
}

}  // namespace

std::string format_dashed_date(Time time) {
  const auto [day, clock] = parts(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string format_compact_date(Time time) {
  const auto [day, clock] = parts(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Result<Time> parse_date(std::string_view text) {
  DateReader in(trim(text));
  const int year = in.digits(4);
  in.skip('-');
  const int month = in.digits(2);
  in.skip('-');
  const int day = in.digits(2);
  int hours = 0, minutes = 0, seconds = 0, fraction = 0;
  if (in.skip('T')) {
    hours = in.digits(2);
    in.skip(':');
    minutes = in.digits(2);
    in.skip(':');
    seconds = in.digits(2);
    if (in.skip('.')) fraction = in.fraction();
    in.skip('Z');
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!in.done() || !date.ok() || year < 1601 || hours > 24 || minutes > 59 || seconds > 60) {
    return fail(Errc::malformed, "not a date");
  }
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(hours) +
         std::chrono::minutes(minutes) + std::chrono::seconds(seconds) + milliseconds(fraction);
}

}  // namespace godwit::mapping
