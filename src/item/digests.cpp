#include "item/digests.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace godwit {
namespace {
constexpr std::size_t entry_bytes = 5;
}

PropertyDigests::PropertyDigests(std::string_view packed) {
  for (; packed.size() >= entry_bytes; packed.remove_prefix(entry_bytes)) {
    std::uint32_t digest = 0;
    for (std::size_t i = 1; i < entry_bytes; ++i) {
      digest = digest << 8U | static_cast<unsigned char>(packed[i]);
    }
    digests_[static_cast<std::uint8_t>(packed[0])] = digest;
  }
}

void PropertyDigests::set(std::size_t property, std::string_view value) {
  const auto digest = property_digest(value);
  if (digest != 0) digests_[static_cast<std::uint8_t>(property)] = digest;
}

std::uint32_t PropertyDigests::operator[](std::size_t property) const {
  const auto at = digests_.find(static_cast<std::uint8_t>(property));
  return at == digests_.end() ? 0 : at->second;
}

std::string PropertyDigests::packed() const {
  std::string out;
  for (const auto& [property, digest] : digests_) {
    out += static_cast<char>(property);
    for (unsigned shift = 32; shift > 0; shift -= 8) {
      out += static_cast<char>(digest >> (shift - 8) & 0xFFU);
    }
  }
  return out;
}

std::uint32_t property_digest(std::string_view value) {
  if (value.empty()) return 0;
  const std::string digest = digest128(value);
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) out = out << 8U | static_cast<unsigned char>(digest[i]);
  return std::max(out, 1U);
}

}  // namespace godwit
