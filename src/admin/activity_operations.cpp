#include <array>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;
using Parts = Operations::Parts;

/// More than a person reads; a reply stays small however many phones wait.
constexpr std::size_t rows_max = 1000;

Result<Activity*> activity(Parts& parts) {
  if (parts.activity != nullptr) return parts.activity;
  return fail(Errc::unsupported, "phones are not served; see `godwit status`");
}

Task<Result<json>> push_list(Parts& parts, json /*arguments*/) {
  const auto place = activity(parts);
  if (!place) co_return pass(place);
  json rows = json::array();
  const auto watched = (*place)->watched();
  for (const WatchedUser& each : watched) {
    if (rows.size() == rows_max) break;
    rows.push_back({{"user", each.user.str()},
                    {"mail", each.mail},
                    {"items", each.items},
                    {"sees_all", each.sees_all},
                    {"gave_up", each.gave_up},
                    {"waited_for", each.waited_for},
                    {"folders", each.folders},
                    {"age_seconds", each.age.count()}});
  }
  co_return json{{"watches", std::move(rows)}, {"all", watched.size()}};
}

Task<Result<json>> request_list(Parts& parts, json /*arguments*/) {
  const auto place = activity(parts);
  if (!place) co_return pass(place);
  json rows = json::array();
  const auto [running, all] = (*place)->running(rows_max);
  for (const RunningRequest& each : running) {
    rows.push_back({{"user", each.user.str()},
                    {"device", each.device.str()},
                    {"command", each.command},
                    {"state", each.waits ? "parked" : "working"},
                    {"folders", each.folders},
                    {"age_ms", each.age.count()},
                    {"bytes_in", each.bytes_in},
                    {"backend_ms", each.backend.count()}});
  }
  co_return json{{"requests", std::move(rows)}, {"all", all}};
}

constexpr auto operations = std::to_array<Operation>({
    {"push.list", &push_list},
    {"request.list", &request_list},
});

}  // namespace

std::span<const Operation> activity_operations() { return operations; }

}  // namespace godwit::admin
