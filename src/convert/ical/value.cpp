#include "convert/ical/value.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "convert/ical/limits.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;
using chrono::seconds;

std::unexpected<Error> no_date() { return fail(Errc::malformed, "bad_date: not a date or time"); }

/// `20240331` or `2024-03-31`.
std::optional<LocalTime> read_date(std::string_view digits) {
  const auto year = parse_number<unsigned>(digits.substr(0, 4));
  const auto month = parse_number<unsigned>(digits.substr(4, 2));
  const auto day = parse_number<unsigned>(digits.substr(6, 2));
  if (!year || !month || !day || static_cast<int>(*year) > year_max) return std::nullopt;
  const chrono::year_month_day date{chrono::year(static_cast<int>(*year)), chrono::month(*month),
                                    chrono::day(*day)};
  if (!date.ok() || static_cast<int>(*year) < year_min) return std::nullopt;
  return LocalTime(chrono::local_days(date));
}

std::optional<seconds> read_clock(std::string_view digits) {
  if (digits.size() != 6 && digits.size() != 4) return std::nullopt;
  const auto hours = parse_number<unsigned>(digits.substr(0, 2));
  const auto minutes = parse_number<unsigned>(digits.substr(2, 2));
  const auto rest = digits.size() == 6 ? parse_number<unsigned>(digits.substr(4, 2)) : 0U;
  if (!hours || !minutes || !rest || *hours > 24 || *minutes > 59 || *rest > 60) {
    return std::nullopt;
  }
  return chrono::hours(*hours) + chrono::minutes(*minutes) + seconds(*rest);
}

std::string date_text(LocalTime local) {
  const chrono::year_month_day date(chrono::floor<chrono::days>(local));
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

Result<Moment> parse_moment(std::string_view value, std::string_view zone) {
  std::string digits;
  for (const char c : trim(value)) {
    if (c != '-' && c != ':') digits += c;
  }
  if (digits.size() < 8) return no_date();
  const auto date = read_date(std::string_view(digits).substr(0, 8));
  if (!date) return no_date();
  Moment moment{.kind = Moment::Kind::date, .local = *date, .zone = {}};
  std::string_view rest = std::string_view(digits).substr(8);
  if (rest.empty()) return moment;
  if (rest.front() != 'T' && rest.front() != 't') return no_date();
  rest.remove_prefix(1);
  moment.kind = zone.empty() ? Moment::Kind::floating : Moment::Kind::zoned;
  moment.zone = zone;
  if (rest.ends_with('Z') || rest.ends_with('z')) {
    // RFC 5545 3.2.19: a time in UTC has no TZID; where both are, UTC is what is written.
    moment.kind = Moment::Kind::utc;
    moment.zone.clear();
    rest.remove_suffix(1);
  }
  const auto clock = read_clock(rest);
  if (!clock) return no_date();
  moment.local += *clock;
  return moment;
}

Result<Moment> moment_of(const Line& line) {
  return parse_moment(line.value, line.parameter("TZID"));
}

std::string value_of(const Moment& moment) {
  std::string text = date_text(moment.local);
  if (moment.kind == Moment::Kind::date) return text;
  const chrono::hh_mm_ss clock(moment.local - chrono::floor<chrono::days>(moment.local));
  text += fmt::format("T{:02}{:02}{:02}", clock.hours().count(), clock.minutes().count(),
                      clock.seconds().count());
  if (moment.kind == Moment::Kind::utc) text += 'Z';
  return text;
}

Line line_of(std::string_view name, const Moment& moment, std::string_view line_end) {
  std::vector<Parameter> parameters;
  if (moment.kind == Moment::Kind::date) parameters.push_back({"VALUE", "DATE"});
  if (moment.kind == Moment::Kind::zoned) parameters.push_back({"TZID", moment.zone});
  return make_line(name, std::move(parameters), value_of(moment), line_end);
}

Result<seconds> parse_duration(std::string_view value) {
  value = trim(value);
  const bool negative = value.starts_with('-');
  if (negative || value.starts_with('+')) value.remove_prefix(1);
  const auto bad = [] { return fail(Errc::malformed, "bad_duration: not a duration"); };
  if (!value.starts_with('P') && !value.starts_with('p')) return bad();
  value.remove_prefix(1);
  seconds total{0};
  bool any = false;
  while (!value.empty()) {
    if (value.front() == 'T' || value.front() == 't') {
      value.remove_prefix(1);
      continue;
    }
    const auto unit_at = value.find_first_not_of("0123456789");
    if (unit_at == std::string_view::npos || unit_at > 9) return bad();
    const auto count = parse_number<std::int64_t>(value.substr(0, unit_at));
    if (!count) return bad();
    switch (ascii_lower(value[unit_at])) {
      case 'w':
        total += *count * chrono::weeks(1);
        break;
      case 'd':
        total += *count * chrono::days(1);
        break;
      case 'h':
        total += *count * chrono::hours(1);
        break;
      case 'm':
        total += *count * chrono::minutes(1);
        break;
      case 's':
        total += seconds(*count);
        break;
      default:
        return bad();
    }
    any = true;
    value.remove_prefix(unit_at + 1);
  }
  constexpr auto longest = chrono::days(366 * 100);
  if (!any || total > longest) return bad();
  return negative ? -total : total;
}

std::string format_duration(seconds duration) {
  std::string text = duration < seconds(0) ? "-P" : "P";
  const seconds rest = duration < seconds(0) ? -duration : duration;
  const auto days = chrono::floor<chrono::days>(rest);
  if (days.count() != 0) text += fmt::format("{}D", days.count());
  if (rest == days && days.count() != 0) return text;
  const chrono::hh_mm_ss clock(rest - days);
  text += 'T';
  if (clock.hours().count() != 0) text += fmt::format("{}H", clock.hours().count());
  if (clock.minutes().count() != 0) text += fmt::format("{}M", clock.minutes().count());
  if (clock.seconds().count() != 0 || text.ends_with('T')) {
    text += fmt::format("{}S", clock.seconds().count());
  }
  return text;
}

}  // namespace godwit::convert::ical
