#include "app/web_console.hpp"

#include <algorithm>
#include <utility>

namespace godwit::app {
namespace {

Task<console::SignInOutcome> sign_in(HttpSignIn& checker, std::string login, Secret password,
                                     std::string peer) {
  auto outcome =
      co_await checker.check_person(std::move(login), std::move(password), std::move(peer));
  const auto* const refusal = std::get_if<command::Refusal>(&outcome);
  if (refusal == nullptr) co_return std::get<backend::Account>(std::move(outcome));
  using Why = console::Refusal::Why;
  const Why why = refusal->status == 503   ? Why::slow_down
                  : refusal->status == 403 ? Why::not_allowed
                                           : Why::wrong;
  co_return console::Refusal{why, refusal->retry_after_seconds};
}

}  // namespace

console::Settings console_settings(const Config& config) {
  console::Settings settings;
  settings.enabled = config.console.enabled;
  settings.time_zone = config.calendar.time_zone;
  if (!config.push_sources.empty()) settings.others_path = config.push.events_path;
  settings.sessions.idle = std::chrono::minutes(config.console.idle_minutes);
  settings.sessions.whole = std::chrono::hours(config.console.session_hours);
  return settings;
}

std::unique_ptr<console::Console> make_console(const Config& config, const Clock& clock,
                                               Random& random, Engine& engine,
                                               admin::Devices& devices, admin::Insight& insight,
                                               backend::Vacation* vacation, Perform perform) {
  console::Parts parts{
      .clock = clock,
      .random = random,
      .sign_in =
          [&engine](std::string login, Secret password, std::string peer) {
            return sign_in(engine.sign_in(), std::move(login), std::move(password),
                           std::move(peer));
          },
      .is_admin =
          [&engine](backend::Account account) { return engine.is_admin(std::move(account)); },
      .devices = devices,
      .insight = insight,
      .vacation = vacation,
      .perform = std::move(perform),
      .phone_setup =
          [&engine](const http::Request& request, const backend::Account& account) {
            return engine.autodiscovery().phone_setup(request, account);
          },
      .phone_profile =
          [&engine](const http::Request& request, const backend::Account& account) {
            return engine.autodiscovery().profile_of(request, account);
          },
      .sign_in_delay = [&engine](const UserId& user) { return engine.sign_in().waiting(user); },
      .takes_app_passwords = std::ranges::any_of(
          config.sign_in, [](const auto& one) { return one.kind == "app-password"; })};
  return std::make_unique<console::Console>(std::move(parts), console_settings(config),
                                            engine.service());
}

}  // namespace godwit::app
