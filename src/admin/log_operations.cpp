#include <array>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"
#include "base/log_levels.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;
using Parts = Operations::Parts;

constexpr std::string_view all_loggers = "all";

json all_levels() {
  json rows = json::array({{{"logger", all_loggers}, {"level", to_string(common_log_level())}}});
  for (const LoggerLevel& each : logger_levels()) {
    rows.push_back({{"logger", each.logger}, {"level", to_string(each.level)}});
  }
  return {{"levels", std::move(rows)}};
}

Task<Result<json>> log_levels(Parts& /*parts*/, json /*arguments*/) { co_return all_levels(); }

Task<Result<json>> log_level(Parts& /*parts*/, json arguments) {
  const auto logger = text(arguments, "logger");
  if (!logger) co_return pass(logger);
  const auto name = text(arguments, "level");
  if (!name) co_return pass(name);
  const auto level = log_level_of(*name);
  if (!level && (*name != "default" || *logger == all_loggers)) {
    co_return fail(Errc::malformed,
                   "levels are debug, info, warning and error; 'default' is that "
                   "of all loggers");
  }
  if (*logger == all_loggers) {
    set_log_level(*level);
  } else if (const auto done = set_logger_level(*logger, level); !done) {
    co_return pass(done);
  }
  co_return all_levels();
}

constexpr auto operations = std::to_array<Operation>({
    {"log.level", &log_level},
    {"log.levels", &log_levels},
});

}  // namespace

std::span<const Operation> log_operations() { return operations; }

}  // namespace godwit::admin
