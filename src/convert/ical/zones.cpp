#include "convert/ical/zones.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "convert/ical/rule.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;
using chrono::seconds;

// What a definition says of other years does not matter to anybody's calendar.
constexpr LocalTime first_onset{chrono::local_days(chrono::year(1950) / 1 / 1)};
constexpr LocalTime last_onset{chrono::local_days(chrono::year(2100) / 1 / 1)};
constexpr std::size_t observances_max = 400;
constexpr std::size_t onsets_max = 2'000;

std::optional<seconds> read_offset(const Component& observance, std::string_view name) {
  const Line* const line = observance.find(name);
  if (line == nullptr) return std::nullopt;
  std::string_view text = trim(line->value);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits(text);
  std::erase(digits, ':');
  const auto hours = parse_number<unsigned>(std::string_view(digits).substr(0, 2));
  const auto minutes = digits.size() >= 4 ? parse_number<unsigned>(digits.substr(2, 2)) : 0U;
  const auto rest = digits.size() >= 6 ? parse_number<unsigned>(digits.substr(4, 2)) : 0U;
  if (!hours || !minutes || !rest || *hours > 18 || *minutes > 59 || *rest > 59) {
    return std::nullopt;
  }
  const seconds size = chrono::hours(*hours) + chrono::minutes(*minutes) + seconds(*rest);
  return negative ? -size : size;
}

/// The readings at which an observance begins.
std::vector<LocalTime> onsets(const Component& observance, seconds from) {
  const Line* const start_line = observance.find("DTSTART");
  if (start_line == nullptr) return {};
  const auto start = parse_moment(start_line->value, {});
  if (!start) return {};
  std::vector<LocalTime> out{start->local};
  for (const Line* const dates : observance.all("RDATE")) {
    for (const std::string& text : split_texts(dates->value)) {
      if (const auto date = parse_moment(text, {}); date && out.size() < onsets_max) {
        out.push_back(date->local);
      }
    }
  }
  if (const Line* const line = observance.find("RRULE")) {
    const auto rule = parse_rule(line->value);
    if (!rule) return out;
    std::optional<LocalTime> until;
    if (rule->until) {
      until = rule->until->local + (rule->until->kind == Moment::Kind::utc ? from : seconds(0));
    }
    Expander expander(*rule, start->local, until);
    expander.seek(first_onset);
    while (out.size() < onsets_max) {
      const auto next = expander.next();
      if (!next || *next > last_onset) break;
      out.push_back(*next);
    }
  }
  return out;
}

Zone zone_of(const std::string& name, const Component& definition) {
  std::vector<Zone::Transition> all;
  std::optional<seconds> before;
  std::optional<Time> first;
  std::size_t count = 0;
  for (const Component& observance : definition.children) {
    const auto from = read_offset(observance, "TZOFFSETFROM");
    const auto to = read_offset(observance, "TZOFFSETTO");
    if (!to || ++count > observances_max) continue;
    for (const LocalTime onset : onsets(observance, from.value_or(*to))) {
      const Time at(onset.time_since_epoch() - from.value_or(*to));
      all.push_back({at, *to});
      if (!first || at < *first) {
        first = at;
        before = from.value_or(*to);
      }
    }
  }
  std::ranges::sort(all, {}, &Zone::Transition::at);
  return Zone::of_transitions(name, before.value_or(seconds(0)), std::move(all));
}

}  // namespace

const Zone& Zones::of(const Moment& moment) {
  switch (moment.kind) {
    case Moment::Kind::utc:
      return utc_;
    case Moment::Kind::zoned:
      return named(moment.zone);
    case Moment::Kind::date:
    case Moment::Kind::floating:
      break;
  }
  return user_;
}

const Zone& Zones::named(const std::string& name) {
  if (const auto found = known_.find(name); found != known_.end()) return found->second;
  auto zone = Zone::named(name);
  if (!zone) zone = defined(name);
  if (!zone) met_unknown_ = true;
  return known_.emplace(name, zone.value_or(user_)).first->second;
}

std::optional<Zone> Zones::defined(const std::string& name) const {
  for (const Component& child : calendar_.children) {
    const Line* const id = child.find("TZID");
    if (child.name != "VTIMEZONE" || id == nullptr || trim(id->value) != trim(name)) continue;
    if (const Line* const location = child.find("X-LIC-LOCATION")) {
      if (auto zone = Zone::named(location->value)) return zone;
    }
    return zone_of(name, child);
  }
  return std::nullopt;
}

namespace {

std::string offset_text(chrono::minutes offset) {
  const auto size = offset < chrono::minutes(0) ? -offset : offset;
  return fmt::format("{}{:02}{:02}", offset < chrono::minutes(0) ? '-' : '+', size.count() / 60,
                     size.count() % 60);
}

Component observance(std::string_view kind, chrono::minutes from, chrono::minutes to,
                     const std::optional<ZoneChange>& change, chrono::year year,
                     std::string_view end) {
  Component out;
  out.name = kind;
  out.begin_raw = fmt::format("BEGIN:{}{}", kind, end);
  out.end_raw = fmt::format("END:{}{}", kind, end);
  const auto at = change ? change->in(year) : std::nullopt;
  const Moment start{.kind = Moment::Kind::floating,
                     .local = at.value_or(LocalTime(chrono::local_days(year / 1 / 1))),
                     .zone = {}};
  out.add(make_line("DTSTART", {}, value_of(start), end));
  out.add(make_line("TZOFFSETFROM", {}, offset_text(from), end));
  out.add(make_line("TZOFFSETTO", {}, offset_text(to), end));
  if (at && change->year == 0) {
    Recurrence yearly;
    yearly.type = Recurrence::Type::yearly_by_weekday;
    yearly.month_of_year = change->month;
    yearly.week_of_month = change->day;
    yearly.days_of_week = static_cast<std::uint8_t>(1U << change->weekday);
    out.add(make_line("RRULE", {}, rule_of(yearly), end));
  }
  return out;
}

}  // namespace

Component make_time_zone(std::string_view name, const ZoneRules& rules, chrono::year year,
                         std::string_view line_end) {
  Component out;
  out.name = "VTIMEZONE";
  out.begin_raw = fmt::format("BEGIN:VTIMEZONE{}", line_end);
  out.end_raw = fmt::format("END:VTIMEZONE{}", line_end);
  out.add(make_line("TZID", {}, name, line_end));
  const chrono::minutes standard = -(rules.bias + rules.standard_bias);
  const chrono::minutes daylight = -(rules.bias + rules.daylight_bias);
  const bool changes = rules.to_standard && rules.to_daylight;
  out.add(observance("STANDARD", changes ? daylight : standard, standard, rules.to_standard, year,
                     line_end));
  if (changes) {
    out.add(observance("DAYLIGHT", standard, daylight, rules.to_daylight, year, line_end));
  }
  return out;
}

}  // namespace godwit::convert::ical
