#include "eas/version.hpp"

#include <algorithm>
#include <string>

namespace godwit::eas {

std::string_view to_string(Version version) {
  switch (version) {
    case Version::v12_0:
      return "12.0";
    case Version::v12_1:
      return "12.1";
    case Version::v14_0:
      return "14.0";
    case Version::v14_1:
      return "14.1";
    case Version::v16_0:
      return "16.0";
    case Version::v16_1:
      return "16.1";
  }
  return {};
}

Result<Version> parse_version(std::string_view text) {
  const auto found = std::ranges::find(all_versions_list, text, &to_string);
  if (found == all_versions_list.end()) return fail(Errc::unsupported, "unknown protocol version");
  return *found;
}

Result<Version> version_of_byte(std::uint8_t byte) {
  const auto found = std::ranges::find(all_versions_list, static_cast<Version>(byte));
  if (found == all_versions_list.end()) {
    return fail(Errc::unsupported, "unknown protocol version byte " + std::to_string(byte));
  }
  return *found;
}

}  // namespace godwit::eas
