#include <nlohmann/json.hpp>
#include <string>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "console/operations.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"
#include "console/policy_texts.hpp"
#include "console/policy_view.hpp"

namespace godwit::console {
namespace {

using nlohmann::json;

Html actions(const PolicyTexts& texts, const json& policy) {
  const auto& name = policy.at("policy").get_ref<const std::string&>();
  const bool of_store = policy.at("source") == "store";
  const bool overridden = policy.at("overridden").get<bool>();
  Html out;
  if (of_store && !overridden) {
    out.add(link(Url(admin_policy_path, {{"policy", name}}), texts.edit, "button"));
  }
  if (!overridden)
    out.add(link(Url(admin_policy_path, {{"from", name}}), texts.copy, "button quiet"));
  if (of_store) {
    out.add(link(Url(admin_policy_remove_path, {{"policy", name}}), texts.remove, "button quiet"));
  }
  return element("div", {{"class", "buttons owner"}}, out);
}

Html section(const Visit& visit, const json& policy) {
  const PolicyTexts& texts = policy_texts_of(visit.language);
  Html out = element("h2", printable(policy.at("policy").get<std::string>()));
  if (policy.at("source") != "store") {
    out.add(element("p", {{"class", "hint owner"}}, texts.of_configuration));
  } else if (policy.at("overridden").get<bool>()) {
    out.add(banner("bad", texts.overridden));
  }
  out.add(policy_facts(visit.language, policy)).add(actions(texts, policy));
  return element("section", out);
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
              texts.policy_by_policies);
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
  const PolicyTexts& editor = policy_texts_of(visit.language);
  Html content = element("p", {{"class", "intro"}}, texts.policies_intro);
  const std::string_view done = visit.query.get("done");
  if (done == "assigned") content.add(banner("good", texts.policy_assigned_done));
  if (done == "saved") content.add(banner("good", editor.saved));
  if (done == "removed") content.add(banner("good", editor.removed));
  content.add(element("p", {{"class", "owner"}},
                      link(Url(admin_policy_path), editor.create, "button primary")));
  const auto all = co_await perform(visit, "policy.list", json::object());
  if (all) {
    const json& policies = all->at("policies");
    for (const json& policy : policies) content.add(section(visit, policy));
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
