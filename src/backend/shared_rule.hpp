/// Which folders of other users, and shared ones, their readers' devices show.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace godwit::backend {

struct SharedRule {
  enum class Which : std::uint8_t {
    none,
    subscribed,  // what the user asked the server for
    all,
    listed,
  };
  Which which = Which::subscribed;
  std::vector<std::string> names{};  // `listed`: paths in UTF-8, `*` for any characters
};

/// As the configuration writes it: one of the words alone, or a list of paths; nothing is none.
SharedRule shared_rule(const std::vector<std::string>& given);

}  // namespace godwit::backend
