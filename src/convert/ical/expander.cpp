/// Occurrences of a rule: period by period, the days in it that all BY parts allow, their times,
/// and of those the positions asked for. RFC 5545 3.3.10
#include <algorithm>

#include "convert/ical/limits.hpp"
#include "convert/ical/rule.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;
using chrono::days;
using chrono::local_days;
using chrono::seconds;
using chrono::year;
using chrono::year_month_day;

bool has(const std::vector<int>& numbers, int value) {
  return std::ranges::binary_search(numbers, value);
}
bool allows(const std::vector<int>& numbers, int value) {
  return numbers.empty() || has(numbers, value);
}
/// Also counted from the end of `size`.
bool allows(const std::vector<int>& numbers, int value, int size) {
  return numbers.empty() || has(numbers, value) || has(numbers, value - size - 1);
}

local_days first_of_year(year a_year) { return local_days(a_year / 1 / 1); }

int month_days(const year_month_day& date) {
  return static_cast<int>(
      static_cast<unsigned>(year_month_day(date.year() / date.month() / chrono::last).day()));
}

/// Where the first week of a year begins: the first with four days in it.
local_days first_week(year a_year, unsigned week_start) {
  const local_days first = first_of_year(a_year);
  const auto into = (chrono::weekday(first).c_encoding() + 7 - week_start) % 7;
  return into <= 3 ? first - days(into) : first + days(7 - into);
}

void set_defaults(Rule& rule, LocalTime start) {
  const auto day = chrono::floor<days>(start);
  const year_month_day date(day);
  const int own_month = static_cast<int>(static_cast<unsigned>(date.month()));
  const int own_day = static_cast<int>(static_cast<unsigned>(date.day()));
  if (rule.by_week.empty() && rule.by_year_day.empty() && rule.by_month_day.empty() &&
      rule.by_day.empty()) {
    if (rule.frequency == Frequency::yearly) {
      if (rule.by_month.empty()) rule.by_month = {own_month};
      rule.by_month_day = {own_day};
    } else if (rule.frequency == Frequency::monthly) {
      rule.by_month_day = {own_day};
    } else if (rule.frequency == Frequency::weekly) {
      rule.by_day = {{0, chrono::weekday(day).c_encoding()}};
    }
  }
  const chrono::hh_mm_ss clock(start - day);
  if (rule.by_hour.empty() && rule.frequency > Frequency::hourly) {
    rule.by_hour = {static_cast<int>(clock.hours().count())};
  }
  if (rule.by_minute.empty() && rule.frequency > Frequency::minutely) {
    rule.by_minute = {static_cast<int>(clock.minutes().count())};
  }
  if (rule.by_second.empty() && rule.frequency > Frequency::secondly) {
    rule.by_second = {static_cast<int>(clock.seconds().count())};
  }
}

}  // namespace

Expander::Expander(const Rule& rule, LocalTime start, std::optional<LocalTime> until)
    : rule_(rule), start_(start), until_(until), from_(start), period_(start) {
  if (rule_.foreign) ended_ = true;
  set_defaults(rule_, start);
  const auto day = chrono::floor<days>(start);
  const year_month_day date(day);
  switch (rule_.frequency) {
    case Frequency::yearly:
      period_ = first_of_year(date.year());
      break;
    case Frequency::monthly:
      period_ = local_days(date.year() / date.month() / 1);
      break;
    case Frequency::weekly:
      period_ = day - days((chrono::weekday(day).c_encoding() + 7 - rule_.week_start) % 7);
      break;
    case Frequency::daily:
      period_ = day;
      break;
    case Frequency::hourly:
    case Frequency::minutely:
    case Frequency::secondly:
      break;
  }
}

seconds Expander::unit() const {
  switch (rule_.frequency) {
    case Frequency::secondly:
      return seconds(1);
    case Frequency::minutely:
      return chrono::minutes(1);
    case Frequency::hourly:
      return chrono::hours(1);
    case Frequency::daily:
      return days(1);
    case Frequency::weekly:
      return chrono::weeks(1);
    case Frequency::monthly:
    case Frequency::yearly:
      break;
  }
  return {};
}

bool Expander::spend(std::size_t steps) {
  steps_ += steps;
  if (steps_ <= expansion_steps_max) return true;
  gave_up_ = ended_ = true;
  return false;
}

void Expander::seek(LocalTime from) {
  from_ = std::max(from_, from);
  // What is counted must be walked through.
  if (rule_.count || from <= period_) return;
  if (const seconds one = unit(); one != seconds(0)) {
    const seconds step = one * rule_.interval;
    const auto periods = (from - period_) / step - 1;
    if (periods > 0) period_ += step * periods;
    return;
  }
  const year_month_day at(chrono::floor<days>(period_));
  const year_month_day to(chrono::floor<days>(from));
  const auto interval = static_cast<int>(rule_.interval);
  if (rule_.frequency == Frequency::yearly) {
    const int periods = static_cast<int>((to.year() - at.year()).count()) / interval - 1;
    if (periods > 0) period_ = first_of_year(at.year() + chrono::years(periods * interval));
    return;
  }
  const auto months = (to.year() / to.month() - at.year() / at.month()).count();
  const auto periods = static_cast<int>(months) / interval - 1;
  if (periods <= 0) return;
  const auto month = at.year() / at.month() + chrono::months(periods * interval);
  period_ = local_days(month / 1);
}

std::optional<LocalTime> Expander::next() {
  for (;;) {
    while (taken_ < ready_.size()) {
      const LocalTime found = ready_[taken_++];
      if (found < start_) continue;
      if ((until_ && found > *until_) || (rule_.count && counted_ == *rule_.count)) {
        ended_ = true;
        ready_.clear();
        return std::nullopt;
      }
      ++counted_;
      if (found >= from_) return found;
    }
    if (ended_) return std::nullopt;
    fill();
  }
}

void Expander::fill() {
  ready_.clear();
  taken_ = 0;
  const auto day = chrono::floor<days>(period_);
  const year_month_day date(day);
  if (static_cast<int>(date.year()) > year_max || (until_ && period_ > *until_)) {
    ended_ = true;
    return;
  }
  switch (rule_.frequency) {
    case Frequency::yearly:
      fill_days(day, first_of_year(date.year() + chrono::years(1)));
      break;
    case Frequency::monthly:
      fill_days(day, day + days(month_days(date)));
      break;
    case Frequency::weekly:
      fill_days(day, day + days(7));
      break;
    case Frequency::daily:
      fill_days(day, day + days(1));
      break;
    case Frequency::hourly:
    case Frequency::minutely:
    case Frequency::secondly:
      fill_times();
      break;
  }
  if (!ended_) advance_period();
}

void Expander::advance_period() {
  const auto interval = static_cast<int>(rule_.interval);
  if (const seconds one = unit(); one != seconds(0)) {
    period_ += one * interval;
    return;
  }
  const year_month_day at(chrono::floor<days>(period_));
  if (rule_.frequency == Frequency::yearly) {
    period_ = first_of_year(at.year() + chrono::years(interval));
  } else {
    period_ = local_days((at.year() / at.month() + chrono::months(interval)) / 1);
  }
}

void Expander::fill_days(local_days first, local_days last) {
  std::vector<LocalTime> all;
  for (local_days day = first; day < last; day += days(1)) {
    if (!spend(1)) return;
    const year_month_day date(day);
    if (!allows(rule_.by_month, static_cast<int>(static_cast<unsigned>(date.month())))) {
      day = local_days(date.year() / date.month() / chrono::last);
      continue;
    }
    if (!day_matches(day)) continue;
    add_times(day, all);
    if (!spend(rule_.by_hour.size() * rule_.by_minute.size() * rule_.by_second.size())) return;
  }
  keep_positions(all);
  ready_ = std::move(all);
}

void Expander::fill_times() {
  const auto day = chrono::floor<days>(period_);
  if (!spend(1)) return;
  const chrono::hh_mm_ss clock(period_ - day);
  const bool fits = day_matches(day) &&
                    allows(rule_.by_hour, static_cast<int>(clock.hours().count())) &&
                    (rule_.frequency > Frequency::minutely ||
                     allows(rule_.by_minute, static_cast<int>(clock.minutes().count()))) &&
                    (rule_.frequency > Frequency::secondly ||
                     allows(rule_.by_second, static_cast<int>(clock.seconds().count())));
  if (!fits) return;
  std::vector<int> hours{static_cast<int>(clock.hours().count())};
  std::vector<int> minutes = rule_.by_minute;
  std::vector<int> secs = rule_.by_second;
  if (rule_.frequency <= Frequency::minutely) minutes = {static_cast<int>(clock.minutes().count())};
  if (rule_.frequency == Frequency::secondly) secs = {static_cast<int>(clock.seconds().count())};
  std::vector<LocalTime> all;
  for (const int hour : hours) {
    for (const int minute : minutes) {
      for (const int second : secs) {
        all.push_back(day + chrono::hours(hour) + chrono::minutes(minute) + seconds(second));
      }
    }
  }
  keep_positions(all);
  ready_ = std::move(all);
}

void Expander::add_times(local_days day, std::vector<LocalTime>& out) const {
  for (const int hour : rule_.by_hour) {
    for (const int minute : rule_.by_minute) {
      for (const int second : rule_.by_second) {
        out.push_back(day + chrono::hours(hour) + chrono::minutes(minute) + seconds(second));
      }
    }
  }
}

void Expander::keep_positions(std::vector<LocalTime>& all) const {
  if (rule_.by_position.empty()) return;
  std::vector<LocalTime> kept;
  const auto size = static_cast<int>(all.size());
  for (int i = 0; i < size; ++i) {
    if (allows(rule_.by_position, i + 1, size)) kept.push_back(all[static_cast<std::size_t>(i)]);
  }
  all = std::move(kept);
}

bool Expander::day_matches(local_days day) const {
  const year_month_day date(day);
  if (!allows(rule_.by_month, static_cast<int>(static_cast<unsigned>(date.month())))) return false;
  const auto of_month = static_cast<int>(static_cast<unsigned>(date.day()));
  if (!rule_.by_month_day.empty() && !allows(rule_.by_month_day, of_month, month_days(date))) {
    return false;
  }
  if (!rule_.by_year_day.empty()) {
    const auto of_year = static_cast<int>((day - first_of_year(date.year())).count()) + 1;
    if (!allows(rule_.by_year_day, of_year, date.year().is_leap() ? 366 : 365)) return false;
  }
  return (rule_.by_week.empty() || week_matches(day)) && weekday_matches(day);
}

bool Expander::week_matches(local_days day) const {
  year of = year_month_day(day).year();
  if (day >= first_week(of + chrono::years(1), rule_.week_start)) of += chrono::years(1);
  if (day < first_week(of, rule_.week_start)) of -= chrono::years(1);
  const local_days first = first_week(of, rule_.week_start);
  const local_days next = first_week(of + chrono::years(1), rule_.week_start);
  const auto week = static_cast<int>((day - first).count() / 7) + 1;
  return allows(rule_.by_week, week, static_cast<int>((next - first).count() / 7));
}

bool Expander::weekday_matches(local_days day) const {
  if (rule_.by_day.empty()) return true;
  const year_month_day date(day);
  const unsigned weekday = chrono::weekday(day).c_encoding();
  const bool in_month = rule_.frequency == Frequency::monthly ||
                        (rule_.frequency == Frequency::yearly && !rule_.by_month.empty());
  const bool nth_counts = in_month || rule_.frequency == Frequency::yearly;
  const local_days first =
      in_month ? local_days(date.year() / date.month() / 1) : first_of_year(date.year());
  const local_days last = in_month ? first + days(month_days(date)) - days(1)
                                   : first_of_year(date.year() + chrono::years(1)) - days(1);
  return std::ranges::any_of(rule_.by_day, [&](const RuleDay& wanted) {
    if (wanted.weekday != weekday) return false;
    if (wanted.nth == 0 || !nth_counts) return true;
    const auto from_first = static_cast<int>((day - first).count() / 7) + 1;
    const auto from_last = static_cast<int>((last - day).count() / 7) + 1;
    return wanted.nth > 0 ? wanted.nth == from_first : -wanted.nth == from_last;
  });
}

}  // namespace godwit::convert::ical
