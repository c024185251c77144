#include "backend/sieve/guard.hpp"

#include <algorithm>
#include <chrono>

#include "base/text.hpp"

namespace godwit::backend::sieve {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

/// A `currentdate` test, as far as it is understood. RFC 5260 5
struct DateTest {
  enum class Part : std::uint8_t { day, instant, time_of_day };
  Part part = Part::day;
  Time at{};              // the day's beginning in its zone, or the instant; unused for a time
  seconds time_of_day{};  // from the day's beginning
  std::string relation;   // "ge", "gt", "le", "lt", "eq"
};

Guard special() { return {.special = true}; }

std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  return parse_number<unsigned>(text.substr(at, count));
}

/// "+0100", "-03:30", "Z".
std::optional<minutes> parse_zone(std::string_view text) {
  if (iequals(text, "Z")) return minutes(0);
  std::string plain(text);
  std::erase(plain, ':');
  if (plain.size() != 5 || (plain[0] != '+' && plain[0] != '-')) return std::nullopt;
  const auto hours = digits(plain, 1, 2);
  const auto rest = digits(plain, 3, 2);
  if (!hours || !rest || *hours > 24 || *rest > 59) return std::nullopt;
  const minutes size(*hours * 60 + *rest);
  return plain[0] == '-' ? -size : size;
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

/// "12:30:00", also without seconds.
std::optional<seconds> parse_time_of_day(std::string_view text) {
  const auto hour = digits(text, 0, 2);
  const auto minute = digits(text, 3, 2);
  if (!hour || !minute || text[2] != ':' || *hour > 24 || *minute > 59) return std::nullopt;
  const unsigned second = text.size() >= 8 ? digits(text, 6, 2).value_or(0) : 0;
  return seconds(*hour * 3600 + *minute * 60 + second);
}

/// RFC 5260 4.2 iso8601: RFC 3339 with or without a zone of its own.
std::optional<Time> parse_instant(std::string_view text, minutes zone) {
  const auto day = parse_day(text);
  if (!day || text.size() < 16) return std::nullopt;
  const auto time = parse_time_of_day(text.substr(11, 8));
  if (!time) return std::nullopt;
  const std::size_t sign = text.find_first_of("Zz+-", 16);
  if (sign != std::string_view::npos) {
    const auto own = parse_zone(text.substr(sign));
    if (!own) return std::nullopt;
    zone = *own;
  }
  return Time(*day) + *time - zone;
}

struct Positional {
  std::vector<const Argument*> strings;  // that no tag takes
  std::string relation = "eq";
  minutes zone{0};
  bool understood = true;
};

Positional read_arguments(const std::vector<Argument>& arguments) {
  Positional out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Argument& argument = arguments[i];
    if (argument.kind != Argument::Kind::tag) {
      out.strings.push_back(&argument);
      continue;
    }
    const bool takes =
        argument.tag == "zone" || argument.tag == "value" || argument.tag == "comparator";
    const bool whole = takes && i + 1 < arguments.size() && arguments[i + 1].strings.size() == 1;
    if (!takes) {
      if (argument.tag != "is" && argument.tag != "domain") out.understood = false;
      continue;
    }
    if (!whole) {
      out.understood = false;
      continue;
    }
    const std::string& value = arguments[++i].strings.front();
    if (argument.tag == "value") out.relation = ascii_lower(value);
    if (argument.tag != "zone") continue;
    const auto zone = parse_zone(value);
    if (zone) out.zone = *zone;
    if (!zone) out.understood = false;
  }
  return out;
}

std::optional<DateTest> read_date_test(const Test& test) {
  if (test.name != "currentdate") return std::nullopt;
  const Positional given = read_arguments(test.arguments);
  if (!given.understood || given.strings.size() != 2) return std::nullopt;
  const auto& parts = given.strings[0]->strings;
  const auto& keys = given.strings[1]->strings;
  if (parts.size() != 1 || keys.size() != 1) return std::nullopt;
  DateTest out{.relation = given.relation};
  if (iequals(parts[0], "date")) {
    const auto day = parse_day(keys[0]);
    if (!day) return std::nullopt;
    out.at = Time(*day) - given.zone;
    return out;
  }
  if (iequals(parts[0], "julian")) {
    constexpr int epoch = 40'587;  // 1970-01-01 as a modified Julian day
    const auto number = parse_number<int>(keys[0]);
    if (!number || *number > 200'000) return std::nullopt;
    out.at = Time(std::chrono::sys_days(days(*number - epoch))) - given.zone;
    return out;
  }
  if (iequals(parts[0], "iso8601")) {
    const auto at = parse_instant(keys[0], given.zone);
    if (!at) return std::nullopt;
    out.part = DateTest::Part::instant;
    out.at = *at;
    return out;
  }
  if (!iequals(parts[0], "time")) return std::nullopt;
  const auto time = parse_time_of_day(keys[0]);
  if (!time) return std::nullopt;
  out.part = DateTest::Part::time_of_day;
  out.time_of_day = *time;
  return out;
}

std::optional<Interval> interval_of(const std::string& relation, Time at, seconds width) {
  if (relation == "ge") return Interval{.start = at, .end = {}};
  if (relation == "gt") return Interval{.start = at + width, .end = {}};
  if (relation == "le") return Interval{.start = {}, .end = at + width};
  if (relation == "lt") return Interval{.start = {}, .end = at};
  if (relation == "eq") return Interval{.start = at, .end = at + width};
  return std::nullopt;
}

Interval both(const Interval& a, const Interval& b) {
  Interval out = a;
  if (b.start && (!out.start || *b.start > *out.start)) out.start = b.start;
  if (b.end && (!out.end || *b.end < *out.end)) out.end = b.end;
  return out;
}

/// The smallest that holds both.
Interval around(const Interval& a, const Interval& b) {
  Interval out;
  if (a.start && b.start) out.start = std::min(*a.start, *b.start);
  if (a.end && b.end) out.end = std::max(*a.end, *b.end);
  return out;
}

/// `day` is that of a test beside it that names one, for a time of day.
Guard guard_of_date(const Test& test, std::optional<Time> day) {
  const auto date = read_date_test(test);
  if (!date) return special();
  std::optional<Interval> when;
  if (date->part == DateTest::Part::time_of_day) {
    if (day) when = interval_of(date->relation, *day + date->time_of_day, seconds(0));
  } else {
    const seconds width = date->part == DateTest::Part::day ? seconds(days(1)) : seconds(0);
    when = interval_of(date->relation, date->at, width);
  }
  if (!when) return special();
  return {.when = *when};
}

/// `address :domain` or `envelope :domain` of the sender, with nothing but domains of the user's.
Guard guard_of_sender(const Test& test, const std::vector<std::string>& domains) {
  const Positional given = read_arguments(test.arguments);
  if (!given.understood || !test.has("domain") || given.relation != "eq") return special();
  if (given.strings.size() != 2) return special();
  const auto is_from = [](const std::string& name) { return iequals(name, "from"); };
  const auto is_own = [&](const std::string& name) {
    return std::ranges::find(domains, ascii_lower(name)) != domains.end();
  };
  if (!std::ranges::all_of(given.strings[0]->strings, is_from)) return special();
  if (!std::ranges::all_of(given.strings[1]->strings, is_own)) return special();
  return {.external = false};
}

Guard guard_of_all(const Test& test, const std::vector<std::string>& domains) {
  std::optional<Time> day;
  for (const Test& each : test.tests) {
    const auto date = read_date_test(each);
    if (date && date->part == DateTest::Part::day && date->relation == "eq") day = date->at;
  }
  Guard out;
  for (const Test& each : test.tests) {
    out = out & (each.name == "currentdate" ? guard_of_date(each, day) : read_guard(each, domains));
  }
  return out;
}

Guard guard_of_any(const Test& test, const std::vector<std::string>& domains) {
  Guard out{.never = true};
  for (const Test& each : test.tests) {
    const Guard next = read_guard(each, domains);
    if (next.never) continue;
    if (next.special) return special();
    if (out.never) {
      out = next;
      continue;
    }
    out.when = around(out.when, next.when);
    out.internal = out.internal || next.internal;
    out.external = out.external || next.external;
  }
  return out;
}

}  // namespace

Guard read_guard(const Test& test, const std::vector<std::string>& domains) {
  if (test.name == "true") return {};
  if (test.name == "false") return {.never = true};
  if (test.name == "allof") return guard_of_all(test, domains);
  if (test.name == "anyof") return guard_of_any(test, domains);
  if (test.name == "not" && test.tests.size() == 1) return !read_guard(test.tests[0], domains);
  if (test.name == "currentdate") return guard_of_date(test, std::nullopt);
  if (test.name == "address" || test.name == "envelope") return guard_of_sender(test, domains);
  return special();
}

Guard operator&(const Guard& a, const Guard& b) {
  Guard out;
  out.special = a.special || b.special;
  out.when = both(a.when, b.when);
  out.internal = a.internal && b.internal;
  out.external = a.external && b.external;
  const bool empty = out.when.start && out.when.end && *out.when.start >= *out.when.end;
  out.never = a.never || b.never || empty || (!out.internal && !out.external);
  return out;
}

Guard operator!(const Guard& guard) {
  if (guard.special || guard.never) return {};
  const bool all_senders = guard.internal && guard.external;
  const bool timed = guard.when.start || guard.when.end;
  if (all_senders && !timed) return {.never = true};
  if (!all_senders && timed) return special();
  if (!all_senders) return {.internal = !guard.internal, .external = !guard.external};
  if (guard.when.start && guard.when.end) return special();
  Guard out;
  out.when = {.start = guard.when.end, .end = guard.when.start};
  return out;
}

}  // namespace godwit::backend::sieve
