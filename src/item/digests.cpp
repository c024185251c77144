#include "item/digests.hpp"

#include <algorithm>
#include <set>

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

std::vector<std::uint8_t> PropertyDigests::numbers() const {
  std::vector<std::uint8_t> out;
  out.reserve(digests_.size());
  for (const auto& [property, digest] : digests_) out.push_back(property);
  return out;
}

void PropertyDigests::take(std::size_t property, const PropertyDigests& from) {
  const auto number = static_cast<std::uint8_t>(property);
  if (const auto digest = from[property]; digest != 0) {
    digests_[number] = digest;
  } else {
    digests_.erase(number);
  }
}

DigestMerge merged(const PropertyDigests& base, const PropertyDigests& current,
                   const PropertyDigests& after, const std::function<bool(std::uint8_t)>& says) {
  DigestMerge merge;
  merge.held = base;
  std::set<std::uint8_t> all;
  for (const auto* side : {&base, &current, &after}) {
    for (const std::uint8_t number : side->numbers()) all.insert(number);
  }
  for (const std::uint8_t number : all) {
    if (after[number] == current[number]) {
      // The device wrote what is there already, as one that repeats an edit does.
      if (current[number] != base[number] && says(number)) merge.held.take(number, after);
      continue;
    }
    if (after[number] == base[number]) {
      merge.repeated.push_back(number);
      continue;
    }
    merge.held.take(number, after);
    if (current[number] != base[number]) merge.conflict = true;
  }
  return merge;
}

std::uint32_t property_digest(std::string_view value) {
  if (value.empty()) return 0;
  const std::string digest = digest128(value);
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) out = out << 8U | static_cast<unsigned char>(digest[i]);
  return std::max(out, 1U);
}

}  // namespace godwit
