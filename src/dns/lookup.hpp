/// Questions to DNS that the system's name look-up does not answer: aliases, services, mail
/// exchangers. By the system's resolver library.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "dns/answer.hpp"

namespace godwit::dns {

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
