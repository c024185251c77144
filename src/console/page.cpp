#include "console/page.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"
#include "console/assets.hpp"
#include "console/pages.hpp"

namespace godwit::console {
namespace {

constexpr std::string_view content_security =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";
constexpr std::string_view live_content = "; script-src 'self'; connect-src 'self'";

struct Place {
  Path path;
  std::string_view Texts::* label;
  bool (*is_there)(const Visit&);  // null: always
  bool of_administration = false;
};
constexpr auto places = std::to_array<Place>({
    {home, &Texts::devices, nullptr},
    {app_passwords_path, &Texts::app_passwords, &has_app_passwords},
    {absence_path, &Texts::absence, &has_absence},
    {setup_path, &Texts::setup, nullptr},
    {admin_home, &Texts::overview, &is_admin, true},
    {admin_devices_path, &Texts::all_devices, &is_admin, true},
    {admin_users_path, &Texts::users, &is_admin, true},
    {admin_quarantine_path, &Texts::quarantine, &is_admin, true},
    {admin_policies_path, &Texts::policies, &is_admin, true},
    {admin_audit_path, &Texts::audit, &is_admin, true},
});

Html head(const Page& page) {
  const std::string title = page.title + " · Godwit";
  return element(
      "head", element("meta", {{"charset", "utf-8"}}), element("title", title),
      element("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}),
      element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}),
      element("link", {{"rel", "stylesheet"}, {"href", style_sheet().url()}}),
      element("link", {{"rel", "icon"}, {"href", icon().url()}}),
      page.is_live ? Html::script(live_script().url()) : Html());
}

Html navigation(const Visit& visit, bool of_administration) {
  Html items;
  for (const Place& each : places) {
    if (each.of_administration != of_administration) continue;
    if (each.is_there != nullptr && !each.is_there(visit)) continue;
    const bool here = visit.request.path == each.path.view();
    const Html anchor = here ? element("a", {{"href", Url(each.path)}, {"aria-current", "page"}},
                                       visit.texts().*each.label)
                             : element("a", {{"href", Url(each.path)}}, visit.texts().*each.label);
    items.add(element("li", anchor));
  }
  if (items.text().empty()) return {};
  const std::string_view label =
      of_administration ? visit.texts().administration : visit.texts().navigation;
  return element("nav", {{"aria-label", label}}, element("ul", items));
}

Html header(const Visit& visit) {
  Html content = element(
      "a", {{"class", "brand"}, {"href", Url(home)}},
      element("img", {{"src", icon().url()}, {"alt", ""}, {"width", "28"}, {"height", "28"}}),
      "Godwit");
  if (visit.person) {
    content.add(navigation(visit, false));
    const Html out = post_form(visit, Url(sign_out_path), submit(visit.texts().sign_out, "quiet"));
    content.add(element("div", {{"class", "person"}},
                        element("span", {{"class", "who"}}, visit.person->account.user.view()),
                        out));
  }
  Html out = element("div", {{"class", "width"}}, content);
  if (is_admin(visit)) {
    const Html title = element("p", {{"class", "hint"}}, visit.texts().administration);
    out.add(element("div", {{"class", "second"}},
                    element("div", {{"class", "width"}}, title, navigation(visit, true))));
  }
  return element("header", out);
}

/// The same page in another language.
Html footer(const Visit& visit) {
  Html items;
  for (const Language each : languages) {
    const Texts& texts = texts_of(each);
    if (each == visit.language) {
      items.add(element("li", element("b", {{"lang", texts.code}, {"aria-current", "true"}},
                                      texts.language_name)));
      continue;
    }
    // Other parameters are of a message that was shown.
    std::vector<Url::Parameter> query;
    for (const std::string_view name :
         {"action", "from", "id", "item", "page", "policy", "q", "state", "user"}) {
      const std::string_view value = visit.query.get(name);
      if (!value.empty()) query.emplace_back(name, value);
    }
    query.emplace_back("language", texts.code);
    const Url url = Url::of_page(visit.request.path, query);
    items.add(element(
        "li",
        element(
            "a",
            {{"href", url}, {"lang", texts.code}, {"hreflang", texts.code}, {"rel", "nofollow"}},
            texts.language_name)));
  }
  return element("footer", element("div", {{"class", "width"}},
                                   element("nav", {{"aria-label", visit.texts().languages}},
                                           element("ul", items))));
}

}  // namespace

http::Reply page_reply(const Visit& visit, const Page& page) {
  const Html body = element(
      "body",
      element("a", {{"class", "skip"}, {"href", Url::of_element("main")}}, visit.texts().skip),
      header(visit),
      element("main", {{"id", "main"}, {"class", "width"}, {"tabindex", "-1"}},
              element("h1", page.title), page.content),
      footer(visit));
  const Html root = element("html", {{"lang", visit.texts().code}}, head(page), body);
  http::Reply reply;
  reply.status = page.status;
  reply.headers = {{"Content-Type", "text/html; charset=utf-8"},
                   {"Cache-Control", "no-store"},
                   {"Content-Security-Policy",
                    std::string(content_security) + std::string(page.is_live ? live_content : "")},
                   {"Content-Language", std::string(visit.texts().code)},
                   {"Referrer-Policy", "same-origin"},
                   {"X-Content-Type-Options", "nosniff"},
                   {"Cross-Origin-Opener-Policy", "same-origin"},
                   {"Cross-Origin-Resource-Policy", "same-origin"}};
  reply.body = http::text_body(Html::document(root));
  return reply;
}

http::Reply see_other(const Url& url) {
  http::Reply reply;
  reply.status = 303;
  reply.headers = {{"Location", url.text()}, {"Cache-Control", "no-store"}};
  return reply;
}

http::Reply failure_reply(const Visit& visit, int status, std::string_view title,
                          std::string_view text) {
  Html content = element("p", text);
  content.add(element("p", link(Url(home), visit.texts().back, "button")));
  return page_reply(visit, {std::string(title), std::move(content), status});
}

http::Header cookie_header(std::string_view name, std::string_view value, std::string_view age) {
  std::string text =
      fmt::format("__Host-{}={}; Path=/; Secure; HttpOnly; SameSite=Strict", name, value);
  if (!age.empty()) text.append("; ").append(age);
  return {"Set-Cookie", std::move(text)};
}

Html post_form(const Visit& visit, const Url& action, const Html& content) {
  Html token;
  if (visit.person) token = hidden("token", Sessions::form_token(visit.person->session));
  return element("form", {{"method", "post"}, {"action", action}}, token, content);
}

Html hidden(std::string_view name, std::string_view value) {
  return element("input", {{"type", "hidden"}, {"name", name}, {"value", value}});
}

Html submit(std::string_view label, std::string_view kind) {
  return element("button", {{"class", "button " + std::string(kind)}, {"type", "submit"}}, label);
}

Html link(const Url& url, std::string_view label, std::string_view kind) {
  if (kind.empty()) return element("a", {{"href", url}}, label);
  return element("a", {{"href", url}, {"class", kind}}, label);
}

Html banner(std::string_view kind, std::string_view text) {
  const bool bad = kind == "bad";
  return element(
      "p", {{"class", "banner " + std::string(kind)}, {"role", bad ? "alert" : "status"}}, text);
}

void Facts::add(std::string_view term, const Html& value) {
  rows_.add(element("div", element("dt", term), element("dd", value)));
}

void Facts::add(const Html& term, std::string_view value) {
  rows_.add(element("div", element("dt", term), element("dd", value)));
}

void Facts::add(std::string_view term, std::string_view value) {
  if (!value.empty()) add(term, Html().add(value));
}

Html Facts::html() const { return element("dl", {{"class", "facts card"}}, rows_); }

Paging::Paging(const Visit& visit, std::size_t rows, std::size_t rows_max)
    : rows_max_(rows_max),
      count_(std::max<std::size_t>((rows + rows_max - 1) / rows_max, 1)),
      page_(std::clamp<std::size_t>(parse_number<std::size_t>(visit.query.get("page")).value_or(1),
                                    1, count_)) {}

Html Paging::links(const Visit& visit, Path path, std::vector<Url::Parameter> query) const {
  if (count_ == 1) return {};
  const auto to = [&](std::size_t number, std::string_view label) {
    const std::string page = std::to_string(number);
    auto parameters = query;
    parameters.emplace_back("page", page);
    return link(Url(path, parameters), label, "button");
  };
  Html out;
  if (page_ > 1) out.add(to(page_ - 1, visit.texts().previous));
  out.add(
      element("span", {{"class", "hint"}}, std::to_string(page_) + " / " + std::to_string(count_)));
  if (page_ < count_) out.add(to(page_ + 1, visit.texts().next));
  return element("nav", {{"class", "pages"}, {"aria-label", visit.texts().pages}}, out);
}

std::string fill(std::string_view pattern, std::string_view value) {
  std::string out(pattern);
  const auto at = out.find("{}");
  if (at != std::string::npos) out.replace(at, 2, value);
  return out;
}

Html day(Time time) {
  const std::string text = fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::days>(time));
  return element("time", {{"datetime", text}}, text);
}

}  // namespace godwit::console
