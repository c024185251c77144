#include "net/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace godwit::net {
namespace {

using Address = std::array<std::uint8_t, 16>;

struct Parsed {
  Address bytes{};
  bool v4 = false;
};

std::optional<Parsed> parse_address(std::string_view text) {
  const std::string copy(text);
  Parsed parsed;
  if (::inet_pton(AF_INET, copy.c_str(), parsed.bytes.data() + 12) == 1) {
    parsed.bytes[10] = parsed.bytes[11] = 0xFF;
    parsed.v4 = true;
    return parsed;
  }
  if (::inet_pton(AF_INET6, copy.c_str(), parsed.bytes.data()) == 1) return parsed;
  return std::nullopt;
}

}  // namespace

std::string_view address_of(std::string_view peer) {
  if (peer.starts_with('[')) {
    const auto end = peer.find(']');
    return end == std::string_view::npos ? peer.substr(1) : peer.substr(1, end - 1);
  }
  const auto colon = peer.find(':');
  if (colon != std::string_view::npos && peer.find(':', colon + 1) == std::string_view::npos) {
    return peer.substr(0, colon);
  }
  return peer;
}

Result<Networks> Networks::parse(std::string_view text) {
  Networks networks;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(", \t"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    const auto slash = word.find('/');
    const auto address = parse_address(word.substr(0, slash));
    if (!address) return fail(Errc::malformed, "not an address: " + std::string(word));
    const unsigned most = address->v4 ? 32 : 128;
    unsigned bits = most;
    if (slash != std::string_view::npos) {
      const auto number = parse_number<unsigned>(word.substr(slash + 1));
      if (!number || *number > most) {
        return fail(Errc::out_of_range, "not a prefix length: " + std::string(word));
      }
      bits = *number;
    }
    networks.ranges_.push_back({address->bytes, bits + (address->v4 ? 96U : 0U)});
  }
  return networks;
}

bool Networks::contains(std::string_view address) const {
  if (address_of(address) == "unix") return !empty();
  const auto parsed = parse_address(address_of(address));
  if (!parsed) return false;
  return std::ranges::any_of(ranges_, [&parsed](const Range& range) {
    for (unsigned bit = 0; bit < range.bits; ++bit) {
      const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
      if (((parsed->bytes[bit / 8] ^ range.first[bit / 8]) & mask) != 0) return false;
    }
    return true;
  });
}

}  // namespace godwit::net
