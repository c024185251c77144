/// Internet addresses and networks as numbers, parsed without asking the system.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::auth {

/// An IPv6 address, or an IPv4 one in its mapped form (RFC 4291 2.5.5.2): both spellings of one
/// peer are equal.
class Address {
 public:
  static constexpr unsigned bits = 128;

  /// `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`; a zone (`%eth0`) is dropped. Error: malformed.
  static Result<Address> parse(std::string_view text);

  bool is_v4() const;
  /// With the bits after the first `prefix` cleared.
  Address masked(unsigned prefix) const;
  /// The 16 bytes, for keys.
  std::string_view bytes() const;
  friend auto operator<=>(const Address&, const Address&) = default;

 private:
  std::array<char, 16> bytes_{};
};

/// A CIDR block.
class Network {
 public:
  /// `10.0.0.0/8`, `2001:db8::/32`; an address alone is a block of one. Bits after the prefix do
  /// not count. `::/0` holds every IPv4 address, too. Error: malformed.
  static Result<Network> parse(std::string_view text);

  bool contains(const Address& address) const { return address.masked(prefix_) == base_; }

 private:
  Network(Address base, unsigned prefix) : base_(base.masked(prefix)), prefix_(prefix) {}
  Address base_;
  unsigned prefix_;  // 0 to 128
};

bool contains(const std::vector<Network>& networks, const Address& address);

}  // namespace godwit::auth
