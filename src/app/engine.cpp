#include "app/engine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "app/config_policies.hpp"
#include "app/config_whom.hpp"
#include "app/device_settings.hpp"
#include "app/profile_settings.hpp"
#include "app/sign_in_chain.hpp"
#include "app/system.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "net/loop.hpp"
#include "policy/stored_policy.hpp"

namespace godwit::app {
namespace {

constexpr Log log("ingest");

HttpSignIn::Settings sign_in_settings(const Config& config) {
  HttpSignIn::Settings settings;
  settings.remember = config.auth.cache_minutes > 0;
  settings.cache.lifetime = std::chrono::minutes(config.auth.cache_minutes);
  settings.failures.user_failures_free = static_cast<unsigned>(config.auth.failures_max);
  settings.failures.forget_after = std::chrono::minutes(config.auth.failure_minutes);
  for (const std::string& network : config.auth.unlimited_networks) {
    if (auto parsed = auth::Network::parse(network)) settings.unlimited.push_back(*parsed);
  }
  settings.certificate_required = config.auth.certificate_required;
  settings.refusal_delay = std::chrono::milliseconds(config.auth.failure_delay_milliseconds);
  return settings;
}

std::string host_of(const Config& config) {
  return config.server.hostname.empty() ? machine_name() : config.server.hostname;
}

/// Who administers in the web console.
Whom console_admins(const Config& config) {
  return {.users = config.console.admins, .groups = config.console.admin_groups};
}

}  // namespace

command::Settings command_settings(const Config& config) {
  constexpr std::uint64_t megabyte = 1024 * 1024;
  command::Settings settings;
  settings.window_default = static_cast<std::uint32_t>(config.mail.window_default);
  settings.window_max = static_cast<std::uint32_t>(config.mail.window_max);
  settings.heartbeat_seconds_min = static_cast<std::uint32_t>(config.push.heartbeat_seconds_min);
  settings.heartbeat_seconds_max = static_cast<std::uint32_t>(config.push.heartbeat_seconds_max);
  settings.ping_folders_max = static_cast<std::uint32_t>(config.push.folders_max);
  settings.answer_time_max = std::chrono::seconds(config.mail.answer_seconds);
  settings.message_bytes_max =
      static_cast<std::uint64_t>(config.mail.message_megabytes_max) * megabyte;
  settings.prefetch_bytes_max =
      static_cast<std::uint64_t>(config.mail.prefetch_kilobytes_max) * 1024;
  settings.answer_bytes_max = static_cast<std::uint64_t>(config.mail.answer_kilobytes_max) * 1024;
  settings.time_zone = config.calendar.time_zone;
  settings.language = mail_language(config);
  // A file that went bad since it was checked: as though there were none.
  settings.profiles = client_profiles(config).value_or(profile::shipped_profiles());
  settings.paths = config.http.paths;
  settings.policies = policy_book(config);
  settings.device_rules = device_rules_of(config);
  return settings;
}

Engine::Engine(const Config& config, Clock& clock, Random& random, store::Store& store,
               Backends& backends, watch::Hub& hub, http::Spools& spools, command::Tracer& tracer)
    : settings_(command_settings(config)),
      configured_(settings_.policies),
      grace_(config.push.grace_seconds),
      has_console_(config.console.enabled),
      admins_(console_admins(config)),
      clock_(clock),
      swept_(clock.now()),
      backends_(backends),
      hub_(hub),
      request_counts_(running_.traffic(), clock),
      mail_(backends.mail(), mail_counts_),
      items_(backends.items() == nullptr
                 ? nullptr
                 : std::make_unique<MeasuredItemsBackend>(*backends.items(), items_counts_)),
      submission_(backends.submission(), submission_counts_),
      watching_(hub, clock),
      journal_(store, clock,
               {.owner = fmt::format("{}/{}/{:016x}", host_of(config), ::getpid(), random.next()),
                .sole_owner = config.store.kind == "sqlite"}),
      app_passwords_(store, clock, random),
      membership_(clock, backends.directory(), groups_by_name(config)),
      languages_(clock, backends.languages()),
      issuers_(make_issuers(config, clock)),
      sign_in_(make_chain(config, backends, app_passwords_, issuers_, clock), issuers_,
               access_rules(config), membership_,
               parse_send_as(config.mail.send_as).value_or(SendAs()), clock, random,
               sign_in_settings(config)),
      page_({host_of(config), sign_in_, mail_, items_.get(), store,
             [&backends](backend::Account account) {
               return backends.reach_submission(std::move(account));
             },
             [this] { return has_console_; }, [this] { return settings_.language; }}),
      certificates_(config.certificates.authorities, config.certificates.revocation_lists),
      services_{clock,
                random,
                store,
                hub,
                watching_,
                mail_,
                items_.get(),
                submission_,
                backends.vacation(),
                backends.directory(),
                backends.free_busy(),
                &certificates_,
                spools,
                locks_,
                journal_,
                request_cache_,
                prefetches_,
                membership_,
                languages_,
                running_,
                settings_},
      endpoint_(
          services_, sign_in_,
          [this](http::Request request) { return page_.answer(std::move(request)); },
          &request_counts_, &tracer),
      autodiscovery_(config, host_of(config), clock, sign_in_, endpoint_),
      ingest_(ingest_settings(config), clock, backends.known_users(), backends.hints(),
              autodiscovery_) {
  sign_in_.on_token(
      [&backends](backend::Account account) { return backends.signed_in(std::move(account)); });
}

void Engine::write(metrics::Page& page) const {
  request_counts_.write(page);
  mail_counts_.write(page, "mail");
  items_counts_.write(page, "items");
  submission_counts_.write(page, "submission");
  ingest_.write(page);
  const HttpSignIn::Counts& signed_in = sign_in_.counts();
  const auto sign_ins = [&](const char* outcome, std::uint64_t count) {
    page.counter({"godwit_sign_ins_total", "Requests by what became of their sign-in"},
                 {{"outcome", outcome}}, static_cast<double>(count));
  };
  sign_ins("remembered", signed_in.remembered);
  sign_ins("verified", signed_in.verified);
  sign_ins("refused", signed_in.refused);
  sign_ins("expired", signed_in.expired);
  sign_ins("delayed", signed_in.delayed);
  for (const auto& issuer : issuers_) {
    const auto looks = [&](const char* outcome, std::uint64_t count) {
      page.counter({"godwit_token_issuer_looks_total", "Looks for the keys of issuers of tokens"},
                   {{"issuer", issuer->name()}, {"outcome", outcome}}, static_cast<double>(count));
    };
    const oidc::Issuer::Counts& counts = issuer->counts();
    looks("done", counts.looks - counts.failures);
    looks("failed", counts.failures);
    page.gauge({"godwit_token_issuer_keys", "Keys of issuers of tokens that are known"},
               {{"issuer", issuer->name()}}, static_cast<double>(issuer->keys()));
  }
  page.gauge({"godwit_watched_users", "Users whose changes are watched"}, {},
             static_cast<double>(watching_.size()));
}

void Engine::apply(const Config& config) {
  const policy::Book policies = settings_.policies;
  const policy::DeviceRules rules = settings_.device_rules;
  const profile::ProfilesRef profiles = settings_.profiles;
  settings_ = command_settings(config);
  configured_ = settings_.policies;
  settings_.policies = policy::with_stored(configured_, stored_);
  grace_ = std::chrono::seconds(config.push.grace_seconds);
  has_console_ = config.console.enabled;
  admins_ = console_admins(config);
  sign_in_.apply(sign_in_settings(config));
  autodiscovery_.apply(config);
  read_push_secrets(config);
  membership_.forget();
  // What waits passes its gate again.
  if (!policy::same(policies, settings_.policies) || !policy::same(rules, settings_.device_rules) ||
      *profiles != *settings_.profiles) {
    hub_.end_all(watch::Wake::policy);
  }
}

/// A file that cannot be read leaves all as they were: what is pushed goes on.
void Engine::read_push_secrets(const Config& config) {
  try {
    ingest_.take_secrets(ingest_settings(config));
  } catch (const Fault& fault) {
    log.error("reload.push_secrets", {{"what", fault.what()}});
  }
}

/// Nothing where no check of passwords knows groups.
command::Membership::GroupsOf Engine::groups_by_name(const Config& config) {
  if (!knows_named_groups(config)) return nullptr;
  return [this](std::string user) { return sign_in_.groups_of(std::move(user)); };
}

Task<backend::Account> Engine::account_of(UserId user) {
  if (auto known = co_await backends_.known_users().known(user.str(), Secret())) {
    co_return *std::move(known);
  }
  co_return backend::Account{.user = user,
                             .login = user.str(),
                             .password = {},
                             .display_name = {},
                             .addresses = {user.str()}};
}

Task<bool> Engine::is_admin(backend::Account account) {
  if (names_user(admins_, backend::names_of(account))) co_return true;
  const auto groups = co_await membership_.groups_of(account, admins_.groups);
  co_return !groups.empty();
}

Task<policy::Choice> Engine::policy_of(UserId user, std::string assigned) {
  co_return co_await policy_in(settings_.policies, std::move(user), std::move(assigned));
}

Task<policy::Choice> Engine::policy_in(policy::Book book, UserId user, std::string assigned) {
  const backend::Account account = co_await account_of(std::move(user));
  co_return co_await membership_.choice_of(std::move(book), account, std::move(assigned));
}

void Engine::set_stored_policies(std::vector<policy::PolicyRef> stored) {
  stored_ = std::move(stored);
  policy::Book fresh = policy::with_stored(configured_, stored_);
  const bool changed = !policy::same(fresh, settings_.policies);
  settings_.policies = std::move(fresh);
  policies_first_.open();
  if (changed) hub_.end_all(watch::Wake::policy);
}

Task<http::Outcome> PoliciesFirst::handle(http::Request request) {
  const Time end = clock_.now() + wait_max;
  while (!open_ && clock_.now() < end) co_await net::sleep_for(look_interval);
  if (open_) co_return co_await next_.handle(std::move(request));
  co_return http::Reply{.status = 503, .headers = {{"Retry-After", "5"}}, .body = nullptr};
}

void Engine::forget_user(const UserId& user) {
  sign_in_.pardon(user);
  backends_.forget_user(user);
}

void Engine::device_changed(const UserId& user, const DeviceId& device) {
  request_cache_.forget(user, device);
  prefetches_.drop(user, device);
  hub_.end(user, device, watch::Wake::policy);
}

void Engine::sweep() {
  const Time before = std::exchange(swept_, clock_.now());
  if (policy::ends_between(settings_.device_rules, before, swept_)) {
    hub_.end_all(watch::Wake::policy);
  }
  watching_.sweep(grace_);
  prefetches_.sweep(clock_.now());
  running_.traffic().waiting(clock_.now(), hub_.parked());
}

}  // namespace godwit::app
