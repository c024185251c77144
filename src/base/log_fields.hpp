/// A line of a logger (base/log.hpp) taken apart again, for those who write it in another form.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace godwit {

struct LogParts {
  std::string event;
  std::vector<std::pair<std::string, std::string>> fields;  // in the line's order
};

/// What is quoted comes back as it was before. Any text is taken: a word without '=' has no value.
LogParts log_parts(std::string_view line);

}  // namespace godwit
