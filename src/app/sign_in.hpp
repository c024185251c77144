/// Who sends a request: a name and a password, or a bearer token, checked by those that the
/// configuration names, remembered for minutes, and slowed down for those who guess.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/issuers.hpp"
#include "app/send_as.hpp"
#include "auth/access.hpp"
#include "auth/check.hpp"
#include "auth/credentials.hpp"
#include "auth/failure_limit.hpp"
#include "auth/sign_in_cache.hpp"
#include "command/endpoint.hpp"
#include "command/membership.hpp"

namespace godwit::app {

class HttpSignIn final : public command::SignIn {
 public:
  struct Settings {
    auth::SignInCache::Limits cache;
    bool remember = true;
    auth::FailureLimit::Limits failures;
    std::vector<auth::Network> unlimited;  // neither counted nor delayed
    std::chrono::milliseconds refusal_delay{500};
    /// A device shows a certificate of its user besides what it signs in with.
    bool certificate_required = false;
  };
  /// What became of requests, since the start.
  struct Counts {
    std::uint64_t remembered = 0;  // without asking anybody
    std::uint64_t verified = 0;
    std::uint64_t refused = 0;
    std::uint64_t expired = 0;  // tokens
    std::uint64_t delayed = 0;  // who guesses has to wait
  };
  /// `issuers`: whose tokens the chain knows. They and `membership`, which knows groups by their
  /// addresses, outlive it.
  HttpSignIn(auth::Chain chain, const Issuers& issuers, std::vector<auth::AccessRule> rules,
             command::Membership& membership, SendAs send_as, const Clock& clock, Random& random,
             Settings settings);

  using Checked = std::variant<backend::Account, command::Refusal>;
  Task<Checked> check(const http::Request& request, const DeviceId* device) override;
  /// A person at a page, who gave name and password there: an app password is none, and nothing is
  /// remembered. `peer`: the client's address. Throws Fault when nobody could check.
  Task<Checked> check_person(std::string login, Secret password, std::string peer);
  void forget(const UserId& user) override;
  std::vector<std::string> challenges(command::Challenge challenge) const override;
  /// Told of each account that a token of its own backend has just opened. Throws nothing.
  void on_token(std::function<Task<>(backend::Account)> told) { told_ = std::move(told); }
  void apply(const Settings& settings);
  /// What rules keep a user from. Throws Fault.
  Task<auth::Access> access_of(const backend::Account& account);
  /// The groups of a user, by name, as far as a check knows them. Throws Fault.
  Task<std::vector<std::string>> groups_of(std::string user);
  /// The administrator set another password: it counts at once, and old failures do not.
  void pardon(const UserId& user);
  /// How long the user's next sign-in has to wait, after wrong passwords; 0: not at all.
  std::chrono::seconds waiting(const UserId& user) { return failures_.waiting(user.view()); }
  const Counts& counts() const { return counts_; }

 private:
  /// Of this request; `device` as of check.
  struct Sent {
    auth::Credentials credentials;
    std::string_view address;
    std::string device_name;
    const DeviceId* device;
    auth::FailureLimit::Attempt attempt() const;
  };
  /// What the request says of itself; where that is nothing that a check takes, its certificate.
  /// Errors: as of parse_authorization.
  Result<auth::Credentials> credentials_of(const http::Request& request) const;
  Task<Checked> check_sent(const Sent& sent);
  bool may_remember(const auth::Credentials& credentials) const;
  /// Whose certificate the request shows besides `sent`.
  Task<Checked> check_certificate(const http::Request& request, const Sent& sent);
  /// 403 where no other credentials would help.
  command::Refusal refusal(command::Challenge challenge) const;
  /// Whether who guesses has to wait, and then the answer.
  std::optional<command::Refusal> delay_of(const auth::FailureLimit::Attempt& attempt,
                                           std::string_view address);
  std::optional<backend::Account> remembered(const Sent& sent);
  Task<Checked> verified(const Sent& sent);
  /// What `attempt` refers to outlives the wait.
  Task<command::Refusal> refuse(auth::FailureLimit::Attempt attempt, std::string_view address,
                                command::Challenge challenge);
  Task<backend::Account> admitted(auth::SignedIn signed_in);
  /// By what a check knows of the user, and the groups of the address list.
  Task<auth::Access> decide(const backend::Account& account, auth::Facts facts);

  auth::Chain chain_;
  const Issuers& issuers_;
  std::vector<auth::AccessRule> rules_;
  command::Membership& membership_;
  SendAs send_as_;
  Settings settings_;
  auth::SignInCache cache_;
  auth::FailureLimit failures_;
  Counts counts_;
  std::function<Task<>(backend::Account)> told_;
};

}  // namespace godwit::app
