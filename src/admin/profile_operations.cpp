#include <array>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;
using Parts = Operations::Parts;

json to_json(const profile::Profile& profile) {
  json conditions = json::object();
  for (const auto& [name, value] : profile::describe_conditions(profile)) conditions[name] = value;
  json settings = json::object();
  for (const auto& [name, value] : profile::describe(profile.set)) settings[name] = value;
  return {{"profile", profile.name},
          {"when", std::move(conditions)},
          {"set", std::move(settings)},
          {"source", profile.source},
          {"only_by_name", profile.only_by_name}};
}

Task<Result<json>> profile_list(Parts& parts, json /*arguments*/) {
  const auto place = of_store(parts.devices);
  if (!place) co_return pass(place);
  json rows = json::array();
  const profile::ProfilesRef profiles = (*place)->profiles();
  for (const profile::Profile& each : profiles->list()) rows.push_back(to_json(each));
  co_return json{{"profiles", std::move(rows)}};
}

/// Without a profile: it is taken back.
Task<Result<json>> device_profile(Parts& parts, json arguments) {
  const auto place = of_store(parts.devices);
  if (!place) co_return pass(place);
  auto device = device_name(arguments);
  if (!device) co_return pass(device);
  auto name = text(arguments, "profile", false);
  if (!name) co_return pass(name);
  Order order{std::move(device->user), std::move(device->id), parts.caller};
  co_return nothing(co_await (*place)->set_profile(std::move(order), std::move(*name)));
}

constexpr auto operations = std::to_array<Operation>({
    {"device.profile", &device_profile},
    {"profile.list", &profile_list},
});

}  // namespace

std::span<const Operation> profile_operations() { return operations; }

}  // namespace godwit::admin
