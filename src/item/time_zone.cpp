#include "item/time_zone.hpp"

namespace godwit {

namespace chrono = std::chrono;
using chrono::seconds;

std::optional<LocalTime> ZoneChange::in(chrono::year a_year) const {
  const chrono::year_month a_month(a_year, chrono::month(month));
  if (!a_month.ok() || (year != 0 && static_cast<int>(a_year) != year)) return std::nullopt;
  const chrono::weekday a_weekday(weekday);
  chrono::local_days date;
  if (year != 0) {
    const chrono::year_month_day once = a_month / chrono::day(day);
    if (!once.ok()) return std::nullopt;
    date = chrono::local_days(once);
  } else if (day >= 5) {
    date = chrono::local_days(a_month / a_weekday[chrono::last]);
  } else {
    date = chrono::local_days(a_month / a_weekday[day]);
  }
  return LocalTime(date) + time;
}

seconds ZoneRules::offset_at(Time instant) const {
  const seconds standard = -(bias + standard_bias);
  if (!to_standard || !to_daylight) return standard;
  const seconds daylight = -(bias + daylight_bias);
  const LocalTime local(chrono::floor<seconds>(instant.time_since_epoch()) + standard);
  const chrono::year year = chrono::year_month_day(chrono::floor<chrono::days>(local)).year();
  const auto begins = to_daylight->in(year);
  const auto ends = to_standard->in(year);
  if (!begins || !ends) return standard;
  // Each change is read on the clock that it ends.
  const LocalTime ends_standard = *ends - daylight + standard;
  const bool is_daylight = *begins < ends_standard ? local >= *begins && local < ends_standard
                                                   : local >= *begins || local < ends_standard;
  return is_daylight ? daylight : standard;
}

LocalTime ZoneRules::to_local(Time instant) const {
  return LocalTime(chrono::floor<seconds>(instant.time_since_epoch()) + offset_at(instant));
}

Time ZoneRules::to_utc(LocalTime local) const {
  const Time by_standard(local.time_since_epoch() + bias + standard_bias);
  if (!to_standard || !to_daylight) return by_standard;
  const Time by_daylight(local.time_since_epoch() + bias + daylight_bias);
  const bool standard_holds = to_local(by_standard) == local;
  const bool daylight_holds = to_local(by_daylight) == local;
  if (standard_holds != daylight_holds) return standard_holds ? by_standard : by_daylight;
  // Twice: the earlier instant. Never: what the clock showed before it was put forward, which is
  // the later of the two.
  return standard_holds ? std::min(by_standard, by_daylight) : std::max(by_standard, by_daylight);
}

bool ZoneRules::same_time(const ZoneRules& other) const {
  if (bias + standard_bias != other.bias + other.standard_bias) return false;
  const bool changes = to_standard && to_daylight && daylight_bias != standard_bias;
  const bool other_changes =
      other.to_standard && other.to_daylight && other.daylight_bias != other.standard_bias;
  if (changes != other_changes) return false;
  return !changes || (bias + daylight_bias == other.bias + other.daylight_bias &&
                      to_standard == other.to_standard && to_daylight == other.to_daylight);
}

}  // namespace godwit
