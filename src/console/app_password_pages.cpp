#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backend/data_classes.hpp"
#include "base/printable.hpp"
#include "console/device_view.hpp"
#include "console/operations.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"

namespace godwit::console {
namespace {

using nlohmann::json;

constexpr Path revoke_path{"/godwit/app-passwords/revoke"};

struct ClassLabel {
  std::string_view name;  // as backend::data_class_names has it
  std::string_view Texts::* label;
};
constexpr auto class_labels = std::to_array<ClassLabel>({
    {"mail", &Texts::class_mail},
    {"calendar", &Texts::class_calendar},
    {"contacts", &Texts::class_contacts},
    {"tasks", &Texts::class_tasks},
    {"notes", &Texts::class_notes},
    {"directory", &Texts::class_directory},
});
static_assert(class_labels.size() == backend::data_class_names.size());

json of_visitor(const Visit& visit) { return {{"user", visit.person->account.user.str()}}; }

std::string name_of(const Texts& texts, const json& password) {
  const auto name = password.at("name").get<std::string>();
  return name.empty() ? std::string(texts.unnamed_password) : printable(name);
}

Html device_choice(const Texts& texts, const std::vector<admin::Device>& devices) {
  Html options = element("option", {{"value", ""}}, texts.any_device);
  for (const admin::Device& device : devices) {
    options.add(element("option", {{"value", device.id.view()}}, device_name(texts, device)));
  }
  return element("div", {{"class", "field"}},
                 element("label", {{"for", "device"}}, texts.app_password_device),
                 element("select", {{"id", "device"}, {"name", "device"}}, options));
}

Html class_choices(const Texts& texts) {
  Html choices = element("legend", texts.app_password_opens);
  for (const ClassLabel& each : class_labels) {
    choices.add(element("label", {{"class", "check"}},
                        element("input", {{"type", "checkbox"},
                                          {"name", each.name},
                                          {"value", "yes"},
                                          {"checked", Present::yes}}),
                        texts.*each.label));
  }
  return element("fieldset", choices);
}

Html new_password(const Visit& visit, const std::vector<admin::Device>& devices) {
  const Texts& texts = visit.texts();
  Html inner = element(
      "div", {{"class", "field"}}, element("label", {{"for", "name"}}, texts.app_password_name),
      element("input", {{"type", "text"},
                        {"id", "name"},
                        {"name", "name"},
                        {"maxlength", "64"},
                        {"autocomplete", "off"},
                        {"aria-describedby", "name-hint"},
                        {"required", Present::yes}}),
      element("p", {{"class", "hint"}, {"id", "name-hint"}}, texts.app_password_name_hint));
  inner.add(device_choice(texts, devices)).add(class_choices(texts));
  inner.add(submit(texts.app_password_make));
  return element("section", {{"class", "card form"}}, element("h2", texts.app_password_new),
                 post_form(visit, Url(app_passwords_path), inner));
}

/// What it opens and where, on a line.
std::string description(const Texts& texts, const json& password,
                        const std::vector<admin::Device>& devices) {
  std::string out;
  const json& scopes = password.at("scopes");
  if (scopes.size() == class_labels.size()) out = texts.everything;
  for (const ClassLabel& each : class_labels) {
    if (scopes.size() == class_labels.size()) break;
    if (std::ranges::find(scopes, json(each.name)) == scopes.end()) continue;
    out.append(out.empty() ? "" : ", ").append(texts.*each.label);
  }
  if (!password.at("device").is_string()) return out;
  const auto id = password.at("device").get<std::string>();
  std::string where = printable(id);
  for (const admin::Device& device : devices) {
    if (device.id.view() == id) where = device_name(texts, device);
  }
  return out + " · " + where;
}

Html row(const Visit& visit, const json& password, const std::vector<admin::Device>& devices) {
  const Texts& texts = visit.texts();
  const auto id = password.at("id").get<std::string>();
  const Time made{std::chrono::seconds(password.at("made").get<std::int64_t>())};
  const Html about =
      element("div", element("h2", name_of(texts, password)),
              element("p", {{"class", "hint"}}, description(texts, password, devices)),
              element("p", {{"class", "hint"}}, texts.app_password_made_on, " ", day(made)));
  // Which one is told by what stands beside it, to those who do not see that, too.
  const std::string label = fill(texts.revoke_title, name_of(texts, password));
  return element(
      "li", {{"class", "card row"}}, about,
      element(
          "a",
          {{"href", Url(revoke_path, {{"id", id}})}, {"class", "button"}, {"aria-label", label}},
          texts.revoke));
}

/// The one that the request names.
Task<Result<json>> password_of(Visit& visit) {
  const Form& from = visit.request.method == "POST" ? visit.form : visit.query;
  const auto all = co_await perform(visit, "app_password.list", of_visitor(visit));
  if (!all) co_return pass(all);
  for (const json& each : all->at("app_passwords")) {
    if (each.at("id").get<std::string>() == from.get("id")) co_return each;
  }
  co_return fail(Errc::not_found, "no such app password");
}

http::Reply not_there(const Visit& visit) {
  return failure_reply(visit, 404, visit.texts().not_found_title, visit.texts().not_found);
}

/// The page with `message` above its forms.
Task<http::Reply> overview(Visit& visit, Html message, int status) {
  const Texts& texts = visit.texts();
  const auto all = co_await perform(visit, "app_password.list", of_visitor(visit));
  if (!all) co_return not_there(visit);
  const auto devices = co_await visit.parts.devices.list(visit.person->account.user);
  Html content = element("p", {{"class", "intro"}}, texts.app_passwords_intro);
  content.add(message);
  Html list;
  for (const json& each : all->at("app_passwords")) list.add(row(visit, each, devices));
  if (list.text().empty()) {
    content.add(element("p", {{"class", "card empty"}}, texts.app_passwords_none));
  } else {
    content.add(element("ul", {{"class", "cards"}}, list));
  }
  content.add(new_password(visit, devices));
  co_return page_reply(visit, {std::string(texts.app_passwords), std::move(content), status});
}

}  // namespace

bool has_app_passwords(const Visit& visit) { return visit.parts.takes_app_passwords; }

Task<http::Reply> show_app_passwords(Visit& visit) {
  Html message;
  if (visit.query.get("done") == "revoked") message = banner("good", visit.texts().revoke_done);
  co_return co_await overview(visit, std::move(message), 200);
}

/// Shown in the answer itself: nothing keeps the password. Whose answer is lost makes another, and
/// revokes the first.
Task<http::Reply> make_app_password(Visit& visit) {
  const Texts& texts = visit.texts();
  json arguments = of_visitor(visit);
  arguments["name"] = visit.form.get("name");
  arguments["device"] = visit.form.get("device");
  json scopes = json::array();
  for (const ClassLabel& each : class_labels) {
    if (!visit.form.get(each.name).empty()) scopes.push_back(each.name);
  }
  const bool opens_nothing = scopes.empty();
  arguments["scopes"] = std::move(scopes);
  if (opens_nothing)
    co_return co_await overview(visit, banner("bad", texts.app_password_failed), 400);
  const auto made = co_await perform(visit, "app_password.add", std::move(arguments));
  if (!made) co_return co_await overview(visit, banner("bad", texts.app_password_failed), 400);
  Html content = element("p", {{"class", "intro"}}, texts.app_password_once);
  Facts facts;
  facts.add(texts.user, visit.person->account.user.view());
  facts.add(texts.password, element("code", made->at("password").get<std::string>()));
  facts.add(texts.app_password_name, name_of(texts, *made));
  content.add(facts.html());
  content.add(element("p", link(Url(app_passwords_path), texts.done, "button primary")));
  co_return page_reply(visit, {std::string(texts.app_password_made), std::move(content)});
}

Task<http::Reply> ask_to_revoke(Visit& visit) {
  const Texts& texts = visit.texts();
  const auto password = co_await password_of(visit);
  if (!password) co_return not_there(visit);
  const Html inner = hidden("id", password->at("id").get<std::string>())
                         .add(element("p", texts.revoke_hint))
                         .add(element("div", {{"class", "buttons"}}, submit(texts.revoke, "danger"),
                                      link(Url(app_passwords_path), texts.cancel, "button quiet")));
  co_return page_reply(
      visit, {fill(texts.revoke_title, name_of(texts, *password)),
              element("div", {{"class", "card"}}, post_form(visit, Url(revoke_path), inner))});
}

Task<http::Reply> revoke(Visit& visit) {
  json arguments = of_visitor(visit);
  arguments["id"] = visit.form.get("id");
  const auto done = co_await perform(visit, "app_password.revoke", std::move(arguments));
  if (!done) co_return not_there(visit);
  co_return see_other(Url(app_passwords_path, {{"done", "revoked"}}));
}

}  // namespace godwit::console
