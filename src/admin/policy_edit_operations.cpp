// Policies of the store: made, changed, removed, and what that would do.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "admin/policy_editor.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;
using Parts = Operations::Parts;

constexpr std::string_view new_mode = "strict";  // as a new one of the configuration has

Result<> read_flag(const json& arguments, std::string_view name, bool& out) {
  if (!arguments.contains(name)) return {};
  const auto given = flag(arguments, name);
  if (!given) return pass(given);
  out = *given;
  return {};
}

Result<> read_names(const json& arguments, std::string_view name, std::vector<std::string>& out) {
  if (!arguments.contains(name)) return {};
  auto given = texts(arguments, name);
  if (!given) return pass(given);
  out = std::move(*given);
  return {};
}

/// {"AllowCamera": "0", "AllowWiFi": null}: null takes it out. "true" and "false" are 1 and 0.
Result<> read_settings(const json& arguments, Policy& draft) {
  const auto given = arguments.find("settings");
  if (given == arguments.end()) return {};
  if (!given->is_object()) return fail(Errc::malformed, "argument 'settings' is no object");
  for (const auto& [name, value] : given->items()) {
    const auto same = [&](const auto& each) { return each.first == name; };
    std::erase_if(draft.settings, same);
    if (value.is_null()) continue;
    if (!value.is_string()) return fail(Errc::malformed, "a setting is a string, or null");
    auto text = value.get<std::string>();
    if (text == "true") text = "1";
    if (text == "false") text = "0";
    draft.settings.emplace_back(name, std::move(text));
  }
  return {};
}

/// What the arguments make of the policy that they begin `from`, or of a new one.
Task<Result<ListedPolicy>> draft_of(PolicyEditor& policies, const json& arguments) {
  auto name = text(arguments, "policy");
  if (!name) co_return pass(name);
  auto from = text(arguments, "from", false);
  if (!from) co_return pass(from);
  ListedPolicy draft;
  draft.mode = new_mode;
  if (!from->empty()) {
    const auto all = co_await policies.rows();
    // Of a name that both have, the store's is edited, the configuration's copied.
    const bool edits = *from == *name;
    const auto found = std::ranges::find_if(all, [&](const ListedPolicy& each) {
      return each.name == *from && (!edits || !each.edition.empty());
    });
    if (found == all.end()) {
      co_return fail(Errc::not_found,
                     edits ? "the store has no policy of that name; those of the configuration are "
                             "changed there, or copied"
                           : "there is no policy of that name to begin with");
    }
    draft = *found;
    if (!edits) draft.users = draft.groups = draft.domains = {};
  }
  draft.name = std::move(*name);
  auto mode = text(arguments, "mode", false);
  if (!mode) co_return pass(mode);
  if (!mode->empty()) draft.mode = std::move(*mode);
  for (const auto& [key, place] : {std::pair{"accept_partial", &draft.accept_partial},
                                   std::pair{"accept_external", &draft.accept_external}}) {
    if (auto read = read_flag(arguments, key, *place); !read) co_return pass(read);
  }
  for (const auto& [key, place] :
       {std::pair{"users", &draft.users}, std::pair{"groups", &draft.groups},
        std::pair{"domains", &draft.domains}}) {
    if (auto read = read_names(arguments, key, *place); !read) co_return pass(read);
  }
  if (auto read = read_settings(arguments, draft); !read) co_return pass(read);
  co_return draft;
}

Result<PolicyOrder> order_of(const Parts& parts, const json& arguments) {
  auto name = text(arguments, "policy");
  if (!name) return pass(name);
  PolicyOrder order{.name = std::move(*name), .by = parts.caller};
  if (arguments.contains("edition")) {
    auto edition = text(arguments, "edition", false);
    if (!edition) return pass(edition);
    order.edition = std::move(*edition);
  }
  return order;
}

json to_json(const PolicyForecast& forecast) {
  json problems = json::array();
  for (const auto& [key, what] : forecast.problems) {
    problems.push_back({{"key", key}, {"what", what}});
  }
  json rows = json::array();
  for (const PolicyForecast::Row& row : forecast.rows) {
    rows.push_back({{"user", row.user.view()},
                    {"device", row.device.view()},
                    {"type", row.type},
                    {"version", row.version},
                    {"now", row.now},
                    {"then", row.then},
                    {"asked", row.asked},
                    {"waits", row.waits}});
  }
  json unknown = json::array();
  for (const PolicyForecast::Unknown& each : forecast.unknown) {
    unknown.push_back(
        {{"version", each.version}, {"devices", each.devices}, {"settings", each.settings}});
  }
  return {{"problems", std::move(problems)}, {"changes", forecast.changes},
          {"users", forecast.users},         {"devices", forecast.devices},
          {"asked", forecast.asked},         {"waiting", forecast.waiting},
          {"unknown", std::move(unknown)},   {"rows", std::move(rows)}};
}

}  // namespace

Task<Result<json>> policy_set(Parts& parts, json arguments) {
  const auto place = of_store(parts.policy_editor);
  if (!place) co_return pass(place);
  auto order = order_of(parts, arguments);
  if (!order) co_return pass(order);
  auto draft = co_await draft_of(**place, arguments);
  if (!draft) co_return pass(draft);
  // Changed from what it is: not to undo what somebody else saves meanwhile.
  if (!order->edition && arguments.value("from", json()) == arguments["policy"]) {
    order->edition = draft->edition;
  }
  const auto saved = co_await (*place)->save(std::move(*draft), std::move(*order));
  if (!saved) co_return pass(saved);
  co_return json{{"edition", *saved}};
}

Task<Result<json>> policy_remove(Parts& parts, json arguments) {
  const auto place = of_store(parts.policy_editor);
  if (!place) co_return pass(place);
  auto order = order_of(parts, arguments);
  if (!order) co_return pass(order);
  co_return nothing(co_await (*place)->remove(std::move(*order)));
}

Task<Result<json>> policy_dry_run(Parts& parts, json arguments) {
  const auto place = of_store(parts.policy_editor);
  if (!place) co_return pass(place);
  const auto removed = flag(arguments, "removed");
  if (!removed) co_return pass(removed);
  if (*removed) arguments["from"] = arguments.value("policy", json());
  auto draft = co_await draft_of(**place, arguments);
  if (!draft) co_return pass(draft);
  const auto forecast = co_await (*place)->forecast(std::move(*draft), *removed);
  if (!forecast) co_return pass(forecast);
  co_return to_json(*forecast);
}

}  // namespace godwit::admin
