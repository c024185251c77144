#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "admin/arguments.hpp"
#include "admin/insight.hpp"
#include "admin/policy_editor.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;
using Parts = Operations::Parts;

json to_json(const ListedPolicy& policy) {
  json settings = json::object();
  for (const auto& [name, value] : policy.settings) settings[name] = value;
  return {{"policy", policy.name},
          {"mode", policy.mode},
          {"accept_partial", policy.accept_partial},
          {"accept_external", policy.accept_external},
          {"users", policy.users},
          {"groups", policy.groups},
          {"domains", policy.domains},
          {"assigned", policy.assigned},
          {"source", policy.edition.empty() ? "configuration" : "store"},
          {"edition", policy.edition},
          {"overridden", policy.overridden},
          {"settings", std::move(settings)}};
}

Task<Result<json>> policy_list(Parts& parts, json) {
  const auto place = of_store(parts.policy_editor);
  if (!place) co_return pass(place);
  json rows = json::array();
  for (const ListedPolicy& policy : co_await (*place)->rows()) rows.push_back(to_json(policy));
  co_return json{{"policies", std::move(rows)}};
}

/// By its name, or that of a user.
Task<Result<json>> policy_show(Parts& parts, json arguments) {
  const auto place = of_store(parts.policies);
  if (!place) co_return pass(place);
  auto name = text(arguments, "policy", false);
  if (!name) co_return pass(name);
  auto user = user_name(arguments);
  if (!user) co_return pass(user);
  std::string reason;
  if (*user) {
    auto of_user = co_await (*place)->of_user(std::move(**user));
    name = std::move(of_user.name);
    reason = std::move(of_user.reason);
  }
  const auto editor = of_store(parts.policy_editor);
  if (!editor) co_return pass(editor);
  for (const ListedPolicy& policy : co_await (*editor)->rows()) {
    if (policy.name != *name) continue;
    json row = to_json(policy);
    if (!reason.empty()) row["reason"] = reason;
    co_return row;
  }
  co_return fail(Errc::not_found, "there is no policy of that name");
}

Task<Result<json>> policy_assign(Parts& parts, json arguments) {
  const auto place = of_store(parts.policies);
  if (!place) co_return pass(place);
  auto user = user_name(arguments);
  if (!user) co_return pass(user);
  if (!*user) co_return fail(Errc::incomplete, "argument 'user' is missing");
  auto name = text(arguments, "policy", false);
  if (!name) co_return pass(name);
  co_return nothing(co_await (*place)->assign(std::move(**user), std::move(*name)));
}

Task<Result<json>> device_dry_run(Parts& parts, json arguments) {
  if (!parts.dry_run) {
    co_return fail(Errc::unsupported, "the store cannot be used; see `godwit schema status`");
  }
  auto file = text(arguments, "file");
  if (!file) co_return pass(file);
  const auto hits = co_await parts.dry_run(std::move(*file));
  if (!hits) co_return pass(hits);
  json rows = json::array();
  for (const Hit& hit : *hits) {
    rows.push_back({{"user", hit.user},
                    {"device", hit.device},
                    {"type", hit.type},
                    {"agent", hit.agent},
                    {"now", hit.now},
                    {"then", hit.then},
                    {"rule", hit.rule}});
  }
  co_return json{{"devices", std::move(rows)}};
}

std::string_view name_of(Finding::Outcome outcome) {
  switch (outcome) {
    case Finding::Outcome::good:
      return "good";
    case Finding::Outcome::note:
      return "note";
    case Finding::Outcome::stop:
      return "stop";
  }
  std::unreachable();
}

Task<Result<json>> device_why(Parts& parts, json arguments) {
  const auto place = of_store(parts.insight);
  if (!place) co_return pass(place);
  auto name = device_name(arguments);
  if (!name) co_return pass(name);
  auto item = text(arguments, "item", false);
  if (!item) co_return pass(item);
  const auto found = co_await (*place)->why(name->user, name->id, std::move(*item), std::nullopt);
  if (!found) co_return pass(found);
  json rows = json::array();
  for (const Finding& each : *found) {
    std::string said = text_of(each, "en");
    if (const auto command = command_of(each.code); !command.empty()) {
      said += fmt::format("; `godwit {} {} {}{}{}`", command, name->user.view(), name->id.view(),
                          each.about.empty() ? "" : " ", each.about);
    }
    rows.push_back({{"step", each.step},
                    {"outcome", name_of(each.outcome)},
                    {"code", name_of(each.code)},
                    {"arguments", each.arguments},
                    {"text", std::move(said)}});
  }
  co_return json{{"findings", std::move(rows)}};
}

constexpr auto operations = std::to_array<Operation>({
    {"device.why", &device_why},
    {"device.dry_run", &device_dry_run},
    {"policy.assign", &policy_assign},
    {"policy.dry_run", &policy_dry_run},
    {"policy.list", &policy_list},
    {"policy.remove", &policy_remove},
    {"policy.set", &policy_set},
    {"policy.show", &policy_show},
});

}  // namespace

std::span<const Operation> policy_operations() { return operations; }

}  // namespace godwit::admin
