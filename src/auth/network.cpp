#include "auth/network.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace godwit::auth {
namespace {

constexpr unsigned v4_bits = 32;
constexpr std::string_view v4_mapped("\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12);
constexpr std::size_t groups_max = 8;  // of an IPv6 address

std::unexpected<Error> malformed() { return fail(Errc::malformed, "not an internet address"); }

/// Four bytes, or nothing. Decimal without leading zeros, which some read as octal.
std::optional<std::string> parse_v4(std::string_view text) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) {
    const auto part = text.substr(0, text.find('.'));
    const auto value = parse_number<std::uint8_t>(part);
    if (!value || (part.size() > 1 && part.front() == '0')) return std::nullopt;
    bytes += static_cast<char>(*value);
    if ((i == 3) != (part.size() == text.size())) return std::nullopt;
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return bytes;
}

/// Two bytes of a group of one to four hexadecimal digits.
std::optional<std::string> parse_group(std::string_view text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.empty() || text.size() > 4 || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return std::string{static_cast<char>(value >> 8U), static_cast<char>(value & 0xFFU)};
}

/// The bytes of groups that colons separate; the last may be an IPv4 address.
std::optional<std::string> parse_groups(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(':'));
    const bool last = part.size() == text.size();
    const auto group = last && part.contains('.') ? parse_v4(part) : parse_group(part);
    if (!group || bytes.size() + group->size() > 2 * groups_max) return std::nullopt;
    bytes += *group;
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (!last && text.empty()) return std::nullopt;
  }
  return bytes;
}

/// RFC 4291 2.2: sixteen bytes, or nothing.
std::optional<std::string> parse_v6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    auto bytes = parse_groups(text);
    if (bytes && bytes->size() != 2 * groups_max) return std::nullopt;
    return bytes;
  }
  const auto head = text.substr(0, gap);
  if (head.contains('.')) return std::nullopt;
  auto front = parse_groups(head);
  const auto back = parse_groups(text.substr(gap + 2));
  // The gap stands for one group at least.
  if (!front || !back || front->size() + back->size() > 2 * (groups_max - 1)) return std::nullopt;
  front->resize(2 * groups_max - back->size(), '\0');
  return *front + *back;
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  text = text.substr(0, text.find('%'));
  std::optional<std::string> bytes;
  if (text.contains(':')) {
    bytes = parse_v6(text);
  } else {
    bytes = parse_v4(text);
    if (bytes) bytes->insert(0, v4_mapped);
  }
  if (!bytes) return malformed();
  Address address;
  std::ranges::copy(*bytes, address.bytes_.begin());
  return address;
}

bool Address::is_v4() const { return bytes().starts_with(v4_mapped); }

Address Address::masked(unsigned prefix) const {
  Address out = *this;
  for (unsigned i = 0; i < out.bytes_.size(); ++i) {
    const unsigned kept = std::clamp(prefix, i * 8, i * 8 + 8) - i * 8;  // of this byte
    const auto mask = 0xFF00U >> kept & 0xFFU;
    out.bytes_[i] = static_cast<char>(static_cast<unsigned char>(out.bytes_[i]) & mask);
  }
  return out;
}

std::string_view Address::bytes() const { return {bytes_.data(), bytes_.size()}; }

Result<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return pass(address);
  // By its spelling: `::ffff:0:0/96` is a block of IPv6.
  const bool v4 = !text.contains(':');
  const unsigned own_bits = v4 ? v4_bits : Address::bits;
  unsigned prefix = own_bits;
  if (slash != std::string_view::npos) {
    const auto given = parse_number<unsigned>(text.substr(slash + 1));
    if (!given || *given > own_bits) return malformed();
    prefix = *given;
  }
  return Network(*address, prefix + Address::bits - own_bits);
}

bool contains(const std::vector<Network>& networks, const Address& address) {
  return std::ranges::any_of(networks,
                             [&](const Network& network) { return network.contains(address); });
}

}  // namespace godwit::auth
