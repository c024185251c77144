#include <nlohmann/json.hpp>
#include <string>

#include "console/operations.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"

namespace godwit::console {
namespace {

using nlohmann::json;

std::string joined(const json& names) {
  std::string out;
  for (const json& each : names) {
    out.append(out.empty() ? "" : ", ").append(each.get<std::string>());
  }
  return out;
}

std::string_view mode_of(const Texts& texts, const std::string& mode) {
  if (mode == "off") return texts.policy_off;
  return mode == "loose" ? texts.policy_loose : texts.policy_strict;
}

Html section(const Texts& texts, const json& policy) {
  Facts facts;
  facts.add(texts.overview_mode, mode_of(texts, policy.at("mode").get<std::string>()));
  const std::string users = joined(policy.at("users"));
  const std::string groups = joined(policy.at("groups"));
  const std::string domains = joined(policy.at("domains"));
  facts.add(texts.policy_users, users);
  facts.add(texts.policy_groups, groups);
  facts.add(texts.policy_domains, domains);
  // [policy] names nobody, and so is everybody's whom no other one names.
  if (users.empty() && groups.empty() && domains.empty()) {
    facts.add(texts.policy_users, texts.policy_everybody);
  }
  facts.add(texts.policy_assigned, joined(policy.at("assigned")));
  for (const auto& [name, value] : policy.at("settings").items()) {
    facts.add(name, value.get<std::string>());
  }
  return element("section", element("h2", policy.at("policy").get<std::string>()), facts.html());
}

}  // namespace

Task<http::Reply> show_policies(Visit& visit) {
  const Texts& texts = visit.texts();
  Html content = element("p", {{"class", "intro"}}, texts.policies_intro);
  const auto all = co_await perform(visit, "policy.list", json::object());
  if (all) {
    for (const json& policy : all->at("policies")) content.add(section(texts, policy));
  }
  co_return page_reply(visit, {std::string(texts.policies), std::move(content)});
}

}  // namespace godwit::console
