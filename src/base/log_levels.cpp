#include "base/log_levels.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <iterator>
#include <utility>

namespace godwit {
namespace {

constexpr auto all_levels =
    std::to_array<LogLevel>({LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error});

constexpr auto names = std::to_array<std::string_view>({"admin",
                                                        "autodiscover",
                                                        "certificates",
                                                        "command",
                                                        "console",
                                                        "control",
                                                        "conversation",
                                                        "daemon",
                                                        "dav",
                                                        "dav.conversation",
                                                        "device_rule",
                                                        "directory",
                                                        "draft",
                                                        "groups",
                                                        "hierarchy",
                                                        "http",
                                                        "imap",
                                                        "imap.conversation",
                                                        "ingest",
                                                        "kerberos",
                                                        "ldap",
                                                        "ldap.check",
                                                        "listener",
                                                        "lmtp",
                                                        "lmtp.spool",
                                                        "local.blobs",
                                                        "local.delivery",
                                                        "local.groups",
                                                        "local.meeting",
                                                        "local.store",
                                                        "local.vacation",
                                                        "loop",
                                                        "meeting",
                                                        "notes",
                                                        "oidc",
                                                        "prefetch",
                                                        "provision",
                                                        "queue",
                                                        "request",
                                                        "request.content",
                                                        "request.decoded",
                                                        "resources",
                                                        "search",
                                                        "send",
                                                        "settings",
                                                        "sieve",
                                                        "sign_in",
                                                        "store.index",
                                                        "sync",
                                                        "trace"});
static_assert(std::ranges::adjacent_find(names, std::greater_equal{}) == names.end(),
              "loggers must be unique and in order");

constexpr std::uint8_t as_all = 0;  // else the level's number and one

std::atomic<LogLevel> common{LogLevel::info};
std::array<std::atomic<std::uint8_t>, names.size()> own{};  // in the order of `names`

/// The place of `logger` in `names`; their number when it is none of them.
std::size_t place_of(std::string_view logger) {
  const auto* const found = std::ranges::lower_bound(names, logger);
  return found != names.end() && *found == logger
             ? static_cast<std::size_t>(std::distance(names.begin(), found))
             : names.size();
}

std::optional<LogLevel> own_level(std::size_t place) {
  const std::uint8_t level = own.at(place).load(std::memory_order_relaxed);
  if (level == as_all) return std::nullopt;
  return LogLevel{static_cast<std::uint8_t>(level - 1)};
}

}  // namespace

std::span<const std::string_view> logger_names() { return names; }

std::optional<LogLevel> log_level_of(std::string_view name) {
  for (const LogLevel level : all_levels) {
    if (to_string(level) == name) return level;
  }
  return std::nullopt;
}

void set_log_level(LogLevel least) { common = least; }

LogLevel common_log_level() { return common; }

Result<> set_logger_level(std::string_view logger, std::optional<LogLevel> level) {
  const std::size_t place = place_of(logger);
  if (place == names.size()) {
    return fail(Errc::not_found, fmt::format("no logger is called '{}'; there are: {}", logger,
                                             fmt::join(names, ", ")));
  }
  own.at(place) = level ? static_cast<std::uint8_t>(std::to_underlying(*level) + 1) : as_all;
  return {};
}

std::vector<LoggerLevel> logger_levels() {
  std::vector<LoggerLevel> out;
  for (std::size_t place = 0; place < names.size(); ++place) {
    if (const auto level = own_level(place)) out.push_back({std::string(names.at(place)), *level});
  }
  return out;
}

bool is_shown(std::string_view logger, LogLevel level) {
  const std::size_t place = place_of(logger);
  const auto least = place < names.size() ? own_level(place) : std::nullopt;
  return level >= least.value_or(common.load(std::memory_order_relaxed));
}

bool is_shown_by_name(std::string_view logger, LogLevel level) {
  const std::size_t place = place_of(logger);
  const auto least = place < names.size() ? own_level(place) : std::nullopt;
  return least.has_value() && level >= *least;
}

}  // namespace godwit
