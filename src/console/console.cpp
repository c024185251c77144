#include "console/console.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "console/assets.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"

namespace godwit::console {
namespace {

constexpr Log log("console");
constexpr std::string_view root = "/godwit";
constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr unsigned retry_after_seconds = 60;

enum class Who : std::uint8_t { anybody, person, admin };
using Answer = Task<http::Reply> (*)(Visit&);

struct Route {
  std::string_view path;
  Who who;
  Answer get;                                // null: none
  Answer post;                               // null: none
  bool (*is_there)(const Visit&) = nullptr;  // null: always
};
constexpr auto routes = std::to_array<Route>({
    {"/godwit/", Who::person, &show_my_devices, nullptr},
    {"/godwit/admin", Who::admin, &show_overview, nullptr},
    {"/godwit/admin/audit", Who::admin, &show_audit, nullptr},
    {"/godwit/admin/device", Who::admin, &show_any_device, nullptr},
    {"/godwit/admin/device/why", Who::admin, &show_any_why, nullptr},
    {"/godwit/admin/devices", Who::admin, &show_all_devices, nullptr},
    {"/godwit/admin/order", Who::admin, &ask_to_order, &carry_out},
    {"/godwit/admin/policies", Who::admin, &show_policies, &assign_policy},
    {"/godwit/admin/policy", Who::admin, &show_policy_form, &edit_policy},
    {"/godwit/admin/policy/remove", Who::admin, &ask_to_remove_policy, &remove_policy},
    {"/godwit/admin/quarantine", Who::admin, &show_quarantine, nullptr},
    {"/godwit/admin/user", Who::admin, &show_user, nullptr},
    {"/godwit/admin/user/password", Who::admin, &ask_for_password, &set_password},
    {"/godwit/admin/user/remove", Who::admin, &ask_to_remove_user, &remove_user},
    {"/godwit/admin/users", Who::admin, &show_users, nullptr},
    {"/godwit/admin/users/add", Who::admin, &ask_for_user, &add_user},
    {"/godwit/app-passwords", Who::person, &show_app_passwords, &make_app_password,
     &has_app_passwords},
    {"/godwit/app-passwords/revoke", Who::person, &ask_to_revoke, &revoke, &has_app_passwords},
    {"/godwit/device", Who::person, &show_my_device, nullptr},
    {"/godwit/device/recovery", Who::person, nullptr, &show_recovery},
    {"/godwit/device/remove", Who::person, &ask_to_remove, &remove},
    {"/godwit/device/why", Who::person, &show_my_why, nullptr},
    {"/godwit/device/wipe", Who::person, &ask_to_wipe, &wipe},
    {"/godwit/out-of-office", Who::person, &show_absence, &save_absence, &has_absence},
    {"/godwit/set-up", Who::person, &show_setup, nullptr},
    {"/godwit/set-up/profile", Who::person, &get_profile, nullptr},
    {"/godwit/sign-in", Who::anybody, &show_sign_in, &sign_in},
    {"/godwit/sign-out", Who::anybody, nullptr, &sign_out},
});
static_assert(std::ranges::is_sorted(routes, {}, &Route::path));

bool is_read(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

std::string_view cookie_of(const http::Request& request, std::string_view name) {
  return cookie(request.header("cookie"), "__Host-" + std::string(name));
}

/// Chosen on a page, chosen before, or wished for by the browser.
Language language_for(const http::Request& request, const Form& query) {
  if (const auto chosen = language_of(query.get("language"))) return *chosen;
  if (const auto kept = language_of(cookie_of(request, language_cookie))) return *kept;
  return preferred_language(request.header("accept-language")).value_or(Language::english);
}

http::Reply not_found(const Visit& visit) {
  return failure_reply(visit, 404, visit.texts().not_found_title, visit.texts().not_found);
}

http::Reply wrong_method(const Visit& visit, const Route& route) {
  http::Reply reply =
      failure_reply(visit, 405, visit.texts().not_found_title, visit.texts().not_found);
  reply.headers.push_back({"Allow", route.get == nullptr    ? "POST"
                                    : route.post == nullptr ? "GET, HEAD"
                                                            : "GET, HEAD, POST"});
  return reply;
}

/// Reads the form, and makes sure that a page of ours sent it; else the answer that says no.
std::optional<http::Reply> read_form(Visit& visit) {
  const Texts& texts = visit.texts();
  const http::Request& request = visit.request;
  if (!is_own_origin(request.header("origin"), request.header("host"), request.tls)) {
    log.warning("foreign_form", {{"path", request.path}});
    return failure_reply(visit, 403, texts.failed_title, texts.foreign_form);
  }
  if (!istarts_with(trim(request.header("content-type")), form_type)) {
    return failure_reply(visit, 415, texts.failed_title, texts.bad_form);
  }
  auto form = Form::parse(request.body->view());
  if (!form) {
    const int status = form.error().code == Errc::too_large ? 413 : 400;
    return failure_reply(visit, status, texts.failed_title, texts.bad_form);
  }
  visit.form = *std::move(form);
  return std::nullopt;
}

bool has_token(const Visit& visit) {
  return Secret(std::string(visit.form.get("token"))) ==
         Secret(Sessions::form_token(visit.person->session));
}

/// That nobody knows keeps administrators out, and users at their own pages.
Task<> look_up_role(Visit& visit, const Route& route) {
  try {
    visit.person->is_admin = co_await visit.parts.is_admin(visit.person->account);
  } catch (const Fault& fault) {
    if (route.who == Who::admin) throw;
    log.warning("role_unknown", {{"user", visit.person->account.user}, {"why", fault.what()}});
  }
}

/// A page that was asked for, by a link of a mail perhaps, is shown afterwards.
http::Reply to_sign_in(const Visit& visit, bool read) {
  const http::Request& request = visit.request;
  if (!read || request.path == home.view()) return see_other(Url(sign_in_path));
  std::string page = request.path;
  if (!request.query.empty()) page += '?' + request.query;
  return see_other(Url(sign_in_path, {{"page", page}}));
}

Task<http::Reply> answer_route(Visit& visit, const Route& route) {
  const bool read = is_read(visit.request);
  const Answer work = read ? route.get : route.post;
  if (work == nullptr || (!read && visit.request.method != "POST")) {
    co_return wrong_method(visit, route);
  }
  if (!read) {
    if (auto no = read_form(visit)) co_return *std::move(no);
  }
  if (!visit.person && route.who != Who::anybody) co_return to_sign_in(visit, read);
  if (visit.person) co_await look_up_role(visit, route);
  // Who is no administrator does not learn what there is for them.
  if (route.who == Who::admin && !visit.person->is_admin) co_return not_found(visit);
  // Who signs in has no session yet, or leaves it.
  if (!read && visit.person && work != &sign_in && !has_token(visit)) {
    co_return failure_reply(visit, 403, visit.texts().old_form_title, visit.texts().old_form);
  }
  co_return co_await work(visit);
}

Task<http::Reply> guarded(Visit& visit, const Route& route) {
  try {
    co_return co_await answer_route(visit, route);
  } catch (const Fault& fault) {
    log.error("failed", {{"path", visit.request.path}, {"why", fault.what()}});
  }
  http::Reply reply =
      failure_reply(visit, 503, visit.texts().unavailable_title, visit.texts().unavailable);
  reply.headers.push_back({"Retry-After", std::to_string(retry_after_seconds)});
  co_return reply;
}

}  // namespace

bool is_admin(const Visit& visit) { return visit.person && visit.person->is_admin; }

std::string_view session_id(const http::Request& request) {
  return cookie_of(request, session_cookie);
}

Console::Console(Parts parts, Settings settings, http::Service& next)
    : parts_(std::move(parts)),
      settings_(settings),
      sessions_(parts_.clock, parts_.random, settings.sessions),
      next_(next) {}

void Console::apply(const Settings& settings) {
  settings_ = settings;
  sessions_.set(settings.sessions);
}

Task<http::Outcome> Console::handle(http::Request request) {
  const bool below = request.path.starts_with(root) && request.path[root.size()] == '/';
  const bool ours = request.path == root || (below && request.path != settings_.others_path);
  if (!settings_.enabled || !ours) co_return co_await next_.handle(std::move(request));
  co_return co_await answer(request);
}

Task<http::Reply> Console::answer(const http::Request& request) {
  const Asset* const asset = find_asset(request.path);
  if (asset != nullptr && is_read(request)) co_return asset->reply();
  auto query = Form::parse(request.query);
  const Form asked = query ? *std::move(query) : Form();
  Visit visit{.parts = parts_,
              .sessions = sessions_,
              .request = request,
              .time_zone = settings_.time_zone,
              .language = language_for(request, asked),
              .query = asked};
  if (request.path == root) co_return see_other(Url(home));
  const std::string id(session_id(request));
  if (auto account = sessions_.find(id)) visit.person = Person{*std::move(account), id};
  const auto* const route = std::ranges::find(routes, request.path, &Route::path);
  const bool there =
      route != routes.end() && (route->is_there == nullptr || route->is_there(visit));
  if (!there) co_return not_found(visit);
  http::Reply reply = co_await guarded(visit, *route);
  if (!asked.get("language").empty()) {
    constexpr std::string_view a_year = "Max-Age=31536000";
    reply.headers.push_back(cookie_header(language_cookie, visit.texts().code, a_year));
  }
  co_return reply;
}

}  // namespace godwit::console
