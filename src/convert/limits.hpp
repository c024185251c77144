#pragma once

#include <cstddef>
#include <cstdint>

namespace godwit::convert {

inline constexpr std::size_t depth_max = 128;  // nested multiparts and messages; real mail has < 10
inline constexpr std::size_t parts_max = 1'000;  // what follows is one opaque part
/// A header block beyond this is content: what one message may cost in memory.
inline constexpr std::size_t header_bytes_max = 256 * 1024;
inline constexpr std::size_t boundary_bytes_max = 1024;   // RFC 2046 5.1.1 allows 70, and few care
inline constexpr std::size_t parameter_bytes_max = 4096;  // one decoded parameter or file name
inline constexpr std::size_t parameters_max = 64;         // of one header field
inline constexpr std::size_t addresses_max = 2'000;       // of one address field

}  // namespace godwit::convert
