/// Questions to DNS that the system's name look-up does not answer: aliases, services, mail
/// exchangers. By the system's resolver library.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"

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

class Lookup {
 public:
  explicit Lookup(std::optional<Server> server = std::nullopt);
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  /// Aliases on the way are in the answer. Empty: there is nothing. Throws Fault(unavailable) when
  /// nobody answers, or nonsense.
  Task<std::vector<Record>> ask(std::string name, Type type);
  /// Its IPv4 and IPv6 addresses, behind aliases.
  Task<std::vector<std::string>> addresses(std::string name);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace godwit::dns
