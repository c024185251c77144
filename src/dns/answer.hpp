/// What DNS servers answer, read; and how an administrator names a server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::dns {

enum class Type : std::uint16_t { address4 = 1, alias = 5, mail = 15, address6 = 28, service = 33 };

struct Record {
  Type type = Type::address4;
  std::string text;            // an address, or a host in lower case without its last dot
  std::uint16_t priority = 0;  // mail and services
  std::uint16_t weight = 0;    // services
  std::uint16_t port = 0;      // services
};

/// The records of these types in the answer section, in its order; at most 64. Error: malformed.
Result<std::vector<Record>> read_answer(std::string_view message);

/// Whom to ask instead of the system's servers.
struct Server {
  std::string address;  // IPv4
  std::uint16_t port = 53;
};
/// "192.0.2.1" or "192.0.2.1:5353".
Result<Server> parse_server(std::string_view text);

}  // namespace godwit::dns
