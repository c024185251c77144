/// What is shown of the log: a level of all loggers, and levels of single ones, which go before it.
/// Any thread; nothing takes a lock.
#pragma once

#include <optional>
#include <span>
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

/// All loggers of the programs, in the order of their names.
std::span<const std::string_view> logger_names();
/// "debug", "info", "warning", "error".
std::optional<LogLevel> log_level_of(std::string_view name);
/// The level of all (set_log_level).
LogLevel common_log_level();
/// Nothing: as all again. Error: not_found, which names all loggers.
Result<> set_logger_level(std::string_view logger, std::optional<LogLevel> level);
/// Those that have a level of their own, in the order of their names.
std::vector<LoggerLevel> logger_levels();
bool is_shown(std::string_view logger, LogLevel level);
/// By a level of its own: that of all does not count. Of loggers that show content.
bool is_shown_by_name(std::string_view logger, LogLevel level);

}  // namespace godwit
