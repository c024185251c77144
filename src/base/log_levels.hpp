/// What is shown of the log: a level of all loggers, and levels of single ones, which go before it.
/// Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"

namespace godwit {

struct LoggerLevel {
  std::string logger;
  LogLevel level = LogLevel::info;
};

constexpr std::size_t logger_levels_max = 100;  // bounds what is looked at for a line

/// "debug", "info", "warning", "error".
std::optional<LogLevel> log_level_of(std::string_view name);
/// The level of all (set_log_level).
LogLevel common_log_level();
/// Nothing: as all again. Errors: malformed (1 to 40 of a-z, '_', '.'), too_large.
Result<> set_logger_level(std::string_view logger, std::optional<LogLevel> level);
/// In the order of their names.
std::vector<LoggerLevel> logger_levels();
bool is_shown(std::string_view logger, LogLevel level);

}  // namespace godwit
