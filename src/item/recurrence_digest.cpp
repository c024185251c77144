#include "item/recurrence_digest.hpp"

#include <utility>

namespace godwit {

void pack(Packer& out, const Recurrence& recurrence) {
  out.number(std::to_underlying(recurrence.type)).number(recurrence.interval);
  out.number(recurrence.occurrences.value_or(0));
  // Occurrences win over Until.
  pack(out, recurrence.occurrences ? std::nullopt : recurrence.until);
  out.number(recurrence.days_of_week).number(recurrence.day_of_month);
  out.number(recurrence.week_of_month).number(recurrence.month_of_year);
  out.number(recurrence.calendar_type).boolean(recurrence.is_leap_month);
  pack(out, recurrence.start);
  out.boolean(recurrence.regenerates).number(recurrence.dead_occurrence);
}

void pack(Packer& out, const ZoneRules& rules) {
  for (const auto bias : {rules.bias, rules.standard_bias, rules.daylight_bias}) {
    out.signed_number(bias.count());
  }
  for (const auto& change : {rules.to_standard, rules.to_daylight}) {
    out.boolean(change.has_value());
    if (!change) continue;
    out.number(change->year).number(change->month).number(change->weekday).number(change->day);
    out.signed_number(change->time.count());
  }
}

}  // namespace godwit
