#include "convert/time_zone/rules.hpp"

#include <algorithm>
#include <array>

namespace godwit::convert {
namespace {

namespace chrono = std::chrono;
using chrono::minutes;
using chrono::seconds;
using Transition = Zone::Transition;

struct Change {
  LocalTime reading;  // on the clock that ends
  seconds before, after;
};

chrono::year year_of(LocalTime local) {
  return chrono::year_month_day(chrono::floor<chrono::days>(local)).year();
}

std::vector<Change> changes_in(const Zone& zone, std::span<const Transition> transitions,
                               chrono::year year) {
  std::vector<Change> out;
  const Time begin = chrono::sys_days(year / 1 / 1) - chrono::days(2);
  auto next = std::ranges::lower_bound(transitions, begin, {}, &Transition::at);
  for (; next != transitions.end(); ++next) {
    const seconds before = zone.offset_at(next->at - chrono::milliseconds(1));
    const LocalTime reading(chrono::floor<seconds>(next->at.time_since_epoch()) + before);
    if (year_of(reading) > year) break;
    if (year_of(reading) == year) out.push_back({reading, before, next->offset});
  }
  return out;
}

/// The nth weekday of its month, with n = 5 for the last one where that fits more years.
ZoneChange rule_of(const Zone& zone, std::span<const Transition> transitions, chrono::year year,
                   const Change& change) {
  const auto day = chrono::floor<chrono::days>(change.reading);
  const seconds time = change.reading - day;
  const chrono::year_month_day date(day);
  const auto month = static_cast<std::uint8_t>(static_cast<unsigned>(date.month()));
  const auto weekday = static_cast<std::uint8_t>(chrono::weekday(day).c_encoding());
  const auto week = static_cast<std::uint8_t>((static_cast<unsigned>(date.day()) - 1) / 7 + 1);
  const ZoneChange nth{.year = 0, .month = month, .weekday = weekday, .day = week, .time = time};
  ZoneChange last = nth;
  last.day = 5;
  if (last.in(year) != change.reading) return nth;
  int nth_fits = 0, last_fits = 0;
  for (int distance = -6; distance <= 6; ++distance) {
    const chrono::year other = year + chrono::years(distance);
    for (const Change& seen : changes_in(zone, transitions, other)) {
      if (seen.before != change.before || seen.after != change.after) continue;
      nth_fits += nth.in(other) == seen.reading ? 1 : 0;
      last_fits += last.in(other) == seen.reading ? 1 : 0;
    }
  }
  return last_fits >= nth_fits ? last : nth;
}

/// Years in which a device may have learnt its rules: about then, and when the systems of older
/// devices were made.
std::array<Time, 8> years_around(Time about) {
  const auto at = [](int year) { return Time(chrono::sys_days(chrono::year(year) / 7 / 1)); };
  return {about,
          about - chrono::days(365),
          about + chrono::days(365),
          at(2024),
          at(2019),
          at(2014),
          at(2010),
          at(2006)};
}

/// Quirk lenient_zone_rules: the right Sundays, changed at another hour.
ZoneRules without_hours(ZoneRules rules) {
  for (auto* const change : {&rules.to_standard, &rules.to_daylight}) {
    if (*change) (*change)->time = seconds(0);
  }
  return rules;
}

/// Enough for a zone that the rules name: the same offsets, whatever the days.
bool same_offsets(const ZoneRules& rules, const ZoneRules& other) {
  return rules.bias + rules.standard_bias == other.bias + other.standard_bias &&
         rules.bias + rules.daylight_bias == other.bias + other.daylight_bias;
}

}  // namespace

ZoneRules derive_rules(const Zone& zone, std::span<const Transition> transitions, Time about,
                       chrono::year year) {
  const auto changes = changes_in(zone, transitions, year);
  ZoneRules rules;
  const bool yearly = changes.size() == 2 && changes[0].before == changes[1].after &&
                      changes[0].after == changes[1].before;
  if (!yearly) {
    rules.bias = -chrono::duration_cast<minutes>(zone.offset_at(about));
    return rules;
  }
  const bool daylight_first = changes[0].after > changes[0].before;
  const Change& to_daylight = changes[daylight_first ? 0 : 1];
  const Change& to_standard = changes[daylight_first ? 1 : 0];
  rules.bias = -chrono::duration_cast<minutes>(to_daylight.before);
  rules.daylight_bias = chrono::duration_cast<minutes>(to_daylight.before - to_daylight.after);
  rules.to_daylight = rule_of(zone, transitions, year, to_daylight);
  rules.to_standard = rule_of(zone, transitions, year, to_standard);
  return rules;
}

bool may_come_from(const ZoneRules& rules, const Zone& zone, Time about) {
  return std::ranges::any_of(years_around(about),
                             [&](Time year) { return rules.same_time(zone.rules_at(year)); });
}

std::optional<Zone> match_zone(const ZoneRules& rules, Time about,
                               std::span<const Zone> preferred) {
  for (const Zone& zone : preferred) {
    if (rules.same_time(zone.rules_at(about))) return zone;
  }
  const auto named = Zone::named(rules.standard_name);
  if (named &&
      (may_come_from(rules, *named, about) || same_offsets(rules, named->rules_at(about)))) {
    return named;
  }
  for (const Time year : years_around(about)) {
    for (const Zone& zone : preferred) {
      if (rules.same_time(zone.rules_at(year))) return zone;
    }
    for (const Zone& zone : zones_by_preference()) {
      if (rules.same_time(zone.rules_at(year))) return zone;
    }
  }
  const ZoneRules lenient = without_hours(rules);
  for (const Zone& zone : zones_by_preference()) {
    if (rules.to_standard && lenient.same_time(without_hours(zone.rules_at(about)))) return zone;
  }
  return std::nullopt;
}

}  // namespace godwit::convert
