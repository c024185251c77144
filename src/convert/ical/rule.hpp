/// Recurrence rules: RFC 5545 3.3.10 as text, as values, as what a device can be told, and the
/// occurrences that they make.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "convert/ical/value.hpp"
#include "item/recurrence.hpp"

namespace godwit::convert::ical {

enum class Frequency : std::uint8_t { secondly, minutely, hourly, daily, weekly, monthly, yearly };

struct RuleDay {
  int nth = 0;           // 0: every one
  unsigned weekday = 0;  // 0 Sunday
  friend bool operator==(const RuleDay&, const RuleDay&) = default;
};

struct Rule {
  Frequency frequency = Frequency::daily;
  std::uint32_t interval = 1;
  std::optional<std::uint32_t> count;
  std::optional<Moment> until;
  std::vector<int> by_second{}, by_minute{}, by_hour{}, by_month_day{}, by_year_day{};
  std::vector<int> by_week{}, by_month{}, by_position{};
  std::vector<RuleDay> by_day{};
  unsigned week_start = 1;
  bool foreign = false;  // RSCALE or a part that we do not know: not expanded

  friend bool operator==(const Rule&, const Rule&) = default;
};

/// Errors: malformed, too_large. An interval of 0 counts as 1.
Result<Rule> parse_rule(std::string_view value);

/// What a device can be told; `exact` becomes false where that is less than the rule says.
/// `until`: the last start allowed, as Recurrence has it.
Recurrence recurrence_of(const Rule& rule, LocalTime start, std::optional<Time> until, bool& exact);
/// The rule's text, without UNTIL.
std::string rule_of(const Recurrence& recurrence);

/// Whether a device's recurrence says what is there: what older versions cannot say does not count.
bool same_pattern(const Recurrence& a, const Recurrence& b);

/// The occurrences of one rule in wall-clock time, in their order, from `start` on. Costs at most
/// expansion_steps_max looks at a day or a time.
class Expander {
 public:
  /// `until`: the last start allowed.
  Expander(const Rule& rule, LocalTime start, std::optional<LocalTime> until);
  /// Leaves out what lies before `from`, without walking there when the rule does not count.
  void seek(LocalTime from);
  /// Nothing: no more, or too costly.
  std::optional<LocalTime> next();
  /// It ended because it would have cost too much.
  bool gave_up() const { return gave_up_; }

 private:
  void fill();
  void fill_days(std::chrono::local_days first, std::chrono::local_days last);
  void fill_times();
  void advance_period();
  bool day_matches(std::chrono::local_days day) const;
  bool weekday_matches(std::chrono::local_days day) const;
  bool week_matches(std::chrono::local_days day) const;
  void add_times(std::chrono::local_days day, std::vector<LocalTime>& out) const;
  void keep_positions(std::vector<LocalTime>& all) const;
  std::chrono::seconds unit() const;
  bool spend(std::size_t steps);

  Rule rule_;
  LocalTime start_;
  std::optional<LocalTime> until_;
  LocalTime from_;
  LocalTime period_;  // where the present period begins; of hours and less: its time
  std::vector<LocalTime> ready_;
  std::size_t taken_ = 0;
  std::uint32_t counted_ = 0;
  std::size_t steps_ = 0;
  bool ended_ = false;
  bool gave_up_ = false;
};

}  // namespace godwit::convert::ical
