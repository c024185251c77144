/// Address ranges such as "10.0.0.0/8, ::1": who is trusted to speak for others.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::net {

/// "192.0.2.1:4711", "[2001:db8::1]:4711" or a bare address -> the address alone.
std::string_view address_of(std::string_view peer);

class Networks {
 public:
  /// Addresses and CIDR ranges, IPv4 and IPv6, separated by commas or spaces; may be empty.
  static Result<Networks> parse(std::string_view text);
  /// `address`: with or without a port. "unix" peers are in every set that is not empty.
  bool contains(std::string_view address) const;
  bool empty() const noexcept { return ranges_.empty(); }

 private:
  struct Range {
    std::array<std::uint8_t, 16> first;  // IPv4 as IPv4-mapped IPv6
    unsigned bits;
  };
  std::vector<Range> ranges_;
};

}  // namespace godwit::net
