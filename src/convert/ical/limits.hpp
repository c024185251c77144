#pragma once

#include <cstddef>

namespace godwit::convert::ical {

inline constexpr std::size_t text_bytes_max = 32 * 1024 * 1024;  // attachments lie within
inline constexpr std::size_t lines_max = 200'000;                // a calendar of 10,000 events
inline constexpr std::size_t depth_max = 8;         // RFC 5545 needs three: calendar, event, alarm
inline constexpr std::size_t parameters_max = 100;  // of one property
inline constexpr std::size_t rule_parts_max = 400;  // numbers in one part of a rule: 366 days
inline constexpr std::size_t attendees_max = 5'000;
inline constexpr std::size_t exceptions_max = 2'000;  // shown of a series; the text keeps all
inline constexpr std::size_t categories_max = 300;    // [MS-ASCAL] Categories
inline constexpr std::size_t attachments_max = 100;
/// Steps that one expansion may take: a rule that never comes true ends there.
inline constexpr std::size_t expansion_steps_max = 400'000;
inline constexpr int year_min = 1, year_max = 9'998;

}  // namespace godwit::convert::ical
