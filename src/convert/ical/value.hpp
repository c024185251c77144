/// Values of properties: dates and times, durations. RFC 5545 3.3
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "convert/ical/document.hpp"
#include "item/time_zone.hpp"

namespace godwit::convert::ical {

/// A date or a time as it is written, before a zone makes an instant of it.
struct Moment {
  enum class Kind : std::uint8_t { date, floating, utc, zoned };
  Kind kind = Kind::floating;
  LocalTime local{};  // of a date its midnight; of utc the reading in UTC
  std::string zone;   // TZID, when zoned
  friend bool operator==(const Moment&, const Moment&) = default;
};

/// DATE or DATE-TIME, as `20240331`, `20240331T080500Z`; also with dashes and colons, and without
/// seconds. `zone` is that of TZID. Error: malformed.
Result<Moment> parse_moment(std::string_view value, std::string_view zone);
/// Of a property, with its TZID.
Result<Moment> moment_of(const Line& line);
/// The value and what VALUE and TZID have to be. `name` is the property's.
Line line_of(std::string_view name, const Moment& moment, std::string_view line_end);
std::string value_of(const Moment& moment);

/// RFC 5545 3.3.6, as `-PT15M`; days and weeks are exact ones. Error: malformed.
Result<std::chrono::seconds> parse_duration(std::string_view value);
std::string format_duration(std::chrono::seconds duration);

}  // namespace godwit::convert::ical
