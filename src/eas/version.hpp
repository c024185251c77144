/// Protocol versions ([MS-ASHTTP] MS-ASProtocolVersion).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace godwit::eas {

/// The number is the base64 query's first byte: the version times ten.
enum class Version : std::uint8_t {
  v12_0 = 120,
  v12_1 = 121,
  v14_0 = 140,
  v14_1 = 141,
  v16_0 = 160,
  v16_1 = 161,
};

inline constexpr auto all_versions_list =
    std::to_array({Version::v12_0, Version::v12_1, Version::v14_0, Version::v14_1, Version::v16_0,
                   Version::v16_1});

std::string_view to_string(Version version);
/// `14.1`. Error: unsupported.
Result<Version> parse_version(std::string_view text);
Result<Version> version_of_byte(std::uint8_t byte);

/// An inclusive range of versions, for rows of tables.
struct Versions {
  Version first;
  Version last;
  constexpr bool contains(Version version) const { return first <= version && version <= last; }
};
inline constexpr Versions all_versions{Version::v12_0, Version::v16_1};
constexpr Versions since(Version first) { return {first, Version::v16_1}; }
constexpr Versions until(Version last) { return {Version::v12_0, last}; }

}  // namespace godwit::eas
