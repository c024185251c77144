/// What answers phones: the commands, and all that they share. Made once the store and the
/// backends can be used.
#pragma once

#include <memory>
#include <vector>

#include "app/autodiscovery.hpp"
#include "app/backends.hpp"
#include "app/certificate_files.hpp"
#include "app/config.hpp"
#include "app/counts.hpp"
#include "app/ingest.hpp"
#include "app/issuers.hpp"
#include "app/measured.hpp"
#include "app/page.hpp"
#include "app/sign_in.hpp"
#include "auth/app_password.hpp"
#include "command/endpoint.hpp"
#include "command/languages.hpp"
#include "command/membership.hpp"
#include "command/prefetch.hpp"
#include "command/running.hpp"
#include "http/spool.hpp"
#include "store/store.hpp"

namespace godwit::app {

command::Settings command_settings(const Config& config);

/// Lets nothing through until the policies of the store are known: nothing known is no weaker
/// policy. That is a moment after the start, for which requests are held; 503 where the store
/// fails.
class PoliciesFirst final : public http::Service {
 public:
  PoliciesFirst(http::Service& next, const Clock& clock) : next_(next), clock_(clock) {}
  Task<http::Outcome> handle(http::Request request) override;
  void open() { open_ = true; }

 private:
  static constexpr std::chrono::seconds wait_max{10};
  static constexpr std::chrono::milliseconds look_interval{10};

  http::Service& next_;
  const Clock& clock_;
  bool open_ = false;
};

class Engine {
 public:
  Engine(const Config& config, Clock& clock, Random& random, store::Store& store,
         Backends& backends, watch::Hub& hub, http::Spools& spools, command::Tracer& tracer);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  http::Service& service() { return policies_first_; }
  const Autodiscovery& autodiscovery() const { return autodiscovery_; }
  HttpSignIn& sign_in() { return sign_in_; }
  auth::AppPasswords& app_passwords() { return app_passwords_; }
  /// What was counted since the start, and what is now.
  void write(metrics::Page& page) const;
  /// Whose changes are watched, and what is asked and not answered yet.
  const command::Watching& watching() const { return watching_; }
  const command::Running& running() const { return running_; }
  /// What sources of push events told.
  const Ingest& ingest() const { return ingest_; }
  /// Takes over the limits of a configuration that was read anew.
  void apply(const Config& config);
  /// Drops what is remembered of a user: the password, or more, changed.
  void forget_user(const UserId& user);
  /// A device's record changed: what it waits for ends, and it passes the gate again.
  void device_changed(const UserId& user, const DeviceId& device);
  const policy::Book& policies() const { return settings_.policies; }
  /// Those of the configuration alone.
  const policy::Book& configured_policies() const { return configured_; }
  /// What the store has beside them. Requests that wait pass their gate again where it is another.
  void set_stored_policies(std::vector<policy::PolicyRef> stored);
  /// Which policy of `book` would be the user's, and why; `assigned` by an administrator.
  Task<policy::Choice> policy_in(policy::Book book, UserId user, std::string assigned);
  profile::ProfilesRef profiles() const { return settings_.profiles; }
  /// Which policy is the user's, and why; `assigned` by an administrator.
  Task<policy::Choice> policy_of(UserId user, std::string assigned);
  command::Membership& membership() { return membership_; }
  /// Whether the configuration makes the user an administrator. Throws Fault where a group decides
  /// that nobody could look up.
  Task<bool> is_admin(backend::Account account);
  /// What rules keep the user from.
  Task<auth::Access> access_of(const backend::Account& account) {
    return sign_in_.access_of(account);
  }
  /// The user's account as far as it is known without a password.
  Task<backend::Account> account_of(UserId user);
  /// Ends watches and forgets prefetched messages that nobody needs; call every few seconds.
  void sweep();
  /// Ends what runs beside requests.
  Task<> stop() { return prefetches_.stop(); }

 private:
  command::Membership::GroupsOf groups_by_name(const Config& config);
  void read_push_secrets(const Config& config);

  command::Settings settings_;  // its policies: also those of the store
  policy::Book configured_;
  std::vector<policy::PolicyRef> stored_;
  std::chrono::seconds grace_;
  bool has_console_;
  Whom admins_;
  Clock& clock_;
  Time swept_;
  Backends& backends_;
  watch::Hub& hub_;
  command::Running running_;
  RequestCounts request_counts_;
  BackendCounts mail_counts_;
  BackendCounts items_counts_;
  BackendCounts submission_counts_;
  MeasuredMailBackend mail_;
  std::unique_ptr<MeasuredItemsBackend> items_;  // null: there are none
  MeasuredSubmission submission_;
  command::Watching watching_;
  net::KeyedLocks locks_;
  sync::Journal journal_;
  command::RequestCache request_cache_;
  command::Prefetches prefetches_;
  auth::AppPasswords app_passwords_;
  command::Membership membership_;
  command::Languages languages_;
  Issuers issuers_;
  HttpSignIn sign_in_;
  Page page_;
  CertificateFiles certificates_;
  command::Services services_;
  command::Endpoint endpoint_;
  Autodiscovery autodiscovery_;
  Ingest ingest_;
  PoliciesFirst policies_first_{ingest_, clock_};
};

}  // namespace godwit::app
