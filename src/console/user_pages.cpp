#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "console/operations.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"
#include "console/user_list.hpp"

namespace godwit::console {
namespace {

using nlohmann::json;

constexpr std::size_t rows_max = 50;  // of a page: what a person scrolls through
constexpr Path add_path{"/godwit/admin/users/add"};
constexpr Path password_path{"/godwit/admin/user/password"};
constexpr Path remove_path{"/godwit/admin/user/remove"};

Url url_of(Path path, std::string_view user) { return {path, {{"user", user}}}; }

http::Reply not_there(const Visit& visit) {
  return failure_reply(visit, 404, visit.texts().not_found_title, visit.texts().not_found);
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& each : names) out.append(out.empty() ? "" : ", ").append(each);
  return out;
}

std::string_view origin_of(const Texts& texts, bool from_directory) {
  return from_directory ? texts.user_of_directory : texts.user_of_hand;
}

Html row(const Texts& texts, const ListedUser& user, bool kept) {
  const auto cell = [](std::string_view label, std::string_view text) {
    return element("td", {{"data-label", label}}, text);
  };
  return element("tr",
                 element("th", {{"scope", "row"}},
                         link(url_of(admin_user_path, user.login), printable(user.login))),
                 cell(texts.user_name, printable(user.name)),
                 cell(texts.user_aliases, printable(joined(user.aliases))),
                 cell(texts.user_devices, std::to_string(user.devices)),
                 kept ? cell(texts.user_origin, origin_of(texts, user.from_directory)) : Html());
}

/// `kept`: they are users of the embedded store.
Html table(const Texts& texts, const std::vector<ListedUser>& users, std::size_t first, bool kept) {
  Html head;
  for (const std::string_view label : {texts.of_user, texts.user_name, texts.user_aliases,
                                       texts.user_devices, texts.user_origin}) {
    if (kept || label != texts.user_origin) head.add(element("th", {{"scope", "col"}}, label));
  }
  Html rows;
  const std::size_t end = std::min(users.size(), first + rows_max);
  for (std::size_t i = first; i < end; ++i) rows.add(row(texts, users[i], kept));
  return element("div", {{"class", "card table"}},
                 element("table", element("thead", element("tr", head)), element("tbody", rows)));
}

Html search_form(const Texts& texts, std::string_view words) {
  return element(
      "form",
      {{"method", "get"},
       {"action", Url(admin_users_path)},
       {"class", "card search"},
       {"role", "search"}},
      element("div", {{"class", "field wide"}},
              element("label", {{"for", "q"}}, texts.users_search),
              element("input", {{"type", "search"}, {"id", "q"}, {"name", "q"}, {"value", words}})),
      submit(texts.search));
}

/// What an operation said, for who asked for it.
std::string said(const Texts& texts, const Error& error) {
  if (error.code == Errc::conflict) return std::string(texts.user_exists);
  return fill(texts.user_refused, error.message);
}

struct Input {
  std::string_view name, label, hint = {}, value = {};
  std::string_view type = "text", autocomplete = "off";
  Present required = Present::yes;
};

Html field(const Input& input) {
  const std::string about = std::string(input.name) + "-hint";
  const Html label = element("label", {{"for", input.name}}, input.label);
  const Html box = element("input", {{"type", input.type},
                                     {"id", input.name},
                                     {"name", input.name},
                                     {"value", input.value},
                                     {"autocomplete", input.autocomplete},
                                     {"autocapitalize", "none"},
                                     {"spellcheck", "false"},
                                     {"maxlength", "1024"},
                                     {"aria-describedby", about},
                                     {"required", input.required}});
  return element("div", {{"class", "field"}}, label, box,
                 element("p", {{"class", "hint"}, {"id", about}}, input.hint));
}

/// The password, twice. It is not shown again where the form comes back.
Html password_fields(const Texts& texts) {
  Html out = field({.name = "password",
                    .label = texts.password,
                    .type = "password",
                    .autocomplete = "new-password"});
  return out.add(field({.name = "again",
                        .label = texts.user_password_repeat,
                        .type = "password",
                        .autocomplete = "new-password"}));
}

Html buttons(const Visit& visit, std::string_view label, std::string_view kind, const Url& back) {
  return element("div", {{"class", "buttons"}}, submit(label, kind),
                 link(back, visit.texts().cancel, "button quiet"));
}

Page form_page(const Visit& visit, std::string title, Path action, const Html& inner,
               std::string_view problem) {
  Html content;
  if (!problem.empty()) content.add(banner("bad", problem));
  content.add(element("div", {{"class", "card form"}}, post_form(visit, Url(action), inner)));
  return {std::move(title), std::move(content), problem.empty() ? 200 : 409};
}

Page add_page(const Visit& visit, std::string_view problem = {}) {
  const Texts& texts = visit.texts();
  Html inner = field({.name = "login",
                      .label = texts.of_user,
                      .hint = texts.user_add_hint,
                      .value = visit.form.get("login")});
  inner.add(field({.name = "name",
                   .label = texts.user_name,
                   .value = visit.form.get("name"),
                   .required = Present::no}));
  inner.add(field({.name = "aliases",
                   .label = texts.user_aliases,
                   .hint = texts.user_aliases_hint,
                   .value = visit.form.get("aliases"),
                   .required = Present::no}));
  inner.add(password_fields(texts));
  inner.add(buttons(visit, texts.user_add, "primary", Url(admin_users_path)));
  return form_page(visit, std::string(texts.user_add), add_path, inner, problem);
}

Page password_page(const Visit& visit, const std::string& login, std::string_view problem = {}) {
  const Texts& texts = visit.texts();
  Html inner = hidden("user", login);
  inner.add(element("p", texts.user_password_about)).add(password_fields(texts));
  inner.add(buttons(visit, texts.user_password, "primary", url_of(admin_user_path, login)));
  return form_page(visit, fill(texts.user_password_title, login), password_path, inner, problem);
}

Page remove_page(const Visit& visit, const std::string& login, std::string_view problem = {}) {
  const Texts& texts = visit.texts();
  Html inner = hidden("user", login);
  inner.add(element("p", texts.user_remove_hint));
  inner.add(field({.name = "confirm", .label = texts.user_remove_confirm, .hint = login}));
  inner.add(buttons(visit, texts.user_remove, "danger", url_of(admin_user_path, login)));
  return form_page(visit, fill(texts.user_remove_title, login), remove_path, inner, problem);
}

/// What the embedded store knows of the one that the request names. Error: not_found, unsupported.
Task<Result<json>> user_of(Visit& visit) {
  const Form& from = visit.request.method == "POST" ? visit.form : visit.query;
  co_return co_await perform(visit, "user.show", {{"login", from.get("user")}});
}

std::string login_of(const json& user) { return user.at("login").get<std::string>(); }

Html actions(const Texts& texts, const std::string& login) {
  const auto action = [](std::string_view about, const Url& url, std::string_view label) {
    return element("div", {{"class", "row"}}, element("p", about), link(url, label, "button"));
  };
  return element(
      "section", {{"class", "card actions"}}, element("h2", texts.orders),
      action(texts.user_password_about, url_of(password_path, login), texts.user_password),
      action(texts.user_remove_about, url_of(remove_path, login), texts.user_remove));
}

std::vector<std::string> aliases_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view one = trim(text.substr(0, comma));
    if (!one.empty()) out.emplace_back(one);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return out;
}

}  // namespace

Task<http::Reply> show_users(Visit& visit) {
  const Texts& texts = visit.texts();
  const std::string words(trim(visit.query.get("q")));
  const auto kept = co_await perform(visit, "user.list", json::object());
  const auto devices = co_await visit.parts.devices.list(std::nullopt);
  const auto users =
      matching(kept ? listed_users(kept->at("users"), devices) : users_of(devices), words);
  Html content;
  if (visit.query.get("done") == "removed") content.add(banner("good", texts.user_removed));
  if (kept) {
    content.add(element("p", link(Url(add_path), texts.user_add, "button primary")));
  } else {
    content.add(element("p", {{"class", "intro"}}, texts.users_elsewhere));
  }
  content.add(search_form(texts, words));
  const Paging paging(visit, users.size(), rows_max);
  if (users.empty()) {
    content.add(element("p", {{"class", "card empty"}}, texts.users_none));
  } else {
    content.add(element("p", {{"class", "hint"}, {"role", "status"}},
                        fill(texts.users_found, std::to_string(users.size()))));
    content.add(table(texts, users, paging.first(), kept.has_value()));
  }
  content.add(paging.links(visit, admin_users_path, {{"q", words}}));
  co_return page_reply(visit, {std::string(texts.users), std::move(content)});
}

/// Who is not in the embedded store is known by devices alone.
Task<http::Reply> show_user(Visit& visit) {
  const Texts& texts = visit.texts();
  const auto user = UserId::parse(visit.query.get("user"));
  if (!user) co_return not_there(visit);
  const auto devices = co_await visit.parts.devices.list(*user);
  const auto kept = co_await user_of(visit);
  const bool elsewhere = !kept && kept.error().code == Errc::unsupported && !devices.empty();
  if (!kept && !elsewhere) co_return not_there(visit);
  const std::string login = kept ? login_of(*kept) : user->str();
  Html content = element("p", {{"class", "path"}}, link(Url(admin_users_path), texts.users));
  const std::string_view done = visit.query.get("done");
  if (done == "added") content.add(banner("good", texts.user_added));
  if (done == "password") content.add(banner("good", texts.user_password_done));
  Facts facts;
  if (kept) {
    facts.add(texts.user_name, printable(kept->value("display_name", "")));
    facts.add(texts.user_aliases,
              printable(joined(kept->at("aliases").get<std::vector<std::string>>())));
    const auto origin = kept->at("origin").get<std::string>();
    const bool from_directory = origin != "local";
    Html added = Html().add(origin_of(texts, from_directory));
    if (from_directory) added.add(element("span", {{"class", "hint term"}}, printable(origin)));
    facts.add(texts.user_origin, added);
  }
  facts.add(texts.user_devices, link(Url(admin_devices_path, {{"q", login}}),
                                     fill(texts.found_devices, std::to_string(devices.size()))));
  const auto passwords = co_await perform(visit, "app_password.list", {{"user", login}});
  if (passwords) {
    facts.add(texts.app_passwords, std::to_string(passwords->at("app_passwords").size()));
  }
  const auto delay = visit.parts.sign_in_delay(*user);
  facts.add(texts.user_delay,
            delay.count() == 0
                ? element("span", {{"class", "badge good"}}, texts.user_delay_none)
                : element("span", fill(texts.user_delay_now, std::to_string(delay.count()))));
  content.add(facts.html());
  if (kept) {
    content.add(actions(texts, login));
  } else {
    content.add(element("p", {{"class", "hint"}}, texts.users_elsewhere));
  }
  content.add(element("p", link(Url(admin_audit_path, {{"user", login}}), texts.audit)));
  co_return page_reply(visit, {printable(login), std::move(content)});
}

Task<http::Reply> ask_for_user(Visit& visit) { co_return page_reply(visit, add_page(visit)); }

/// Whose answer was lost finds that there is such a user.
Task<http::Reply> add_user(Visit& visit) {
  const Form& form = visit.form;
  const std::string login(trim(form.get("login")));
  if (form.get("password") != form.get("again")) {
    co_return page_reply(visit, add_page(visit, visit.texts().user_password_differs));
  }
  const auto done = co_await perform(visit, "user.add",
                                     {{"login", login},
                                      {"password", form.get("password")},
                                      {"display_name", trim(form.get("name"))},
                                      {"aliases", aliases_of(form.get("aliases"))}});
  if (!done) co_return page_reply(visit, add_page(visit, said(visit.texts(), done.error())));
  co_return see_other(Url(admin_user_path, {{"user", login}, {"done", "added"}}));
}

Task<http::Reply> ask_for_password(Visit& visit) {
  const auto user = co_await user_of(visit);
  if (!user) co_return not_there(visit);
  co_return page_reply(visit, password_page(visit, login_of(*user)));
}

Task<http::Reply> set_password(Visit& visit) {
  const auto user = co_await user_of(visit);
  if (!user) co_return not_there(visit);
  const std::string login = login_of(*user);
  const std::string_view password = visit.form.get("password");
  if (password != visit.form.get("again")) {
    co_return page_reply(visit, password_page(visit, login, visit.texts().user_password_differs));
  }
  const auto done =
      co_await perform(visit, "user.passwd", {{"login", login}, {"password", password}});
  if (!done) {
    co_return page_reply(visit, password_page(visit, login, said(visit.texts(), done.error())));
  }
  co_return see_other(Url(admin_user_path, {{"user", login}, {"done", "password"}}));
}

Task<http::Reply> ask_to_remove_user(Visit& visit) {
  const auto user = co_await user_of(visit);
  if (!user) co_return not_there(visit);
  co_return page_reply(visit, remove_page(visit, login_of(*user)));
}

Task<http::Reply> remove_user(Visit& visit) {
  const auto user = co_await user_of(visit);
  if (!user) co_return not_there(visit);
  const std::string login = login_of(*user);
  if (!iequals(trim(visit.form.get("confirm")), login)) {
    co_return page_reply(visit, remove_page(visit, login, visit.texts().user_remove_differs));
  }
  const auto done = co_await perform(visit, "user.remove", {{"login", login}});
  if (!done) {
    co_return page_reply(visit, remove_page(visit, login, said(visit.texts(), done.error())));
  }
  co_return see_other(Url(admin_users_path, {{"done", "removed"}}));
}

}  // namespace godwit::console
