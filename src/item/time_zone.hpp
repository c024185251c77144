/// A time zone as devices know it: one offset, or two with the yearly rules that change between
/// them. [MS-ASDTYPE] TimeZone
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace godwit {

/// A wall clock's reading, of no zone.
using LocalTime = std::chrono::local_time<std::chrono::seconds>;

/// When a clock is put, in wall-clock time before it is put.
struct ZoneChange {
  std::uint16_t year = 0;    // 0: every year by weekday; else once, on `day` of `month`
  std::uint8_t month = 1;    // 1..12
  std::uint8_t weekday = 0;  // 0 Sunday .. 6 Saturday
  std::uint8_t day = 1;      // every year: the nth weekday, 5 = last; once: day of month
  std::chrono::seconds time{0};

  /// Its reading in a year; nothing in years in which it does not happen.
  std::optional<LocalTime> in(std::chrono::year year) const;
  friend bool operator==(const ZoneChange&, const ZoneChange&) = default;
};

struct ZoneRules {
  /// UTC = local + bias + (standard_bias or daylight_bias).
  std::chrono::minutes bias{0}, standard_bias{0}, daylight_bias{0};
  /// Both or none.
  std::optional<ZoneChange> to_standard, to_daylight;
  std::string standard_name{}, daylight_name{};

  /// local - UTC at that instant.
  std::chrono::seconds offset_at(Time instant) const;
  LocalTime to_local(Time instant) const;
  /// A reading that happens twice is the first; one that is skipped counts from before the change.
  Time to_utc(LocalTime local) const;
  /// Whether both show the same time always, whatever their names.
  bool same_time(const ZoneRules& other) const;

  friend bool operator==(const ZoneRules&, const ZoneRules&) = default;
};

}  // namespace godwit
