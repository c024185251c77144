#include "base/log_levels.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>

namespace godwit {
namespace {

constexpr std::size_t name_bytes_max = 40;
constexpr auto all_levels =
    std::to_array<LogLevel>({LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error});

std::atomic<LogLevel> common{LogLevel::info};
std::atomic<bool> any_own{false};  // so that no lock is taken while there is none

struct Own {
  std::mutex mutex;
  std::map<std::string, LogLevel, std::less<>> levels;
};

Own& own() {
  static Own instance;
  return instance;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || c == '.';
  });
}

}  // namespace

std::optional<LogLevel> log_level_of(std::string_view name) {
  for (const LogLevel level : all_levels) {
    if (to_string(level) == name) return level;
  }
  return std::nullopt;
}

void set_log_level(LogLevel least) { common = least; }

LogLevel common_log_level() { return common; }

Result<> set_logger_level(std::string_view logger, std::optional<LogLevel> level) {
  if (!is_name(logger)) return fail(Errc::malformed, "loggers are named as in the log's lines");
  Own& known = own();
  const std::scoped_lock lock(known.mutex);
  if (!level) {
    if (const auto row = known.levels.find(logger); row != known.levels.end()) {
      known.levels.erase(row);
    }
  } else if (known.levels.size() >= logger_levels_max && !known.levels.contains(logger)) {
    return fail(Errc::too_large, "too many loggers have a level of their own");
  } else {
    known.levels.insert_or_assign(std::string(logger), *level);
  }
  any_own = !known.levels.empty();
  return {};
}

std::vector<LoggerLevel> logger_levels() {
  Own& known = own();
  const std::scoped_lock lock(known.mutex);
  std::vector<LoggerLevel> out;
  out.reserve(known.levels.size());
  for (const auto& [logger, level] : known.levels) out.push_back({logger, level});
  return out;
}

bool is_shown(std::string_view logger, LogLevel level) {
  if (any_own.load(std::memory_order_relaxed)) {
    Own& known = own();
    const std::scoped_lock lock(known.mutex);
    if (const auto row = known.levels.find(logger); row != known.levels.end()) {
      return level >= row->second;
    }
  }
  return level >= common.load(std::memory_order_relaxed);
}

}  // namespace godwit
