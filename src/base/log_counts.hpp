/// How often each warning and error was logged since the start, whatever the level that is shown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log.hpp"

namespace godwit {

struct LogCount {
  std::string logger;
  std::string event;
  LogLevel level = LogLevel::warning;
  std::uint64_t count = 0;
};
/// In the order of their names. Events are named in the code; beyond 1,000 names none is added.
std::vector<LogCount> log_counts();
/// Of one event.
std::uint64_t log_count(std::string_view logger, std::string_view event);

}  // namespace godwit
