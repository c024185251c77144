#pragma once

#include <cstddef>
#include <cstdint>

namespace godwit::compose {

inline constexpr std::size_t recipients_max = 1'000;    // of one mail, To, Cc and Bcc together
inline constexpr std::size_t address_bytes_max = 320;   // RFC 5321 4.5.3.1: 64 + 1 + 255
inline constexpr std::size_t line_bytes_wanted = 76;    // RFC 5322 2.1.1 and RFC 2045 6.7
inline constexpr std::size_t phrase_bytes_max = 256;    // of a display name
inline constexpr std::size_t piece_bytes = 256 * 1024;  // what is worked on at once

}  // namespace godwit::compose
