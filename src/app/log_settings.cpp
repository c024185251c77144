#include "app/log_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "app/config_value.hpp"
#include "base/log_levels.hpp"

namespace godwit::app {
namespace {

/// The words of an entry, "LOGGER LEVEL".
struct Words {
  std::string_view logger, level;
};

Words words_of(std::string_view entry) {
  const auto blank = entry.find(' ');
  if (blank == std::string_view::npos) return {.logger = entry, .level = {}};
  return {.logger = entry.substr(0, blank), .level = entry.substr(blank + 1)};
}

/// Empty when there is none.
std::string problem_of(Words entry) {
  const auto names = logger_names();
  if (entry.logger == "all") return "the level of all is server.log_level";
  if (std::ranges::find(names, entry.logger) == names.end()) {
    return fmt::format("no logger is called '{}'; there are: {}", entry.logger,
                       fmt::join(names, ", "));
  }
  if (!log_level_of(entry.level)) {
    return fmt::format("write \"{} LEVEL\", which is debug, info, warning or error", entry.logger);
  }
  return {};
}

}  // namespace

void check_log_levels(const ConfigValue& list, Problems& problems) {
  std::set<std::string_view> seen;
  for (const ConfigValue& entry : list.children) {
    const Words words = words_of(entry.text);
    std::string problem = problem_of(words);
    if (problem.empty() && !seen.insert(words.logger).second) {
      problem = fmt::format("'{}' has a level already; remove one", words.logger);
    }
    if (!problem.empty()) problems.add(entry, "server.log_levels: " + problem);
  }
}

void apply_log_levels(const Config::Server& server) {
  set_log_level(log_level_of(server.log_level).value_or(LogLevel::info));
  for (const std::string_view name : logger_names()) {
    std::optional<LogLevel> level;
    for (const std::string& entry : server.log_levels) {
      const Words words = words_of(entry);
      if (words.logger == name) level = log_level_of(words.level);
    }
    static_cast<void>(set_logger_level(name, level));  // it is one of those names
  }
}

}  // namespace godwit::app
