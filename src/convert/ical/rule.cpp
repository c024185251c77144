#include "convert/ical/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "convert/ical/limits.hpp"

namespace godwit::convert::ical {
namespace {

constexpr std::array<std::string_view, 7> frequency_names{"SECONDLY", "MINUTELY", "HOURLY", "DAILY",
                                                          "WEEKLY",   "MONTHLY",  "YEARLY"};
constexpr std::array<std::string_view, 7> weekday_names{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

std::unexpected<Error> bad_rule() { return fail(Errc::malformed, "bad_rule: not a recurrence"); }

template <std::size_t size>
std::optional<unsigned> index_of(const std::array<std::string_view, size>& names,
                                 std::string_view name) {
  const auto found =
      std::ranges::find_if(names, [&](std::string_view known) { return iequals(known, name); });
  if (found == names.end()) return std::nullopt;
  return static_cast<unsigned>(found - names.begin());
}

std::string_view without_plus(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return text;
}

template <class Read>
Result<> each_of_list(std::string_view list, Read read) {
  std::size_t count = 0;
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view one = trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    if (++count > rule_parts_max) return fail(Errc::too_large, "bad_rule: too many numbers");
    if (!one.empty() && !read(one)) return bad_rule();
  }
  return {};
}

struct NumbersPart {
  std::string_view name;
  std::vector<int> Rule::* numbers;
  int lowest, highest;
  bool negative;  // counts from the end, too
};
constexpr auto number_parts = std::to_array<NumbersPart>({
    {"BYSECOND", &Rule::by_second, 0, 60, false},
    {"BYMINUTE", &Rule::by_minute, 0, 59, false},
    {"BYHOUR", &Rule::by_hour, 0, 23, false},
    {"BYMONTHDAY", &Rule::by_month_day, 1, 31, true},
    {"BYYEARDAY", &Rule::by_year_day, 1, 366, true},
    {"BYWEEKNO", &Rule::by_week, 1, 53, true},
    {"BYMONTH", &Rule::by_month, 1, 12, false},
    {"BYSETPOS", &Rule::by_position, 1, 366, true},
});

Result<> read_numbers(const NumbersPart& part, std::string_view value, Rule& rule) {
  std::vector<int>& numbers = rule.*part.numbers;
  auto read = each_of_list(value, [&](std::string_view text) {
    const auto number = parse_number<int>(without_plus(text));
    if (!number) return false;
    const int size = part.negative && *number < 0 ? -*number : *number;
    if (size < part.lowest || size > part.highest) return false;
    numbers.push_back(*number);
    return true;
  });
  std::ranges::sort(numbers);
  const auto twice = std::ranges::unique(numbers);
  numbers.erase(twice.begin(), twice.end());
  return read;
}

Result<> read_days(std::string_view value, Rule& rule) {
  return each_of_list(value, [&](std::string_view text) {
    if (text.size() < 2) return false;
    const auto weekday = index_of(weekday_names, text.substr(text.size() - 2));
    const std::string_view nth_text = without_plus(text.substr(0, text.size() - 2));
    const auto nth = nth_text.empty() ? 0 : parse_number<int>(nth_text);
    if (!weekday || !nth || *nth < -53 || *nth > 53) return false;
    const RuleDay day{*nth, *weekday};
    if (std::ranges::find(rule.by_day, day) == rule.by_day.end()) rule.by_day.push_back(day);
    return true;
  });
}

Result<> read_part(std::string_view name, std::string_view value, Rule& rule) {
  if (const auto* const part = std::ranges::find_if(
          number_parts, [&](const NumbersPart& row) { return iequals(row.name, name); });
      part != number_parts.end()) {
    return read_numbers(*part, value, rule);
  }
  if (iequals(name, "BYDAY")) return read_days(value, rule);
  if (iequals(name, "INTERVAL")) {
    const auto interval = parse_number<std::uint32_t>(value);
    if (!interval || *interval > 100'000) return bad_rule();
    rule.interval = std::max(1U, *interval);
  } else if (iequals(name, "COUNT")) {
    rule.count = parse_number<std::uint32_t>(value);
    if (!rule.count) return bad_rule();
  } else if (iequals(name, "UNTIL")) {
    auto until = parse_moment(value, {});
    if (!until) return pass(until);
    rule.until = std::move(*until);
  } else if (iequals(name, "WKST")) {
    const auto day = index_of(weekday_names, value);
    if (!day) return bad_rule();
    rule.week_start = *day;
  } else {
    rule.foreign = rule.foreign || !istarts_with(name, "X-");
  }
  return {};
}

}  // namespace

Result<Rule> parse_rule(std::string_view value) {
  Rule rule;
  bool has_frequency = false;
  value = trim(value);
  while (!value.empty()) {
    const auto end = value.find(';');
    const std::string_view part = trim(value.substr(0, end));
    value = end == std::string_view::npos ? std::string_view{} : value.substr(end + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return bad_rule();
    const std::string_view name = trim(part.substr(0, equals));
    const std::string_view content = trim(part.substr(equals + 1));
    if (iequals(name, "FREQ")) {
      const auto frequency = index_of(frequency_names, content);
      if (!frequency || has_frequency) return bad_rule();
      rule.frequency = static_cast<Frequency>(*frequency);
      has_frequency = true;
    } else if (auto read = read_part(name, content, rule); !read) {
      return pass(read);
    }
  }
  if (!has_frequency) return bad_rule();
  return rule;
}

namespace {

constexpr std::uint8_t weekdays = 62, weekend = 65, any_day = 127;

bool is_one(const std::vector<int>& numbers, long value) {
  return numbers.empty() || (numbers.size() == 1 && numbers.front() == value);
}

std::uint8_t days_of(const Rule& rule) {
  unsigned mask = 0;
  for (const RuleDay& day : rule.by_day) mask |= 1U << day.weekday;
  return static_cast<std::uint8_t>(mask);
}

std::uint8_t bit_of(std::chrono::weekday day) {
  return static_cast<std::uint8_t>(1U << day.c_encoding());
}

/// 1 to 4, or 5 for the last one; 0: a device has no word for it.
std::uint8_t week_of(int position) {
  if (position >= 1 && position <= 4) return static_cast<std::uint8_t>(position);
  return position == -1 ? 5 : 0;
}

/// The nth of some weekdays in a month.
struct Weekdays {
  std::uint8_t week = 0;  // 0: not said in such terms
  std::uint8_t days = 0;
};

/// BYMONTHDAY=8,9,..,14 with a weekday: the second one.
std::uint8_t week_of_days(const std::vector<int>& days) {
  if (days.size() != 7 || days.front() < 1 || (days.front() - 1) % 7 != 0) return 0;
  if (days.back() - days.front() != 6) return 0;
  return week_of((days.front() - 1) / 7 + 1);
}

Weekdays weekdays_of(const Rule& rule) {
  if (rule.by_day.empty()) {
    const bool last_day = rule.by_month_day == std::vector{-1} && is_one(rule.by_position, -1);
    return last_day ? Weekdays{.week = 5, .days = any_day} : Weekdays{};
  }
  const std::uint8_t days = days_of(rule);
  if (rule.by_day.size() == 1 && rule.by_day.front().nth != 0) {
    if (!rule.by_month_day.empty() || !is_one(rule.by_position, 1)) return {};
    return {.week = week_of(rule.by_day.front().nth), .days = days};
  }
  if (std::ranges::any_of(rule.by_day, [](const RuleDay& day) { return day.nth != 0; })) return {};
  const bool has_word =
      rule.by_day.size() == 1 || days == weekdays || days == weekend || days == any_day;
  if (!has_word) return {};
  if (rule.by_day.size() == 1 && rule.by_position.empty()) {
    return {.week = week_of_days(rule.by_month_day), .days = days};
  }
  if (rule.by_position.size() != 1 || !rule.by_month_day.empty()) return {};
  return {.week = week_of(rule.by_position.front()), .days = days};
}

struct Start {
  std::chrono::year_month_day date;
  std::chrono::weekday weekday;
};

/// Monthly and yearly; whether that is all that the rule says.
bool of_months(const Rule& rule, const Start& start, Recurrence& out) {
  const bool yearly = rule.frequency == Frequency::yearly;
  bool exact = rule.by_year_day.empty() && rule.by_week.empty();
  if (yearly) {
    const auto month = static_cast<int>(static_cast<unsigned>(start.date.month()));
    exact = exact && rule.by_month.size() <= 1;
    exact = exact && !(rule.by_month.empty() && !rule.by_day.empty());
    out.month_of_year =
        static_cast<std::uint8_t>(rule.by_month.empty() ? month : rule.by_month.front());
  } else {
    exact = exact && rule.by_month.empty();
  }
  if (const Weekdays nth = weekdays_of(rule); nth.week != 0) {
    out.type = yearly ? Recurrence::Type::yearly_by_weekday : Recurrence::Type::monthly_by_weekday;
    out.week_of_month = nth.week;
    out.days_of_week = nth.days;
    return exact;
  }
  out.type = yearly ? Recurrence::Type::yearly : Recurrence::Type::monthly;
  const int own_day = static_cast<int>(static_cast<unsigned>(start.date.day()));
  const bool one_day = rule.by_month_day.size() == 1 && rule.by_month_day.front() > 0;
  out.day_of_month = static_cast<std::uint8_t>(one_day ? rule.by_month_day.front() : own_day);
  return exact && rule.by_day.empty() && is_one(rule.by_position, 1) &&
         (rule.by_month_day.empty() || one_day);
}

bool of_days(const Rule& rule, const Start& start, Recurrence& out) {
  const bool plain = rule.by_month.empty() && rule.by_month_day.empty() &&
                     rule.by_year_day.empty() && rule.by_week.empty() && rule.by_position.empty();
  const bool any_nth =
      std::ranges::any_of(rule.by_day, [](const RuleDay& day) { return day.nth != 0; });
  if (rule.frequency == Frequency::daily && rule.by_day.empty()) return plain;
  out.type = Recurrence::Type::weekly;
  out.days_of_week = rule.by_day.empty() ? bit_of(start.weekday) : days_of(rule);
  // Every nth day that is a Monday is no week's business.
  const bool weekly = rule.frequency == Frequency::weekly || rule.interval == 1;
  if (!weekly) out.interval = 1;
  return plain && weekly && !any_nth;
}

}  // namespace

Recurrence recurrence_of(const Rule& rule, LocalTime start, std::optional<Time> until,
                         bool& exact) {
  namespace chrono = std::chrono;
  const auto day = chrono::floor<chrono::days>(start);
  const Start at{chrono::year_month_day(day), chrono::weekday(day)};
  const chrono::hh_mm_ss clock(start - day);
  Recurrence out;
  out.interval = static_cast<std::uint16_t>(std::min(rule.interval, 999U));
  exact = exact && rule.interval <= 999 && !rule.foreign &&
          is_one(rule.by_hour, clock.hours().count()) &&
          is_one(rule.by_minute, clock.minutes().count()) &&
          is_one(rule.by_second, clock.seconds().count());
  if (rule.count) {
    out.occurrences = static_cast<std::uint16_t>(std::clamp(*rule.count, 1U, 999U));
    exact = exact && rule.count == *out.occurrences;
  } else {
    out.until = until;
  }
  switch (rule.frequency) {
    case Frequency::secondly:
    case Frequency::minutely:
    case Frequency::hourly:
      out.interval = 1;
      exact = false;
      break;
    case Frequency::daily:
    case Frequency::weekly:
      exact = of_days(rule, at, out) && exact;
      break;
    case Frequency::monthly:
    case Frequency::yearly:
      exact = of_months(rule, at, out) && exact;
      break;
  }
  if (out.type == Recurrence::Type::weekly) {
    out.first_day_of_week = static_cast<std::uint8_t>(rule.week_start);
  }
  return out;
}

namespace {

std::string day_names(std::uint8_t days) {
  std::string out;
  for (unsigned i = 0; i < weekday_names.size(); ++i) {
    // Monday first, as most write it.
    const unsigned weekday = (i + 1) % 7;
    if ((days & (1U << weekday)) == 0) continue;
    if (!out.empty()) out += ',';
    out += weekday_names[weekday];
  }
  return out;
}

std::string by_weekday(const Recurrence& recurrence) {
  const int position = recurrence.week_of_month == 5 ? -1 : recurrence.week_of_month;
  if (recurrence.days_of_week == any_day) return fmt::format(";BYMONTHDAY={}", position);
  const std::string days = day_names(recurrence.days_of_week);
  if (days.size() == 2) return fmt::format(";BYDAY={}{}", position, days);
  return fmt::format(";BYDAY={};BYSETPOS={}", days, position);
}

}  // namespace

std::string rule_of(const Recurrence& recurrence) {
  using Type = Recurrence::Type;
  std::string out = "FREQ=";
  // [MS-ASCAL] DayOfWeek: a daily recurrence that has it is a weekly one.
  const bool weekly = recurrence.type == Type::weekly ||
                      (recurrence.type == Type::daily && recurrence.days_of_week != 0);
  const bool yearly = recurrence.type == Type::yearly || recurrence.type == Type::yearly_by_weekday;
  const bool monthly =
      recurrence.type == Type::monthly || recurrence.type == Type::monthly_by_weekday;
  out += weekly ? "WEEKLY" : yearly ? "YEARLY" : monthly ? "MONTHLY" : "DAILY";
  if (recurrence.interval > 1) out += fmt::format(";INTERVAL={}", recurrence.interval);
  if (recurrence.occurrences) out += fmt::format(";COUNT={}", *recurrence.occurrences);
  if (yearly) out += fmt::format(";BYMONTH={}", recurrence.month_of_year);
  if (weekly) {
    out += ";BYDAY=" + day_names(recurrence.days_of_week);
    if (recurrence.first_day_of_week && *recurrence.first_day_of_week != 1) {
      out += fmt::format(";WKST={}", weekday_names[*recurrence.first_day_of_week % 7]);
    }
  } else if (recurrence.type == Type::monthly || recurrence.type == Type::yearly) {
    out += fmt::format(";BYMONTHDAY={}", recurrence.day_of_month);
  } else if (monthly || yearly) {
    out += by_weekday(recurrence);
  }
  return out;
}

bool same_pattern(const Recurrence& a, const Recurrence& b) {
  using Type = Recurrence::Type;
  const auto days = [](const Recurrence& recurrence) {
    const bool counts = recurrence.type != Type::monthly && recurrence.type != Type::yearly;
    return counts ? recurrence.days_of_week : 0;
  };
  const bool weekly = a.type == Type::weekly && b.type == Type::weekly;
  const bool weeks_differ = weekly && a.interval > 1 && a.first_day_of_week &&
                            b.first_day_of_week && a.first_day_of_week != b.first_day_of_week;
  const bool same_end =
      a.occurrences || b.occurrences ? a.occurrences == b.occurrences : a.until == b.until;
  return a.type == b.type && a.interval == b.interval && same_end && days(a) == days(b) &&
         a.day_of_month == b.day_of_month && a.week_of_month == b.week_of_month &&
         a.month_of_year == b.month_of_year && !weeks_differ;
}

}  // namespace godwit::convert::ical
