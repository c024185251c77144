#include <string>
#include <vector>

#include "console/console.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"

namespace godwit::console {
namespace {

Html field(const Attributes& attributes, std::string_view id, std::string_view label,
           const Html& hint = {}) {
  return element("div", {{"class", "field"}}, element("label", {{"for", id}}, label),
                 element("input", attributes), hint);
}

/// What was asked for before the sign-in; empty: nothing that is one of our pages.
std::string asked_page(const Visit& visit) {
  constexpr std::size_t page_bytes_max = 2000;
  const Form& from = visit.request.method == "POST" ? visit.form : visit.query;
  const std::string_view page = from.get("page");
  const bool ours = page.starts_with(home.view()) && !page.contains("..");
  return ours && page.size() <= page_bytes_max ? std::string(page) : std::string();
}

/// Made anew of its pieces: whatever was given, it is a page of this server.
Url url_of(const std::string& page) {
  const auto question = page.find('?');
  const auto query = question == std::string::npos
                         ? Result<Form>(Form())
                         : Form::parse(std::string_view(page).substr(question + 1));
  std::vector<Url::Parameter> parameters;
  if (query) parameters.assign(query->fields().begin(), query->fields().end());
  return Url::of_page(std::string_view(page).substr(0, question), parameters);
}

Page sign_in_page(const Visit& visit, const Html& message, int status = 200) {
  const Texts& texts = visit.texts();
  const Html hint = element("p", {{"class", "hint"}, {"id", "user-hint"}}, texts.user_hint);
  const Html user = field({{"id", "user"},
                           {"name", "user"},
                           {"type", "text"},
                           {"value", visit.form.get("user")},
                           {"autocomplete", "username"},
                           {"autocapitalize", "none"},
                           {"spellcheck", "false"},
                           {"aria-describedby", "user-hint"},
                           {"maxlength", "256"},
                           {"required", Present::yes},
                           {"autofocus", Present::yes}},
                          "user", texts.user, hint);
  const Html password = field({{"id", "password"},
                               {"name", "password"},
                               {"type", "password"},
                               {"autocomplete", "current-password"},
                               {"maxlength", "1024"},
                               {"required", Present::yes}},
                              "password", texts.password);
  Html inner = user;
  const std::string page = asked_page(visit);
  if (!page.empty()) inner.add(hidden("page", page));
  inner.add(password).add(submit(texts.sign_in));
  Html content = element("p", {{"class", "intro"}}, texts.sign_in_intro);
  content.add(message).add(post_form(visit, Url(sign_in_path), inner));
  return {std::string(texts.sign_in_title), element("div", {{"class", "card narrow"}}, content),
          status};
}

http::Reply refused(const Visit& visit, const Refusal& refusal) {
  const Texts& texts = visit.texts();
  if (refusal.why == Refusal::Why::slow_down) {
    const std::string seconds = std::to_string(refusal.retry_after_seconds);
    auto reply =
        page_reply(visit, sign_in_page(visit, banner("bad", fill(texts.slow_down, seconds)), 429));
    reply.headers.push_back({"Retry-After", seconds});
    return reply;
  }
  const bool wrong = refusal.why == Refusal::Why::wrong;
  // 401 would want a scheme that browsers know.
  return page_reply(
      visit, sign_in_page(visit, banner("bad", wrong ? texts.refused : texts.not_allowed), 403));
}

}  // namespace

Task<http::Reply> show_sign_in(Visit& visit) {
  Html message;
  if (visit.query.get("done") == "out") message = banner("good", visit.texts().signed_out);
  co_return page_reply(visit, sign_in_page(visit, message));
}

Task<http::Reply> sign_in(Visit& visit) {
  auto outcome = co_await visit.parts.sign_in(std::string(visit.form.get("user")),
                                              Secret(std::string(visit.form.get("password"))),
                                              visit.request.peer);
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) co_return refused(visit, *refusal);
  // Whatever session the browser had, perhaps one that somebody gave it, is none from now on.
  visit.sessions.end(session_id(visit.request));
  const std::string id = visit.sessions.begin(std::get<backend::Account>(std::move(outcome)));
  const std::string page = asked_page(visit);
  http::Reply reply = see_other(page.empty() ? Url(home) : url_of(page));
  reply.headers.push_back(cookie_header(session_cookie, id));
  co_return reply;
}

Task<http::Reply> sign_out(Visit& visit) {
  if (visit.person) visit.sessions.end(visit.person->session);
  http::Reply reply = see_other(Url(sign_in_path, {{"done", "out"}}));
  reply.headers.push_back(cookie_header(session_cookie, "", "Max-Age=0"));
  co_return reply;
}

}  // namespace godwit::console
