/// How an item repeats, in the terms that devices have for it. [MS-ASCAL] Recurrence, [MS-ASTASK]
/// Recurrence; the rule of an iCalendar text may say more and stays there.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace godwit {

struct Recurrence {
  enum class Type : std::uint8_t {
    daily = 0,
    weekly = 1,
    monthly = 2,
    monthly_by_weekday = 3,
    yearly = 5,
    yearly_by_weekday = 6
  };

  Type type = Type::daily;
  std::uint16_t interval = 1;                // 1..999
  std::optional<std::uint16_t> occurrences;  // 1..999; wins over until
  std::optional<Time> until;                 // start of the last one; of all-day items: its date
  std::uint8_t days_of_week = 0;             // 1 Sunday, 2 Monday .. 64 Saturday; 0 = none
  std::uint8_t day_of_month = 0;             // 1..31; 0 = none
  std::uint8_t week_of_month = 0;            // 1..5, 5 = last; 0 = none
  std::uint8_t month_of_year = 0;            // 1..12; 0 = none
  std::optional<std::uint8_t> first_day_of_week;  // 0 Sunday .. 6 Saturday
  std::uint8_t calendar_type = 0;                 // 0 default, 1 Gregorian ..
  bool is_leap_month = false;
  // Of tasks only.
  std::optional<Time> start;  // local
  bool regenerates = false;
  std::uint8_t dead_occurrence = 0;

  friend bool operator==(const Recurrence&, const Recurrence&) = default;
};

}  // namespace godwit
