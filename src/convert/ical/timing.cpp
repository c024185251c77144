#include "convert/ical/timing.hpp"

#include <array>

#include "base/bytes.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;

/// A name for a zone that nobody knows: the same for the same rules.
std::string own_name(const ZoneRules& rules) {
  std::string facts = std::to_string((rules.bias + rules.standard_bias).count());
  for (const auto& change : {rules.to_standard, rules.to_daylight}) {
    if (!change) continue;
    for (const long part : {static_cast<long>(change->year), static_cast<long>(change->month),
                            static_cast<long>(change->weekday), static_cast<long>(change->day),
                            static_cast<long>(change->time.count()),
                            static_cast<long>(rules.daylight_bias.count())}) {
      facts += ',' + std::to_string(part);
    }
  }
  return "Godwit-" + hex_encode(digest128(facts)).substr(0, 12);
}

LocalTime date_of(Time time) {
  return LocalTime(chrono::floor<chrono::days>(time.time_since_epoch()));
}

}  // namespace

Moment in_zone(const ZoneRules& rules, Time told, bool repeats, const Context& context,
               std::optional<ZoneRules>& defined) {
  const std::array preferred{context.zone};
  const auto known = match_zone(rules, told, preferred);
  Moment moment{.kind = Moment::Kind::zoned, .local = rules.to_local(told), .zone = {}};
  if (!known) {
    moment.zone = own_name(rules);
    defined = rules;
    return moment;
  }
  if (!repeats) moment.local = known->to_local(told);
  moment.zone = known->name();
  if (moment.zone == "Etc/UTC")
    return {.kind = Moment::Kind::utc, .local = moment.local, .zone = {}};
  defined = known->rules_at(told);
  return moment;
}

DeviceClock::DeviceClock(const SeriesClock& clock, const Event& event,
                         const Change<ZoneRules>& rules, const Context& context)
    : clock_(clock),
      rules_(rules.value() == nullptr ? event.zone_rules : *rules.value()),
      repeats_(event.recurrence.has_value()) {
  if (rules.value() == nullptr || rules_.same_time(event.zone_rules)) return;
  // All-day and floating times, and single ones in UTC, were told in the user's zone.
  const bool own = event.has_zone || (repeats_ && clock.start().kind == Moment::Kind::utc);
  const Zone& told = own ? clock.zone() : context.zone;
  zone_changes_ = own && !may_come_from(rules_, told, event.details.start);
}

Time DeviceClock::as_told(Time time) const {
  if (clock_.all_day() || !repeats_ || zone_changes_) return time;
  return clock_.told_of(rules_.to_local(time));
}

namespace {

/// How the new times are written.
Moment::Kind kind_of(const SeriesClock& clock, bool all_day) {
  return all_day ? Moment::Kind::date : clock.start().kind;
}

}  // namespace

Timing timing_of(const SeriesClock& clock, const Event& event, const EventPatch& patch,
                 const DeviceClock& device, const Context& context) {
  const EventDetails& now = event.details;
  const bool all_day = patch.details.all_day.applied_to(now.all_day);
  const bool repeats = event.recurrence.has_value();
  const bool kind_changes = all_day != now.all_day;
  Timing out;
  out.zone_changes = device.zone_changes() && !all_day;
  const bool same_clock = !kind_changes && !out.zone_changes;
  const auto read = [&](const Change<Time>& change, Time current) {
    if (change.value() == nullptr) return current;
    return same_clock ? device.as_told(*change.value()) : *change.value();
  };
  const Time start = read(patch.details.start, now.start);
  Time end = read(patch.details.end, now.end);
  const bool end_is_told = patch.details.end.value() != nullptr;
  if (start != now.start && !end_is_told) end = start + (now.end - now.start);
  if (end < start) end = start;
  out.start_changes = start != now.start || !same_clock;
  out.end_changes = end != now.end || !same_clock;
  if (all_day) {
    if (end <= start) end = start + chrono::days(1);
    // A series that is all-day by name only stays as it is written.
    const Moment::Kind kind = kind_changes ? Moment::Kind::date : kind_of(clock, false);
    out.start = {.kind = kind, .local = date_of(start), .zone = clock.start().zone};
    out.end = {.kind = kind, .local = date_of(end), .zone = clock.start().zone};
  } else if (same_clock) {
    out.start = clock.moment_of(clock.local_of(start));
    out.end = clock.moment_of(clock.local_of(end));
  } else {
    const bool will_repeat = patch.recurrence.keeps() ? repeats : !patch.recurrence.clears();
    out.start = in_zone(device.rules(), start, will_repeat, context, out.rules);
    out.end = in_zone(device.rules(), end, will_repeat, context, out.rules);
  }
  return out;
}

}  // namespace godwit::convert::ical
