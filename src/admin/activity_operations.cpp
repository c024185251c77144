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

json to_json(const PushSource& source) {
  json row{{"name", source.name},           {"told", source.told},
           {"unwatched", source.unwatched}, {"ignored", source.ignored},
           {"malformed", source.malformed}, {"limited", source.limited},
           {"quiet", source.is_quiet},      {"silent_seconds", nullptr}};
  if (source.silent_for) row["silent_seconds"] = source.silent_for->count();
  return row;
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
  json sources = json::array();
  const PushSources told = (*place)->push_sources();
  for (const PushSource& each : told.sources) sources.push_back(to_json(each));
  co_return json{{"watches", std::move(rows)},
                 {"all", watched.size()},
                 {"sources", std::move(sources)},
                 {"refused", told.refused}};
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
