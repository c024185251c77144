#include <nlohmann/json.hpp>
#include <string>

#include "base/text.hpp"
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
  if (policy.at("policy") == "default") {
    facts.add(texts.policy_users, texts.policy_everybody);
  }
  facts.add(texts.policy_assigned, joined(policy.at("assigned")));
  for (const auto& [name, value] : policy.at("settings").items()) {
    facts.add(name, value.get<std::string>());
  }
  return element("section", element("h2", policy.at("policy").get<std::string>()), facts.html());
}

std::string_view reason_of(const Texts& texts, const std::string& reason) {
  if (reason == "assigned") return texts.policy_why_assigned;
  if (reason == "user") return texts.policy_why_user;
  return reason == "group" ? texts.policy_why_group : texts.policy_why_default;
}

Html user_field(const Texts& texts, std::string_view user) {
  return element("div", {{"class", "field wide"}},
                 element("label", {{"for", "user"}}, texts.of_user),
                 element("input", {{"type", "text"},
                                   {"id", "user"},
                                   {"name", "user"},
                                   {"value", user},
                                   {"autocapitalize", "none"},
                                   {"spellcheck", "false"},
                                   {"maxlength", "256"},
                                   {"required", Present::yes}}));
}

/// Of one user: which policy holds, why, and which other could.
Html of_user(const Visit& visit, const std::string& user, const json& holds, const json& all) {
  const Texts& texts = visit.texts();
  const auto name = holds.at("policy").get<std::string>();
  const auto reason = holds.at("reason").get<std::string>();
  Facts facts;
  facts.add(fill(texts.policy_holds, user), name);
  facts.add(texts.policy_why, reason_of(texts, reason));
  const bool assigned = reason == "assigned";
  Html options =
      element("option", {{"value", ""}, {"selected", assigned ? Present::no : Present::yes}},
              texts.policy_by_configuration);
  for (const json& each : all) {
    const auto other = each.at("policy").get<std::string>();
    const Present selected = assigned && other == name ? Present::yes : Present::no;
    options.add(element("option", {{"value", other}, {"selected", selected}}, other));
  }
  const Html choice =
      element("div", {{"class", "field"}}, element("label", {{"for", "policy"}}, texts.fact_policy),
              element("select", {{"id", "policy"}, {"name", "policy"}}, options));
  Html inner = hidden("user", user);
  inner.add(element("div", {{"class", "search"}}, choice, submit(texts.policy_assign)));
  return facts.html().add(
      element("div", {{"class", "card"}}, post_form(visit, Url(admin_policies_path), inner)));
}

/// The form that asks for a user and, once there is one, what holds for that user.
Task<Html> assignment(Visit& visit, const json& all) {
  const Texts& texts = visit.texts();
  const std::string user(trim(visit.query.get("user")));
  Html out = element("h2", texts.policy_assign_title);
  out.add(element("form",
                  {{"method", "get"},
                   {"action", Url(admin_policies_path)},
                   {"class", "card search"},
                   {"role", "search"}},
                  user_field(texts, user), submit(texts.policy_look)));
  out.add(element("p", {{"class", "hint owner"}}, texts.policy_assign_hint));
  if (!user.empty()) {
    const auto holds = co_await perform(visit, "policy.show", {{"user", user}});
    out.add(holds ? of_user(visit, user, *holds, all) : banner("bad", texts.policy_gone));
  }
  co_return element("section", {{"class", "above"}}, out);
}

}  // namespace

Task<http::Reply> show_policies(Visit& visit) {
  const Texts& texts = visit.texts();
  Html content = element("p", {{"class", "intro"}}, texts.policies_intro);
  if (visit.query.get("done") == "assigned") {
    content.add(banner("good", texts.policy_assigned_done));
  }
  const auto all = co_await perform(visit, "policy.list", json::object());
  if (all) {
    const json& policies = all->at("policies");
    for (const json& policy : policies) content.add(section(texts, policy));
    content.add(co_await assignment(visit, policies));
  }
  co_return page_reply(visit, {std::string(texts.policies), std::move(content)});
}

/// Sent again, it says the same.
Task<http::Reply> assign_policy(Visit& visit) {
  const std::string user(trim(visit.form.get("user")));
  const auto done = co_await perform(visit, "policy.assign",
                                     {{"user", user}, {"policy", visit.form.get("policy")}});
  if (!done) {
    co_return failure_reply(visit, 409, visit.texts().failed_title, visit.texts().policy_gone);
  }
  co_return see_other(Url(admin_policies_path, {{"user", user}, {"done", "assigned"}}));
}

}  // namespace godwit::console
