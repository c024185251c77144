// Policies of the store: made, changed and removed. What a change would do is shown before it is
// made (docs/adr/0028-policies-in-the-store.md).
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/printable.hpp"
#include "console/operations.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"
#include "console/policy_form.hpp"
#include "console/policy_texts.hpp"
#include "console/policy_view.hpp"

namespace godwit::console {
namespace {

using nlohmann::json;

const PolicyTexts& words(const Visit& visit) { return policy_texts_of(visit.language); }

Html path(const Visit& visit) {
  return element("p", {{"class", "path"}}, link(Url(admin_policies_path), visit.texts().policies));
}

http::Reply not_there(const Visit& visit) {
  return failure_reply(visit, 404, visit.texts().not_found_title, visit.texts().not_found);
}

Html button(std::string_view step, std::string_view label, std::string_view kind) {
  return element("button",
                 {{"class", "button " + std::string(kind)},
                  {"type", "submit"},
                  {"name", "step"},
                  {"value", step}},
                 label);
}

/// The policy of that name, of the store, or of either; null: there is none.
Task<Result<json>> find(Visit& visit, std::string name, bool of_store) {
  const auto all = co_await perform(visit, "policy.list", json::object());
  if (!all) co_return pass(all);
  for (const json& each : all->at("policies")) {
    if (each.at("policy") == name && (!of_store || each.at("source") == "store")) co_return each;
  }
  co_return json();
}

http::Reply form_page(const Visit& visit, const PolicyDraft& draft, const Html& message,
                      const PolicyProblems& problems, int status) {
  const PolicyTexts& texts = words(visit);
  Html inner = draft.is_new ? hidden("new", "yes") : hidden("name", draft.name);
  inner.add(hidden("edition", draft.edition)).add(policy_fields(visit, draft, problems));
  inner.add(element("div", {{"class", "buttons above"}}, button("look", texts.look, "primary"),
                    link(Url(admin_policies_path), visit.texts().cancel, "button quiet")));
  Html content = path(visit);
  content.add(message).add(problem_list(visit, problems));
  content.add(post_form(visit, Url(admin_policy_path), inner));
  const std::string title =
      draft.is_new ? std::string(texts.create_title) : fill(texts.edit_title, draft.name);
  return page_reply(visit, {title, std::move(content), status});
}

http::Reply refused(const Visit& visit, const PolicyDraft& draft, const Error& error) {
  return form_page(visit, draft, banner("bad", fill(words(visit).refused, error.message)), {}, 409);
}

Html changes_of(const PolicyTexts& texts, const json& changes) {
  Html rows;
  for (const json& each : changes) {
    rows.add(element("li", element("code", printable(each.get<std::string>()))));
  }
  return element("section", {{"class", "card"}}, element("h2", texts.changes),
                 changes.empty() ? element("p", texts.changes_none)
                                 : element("ul", {{"class", "changes"}}, rows));
}

Html row(const Visit& visit, const json& hit) {
  const PolicyTexts& texts = words(visit);
  const auto said = [&](std::string_view name) {
    return printable(hit.at(name).get<std::string>());
  };
  const auto cell = [](std::string_view label, std::string_view content) {
    return element("td", {{"data-label", label}}, content);
  };
  const Url url(admin_device_path, {{"user", hit.at("user").get_ref<const std::string&>()},
                                    {"id", hit.at("device").get_ref<const std::string&>()}});
  const bool asked = hit.at("asked").get<bool>();
  const bool waits = hit.at("waits").get<bool>();
  return element(
      "tr",
      element("th", {{"scope", "row"}}, link(url, said("device")),
              element("span", {{"class", "hint"}}, said("type") + ' ' + said("version"))),
      cell(visit.texts().of_user, said("user")), cell(texts.now, said("now")),
      cell(texts.then, said("then")),
      cell(texts.fetches, waits   ? texts.yes_at_once
                          : asked ? texts.yes
                                  : texts.no));
}

Html table(const Visit& visit, const json& forecast) {
  const PolicyTexts& texts = words(visit);
  const json& hits = forecast.at("rows");
  if (hits.empty()) return {};
  Html head;
  for (const std::string_view label :
       {visit.texts().device, visit.texts().of_user, texts.now, texts.then, texts.fetches}) {
    head.add(element("th", {{"scope", "col"}}, label));
  }
  Html rows;
  for (const json& each : hits) rows.add(row(visit, each));
  Html out =
      element("div", {{"class", "card table"}},
              element("table", element("thead", element("tr", head)), element("tbody", rows)));
  const auto all = forecast.at("devices").get<std::size_t>();
  if (all > hits.size()) {
    out.add(element("p", {{"class", "hint"}},
                    fill(texts.rows_more, std::to_string(all - hits.size()))));
  }
  return out;
}

/// What "policy.dry_run" said.
Html forecast_of(const Visit& visit, const json& forecast) {
  const PolicyTexts& texts = words(visit);
  Facts facts;
  for (const auto& [label, name] :
       {std::pair{texts.hit_users, "users"}, std::pair{texts.hit_devices, "devices"},
        std::pair{texts.hit_asked, "asked"}, std::pair{texts.hit_waiting, "waiting"}}) {
    facts.add(label, std::to_string(forecast.at(name).get<std::size_t>()));
  }
  for (const json& each : forecast.at("unknown")) {
    facts.add(fill(texts.not_sent, each.at("version").get<std::string>()),
              joined(each.at("settings"), ", "));
  }
  return facts.html().add(table(visit, forecast));
}

http::Reply look_page(const Visit& visit, const PolicyDraft& draft, const json& forecast) {
  const PolicyTexts& texts = words(visit);
  Html inner = hidden(draft);
  inner.add(element("div", {{"class", "buttons above"}}, button("save", texts.save, "primary"),
                    button("change", texts.change_again, "quiet")));
  Html content = path(visit);
  content.add(changes_of(texts, forecast.at("changes"))).add(forecast_of(visit, forecast));
  content.add(post_form(visit, Url(admin_policy_path), inner));
  return page_reply(visit, {fill(texts.look_title, draft.name), std::move(content)});
}

http::Reply wrong_name(const Visit& visit, const PolicyDraft& draft, std::string_view why) {
  return form_page(visit, draft, {}, {{"name", std::string(why)}}, 400);
}

/// Somebody else saved or removed it since the form was shown: what was typed, and what is there.
Task<http::Reply> stale_page(Visit& visit, PolicyDraft draft) {
  const PolicyTexts& texts = words(visit);
  if (draft.is_new) co_return wrong_name(visit, draft, texts.name_taken);
  const auto now = co_await find(visit, draft.name, true);
  if (!now) co_return refused(visit, draft, now.error());
  if (now->is_null()) {
    draft.edition.clear();
    co_return form_page(visit, draft, banner("bad", texts.stale_gone), {}, 409);
  }
  now->at("edition").get_to(draft.edition);
  Html message = banner("bad", texts.stale);
  message.add(element("h2", texts.stale_now)).add(policy_facts(visit.language, *now));
  co_return form_page(visit, draft, message, {}, 409);
}

PolicyProblems problems_of(const json& forecast) {
  PolicyProblems out;
  for (const json& each : forecast.at("problems")) {
    out.emplace_back(each.at("key").get<std::string>(), each.at("what").get<std::string>());
  }
  return out;
}

Task<http::Reply> look(Visit& visit, PolicyDraft draft) {
  if (draft.name.empty()) co_return wrong_name(visit, draft, words(visit).name_missing);
  const auto now = co_await find(visit, draft.name, !draft.is_new);
  if (!now) co_return refused(visit, draft, now.error());
  if (draft.is_new && !now->is_null()) {
    co_return wrong_name(visit, draft, words(visit).name_taken);
  }
  const std::string edition = now->is_null() ? "" : now->at("edition").get<std::string>();
  if (edition != draft.edition) co_return co_await stale_page(visit, std::move(draft));
  const auto forecast = co_await perform(visit, "policy.dry_run", arguments_of(draft));
  if (!forecast) co_return refused(visit, draft, forecast.error());
  const auto problems = in_language(visit.language, draft, problems_of(*forecast));
  if (!problems.empty()) co_return form_page(visit, draft, {}, problems, 400);
  co_return look_page(visit, draft, *forecast);
}

Task<http::Reply> save(Visit& visit, PolicyDraft draft) {
  json arguments = arguments_of(draft);
  arguments["edition"] = draft.edition;
  const auto saved = co_await perform(visit, "policy.set", std::move(arguments));
  if (saved) co_return see_other(Url(admin_policies_path, {{"done", "saved"}}));
  if (saved.error().code != Errc::stale) co_return refused(visit, draft, saved.error());
  co_return co_await stale_page(visit, std::move(draft));
}

/// The policy that the page is about, as it is now.
Task<Result<json>> to_remove(Visit& visit) {
  const Form& from = visit.request.method == "POST" ? visit.form : visit.query;
  co_return co_await find(visit, std::string(from.get("policy")), true);
}

}  // namespace

Task<http::Reply> show_policy_form(Visit& visit) {
  const std::string name(visit.query.get("policy"));
  const std::string from(visit.query.get("from"));
  PolicyDraft draft;
  if (!name.empty() || !from.empty()) {
    const auto policy = co_await find(visit, name.empty() ? from : name, !name.empty());
    if (!policy || policy->is_null()) co_return not_there(visit);
    draft = draft_of(*policy);
  }
  if (name.empty()) {
    // A copy asks the same, and is for nobody yet.
    draft.is_new = true;
    draft.name = draft.edition = draft.users = draft.groups = draft.domains = {};
  }
  co_return form_page(visit, draft, {}, {}, 200);
}

/// Sent again, what is saved already is done (PolicyEditor::save).
Task<http::Reply> edit_policy(Visit& visit) {
  PolicyDraft draft = draft_of(visit.form);
  const std::string_view step = visit.form.get("step");
  if (step == "save") co_return co_await save(visit, std::move(draft));
  if (step == "change") co_return form_page(visit, draft, {}, {}, 200);
  co_return co_await look(visit, std::move(draft));
}

Task<http::Reply> ask_to_remove_policy(Visit& visit) {
  const PolicyTexts& texts = words(visit);
  const auto policy = co_await to_remove(visit);
  if (!policy || policy->is_null()) co_return not_there(visit);
  const auto name = policy->at("policy").get<std::string>();
  Html content = path(visit);
  if (!policy->at("assigned").empty()) content.add(banner("bad", texts.remove_assigned));
  const auto forecast =
      co_await perform(visit, "policy.dry_run", {{"policy", name}, {"removed", true}});
  if (forecast) content.add(forecast_of(visit, *forecast));
  Html inner = hidden("policy", name);
  inner.add(hidden("edition", policy->at("edition").get<std::string>()));
  inner.add(element("div", {{"class", "buttons above"}}, submit(texts.remove, "danger"),
                    link(Url(admin_policies_path), visit.texts().cancel, "button quiet")));
  content.add(post_form(visit, Url(admin_policy_remove_path), inner));
  co_return page_reply(visit, {fill(texts.remove_title, name), std::move(content)});
}

Task<http::Reply> remove_policy(Visit& visit) {
  const Texts& texts = visit.texts();
  const auto done = co_await perform(
      visit, "policy.remove",
      {{"policy", visit.form.get("policy")}, {"edition", visit.form.get("edition")}});
  if (done) co_return see_other(Url(admin_policies_path, {{"done", "removed"}}));
  if (done.error().code == Errc::not_found) co_return not_there(visit);
  const std::string_view why = done.error().code == Errc::stale      ? words(visit).stale_remove
                               : done.error().code == Errc::conflict ? words(visit).remove_assigned
                                                                     : done.error().message;
  co_return failure_reply(visit, 409, texts.failed_title, why);
}

}  // namespace godwit::console
