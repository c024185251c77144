/// Who sends a request: Basic authentication, checked by those that the configuration names,
/// remembered for minutes, and slowed down for those who guess.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/send_as.hpp"
#include "auth/access.hpp"
#include "auth/check.hpp"
#include "auth/failure_limit.hpp"
#include "auth/sign_in_cache.hpp"
#include "command/endpoint.hpp"
#include "command/membership.hpp"

namespace godwit::app {

class BasicSignIn final : public command::SignIn {
 public:
  struct Settings {
    auth::SignInCache::Limits cache;
    bool remember = true;
    auth::FailureLimit::Limits failures;
    std::vector<auth::Network> unlimited;  // neither counted nor delayed
    std::chrono::milliseconds refusal_delay{500};
  };
  /// What became of requests, since the start.
  struct Counts {
    std::uint64_t remembered = 0;  // without asking anybody
    std::uint64_t verified = 0;
    std::uint64_t refused = 0;
    std::uint64_t delayed = 0;  // who guesses has to wait
  };
  /// `membership` outlives it: it knows groups by their addresses.
  BasicSignIn(auth::Chain chain, std::vector<auth::AccessRule> rules,
              command::Membership& membership, SendAs send_as, const Clock& clock, Random& random,
              Settings settings);

  Task<std::variant<backend::Account, command::Refusal>> check(const http::Request& request,
                                                               const DeviceId* device) override;
  /// A person at a page, who gave name and password there: an app password is none, and nothing is
  /// remembered. `peer`: the client's address. Throws Fault when nobody could check.
  Task<std::variant<backend::Account, command::Refusal>> check_person(std::string login,
                                                                      Secret password,
                                                                      std::string peer);
  void forget(const UserId& user) override;
  void apply(const Settings& settings);
  /// What rules keep a user from. Throws Fault.
  Task<auth::Access> access_of(const backend::Account& account);
  /// The groups of a user, by name, as far as a check knows them. Throws Fault.
  Task<std::vector<std::string>> groups_of(std::string user);
  /// The administrator set another password: it counts at once, and old failures do not.
  void pardon(const UserId& user);
  const Counts& counts() const { return counts_; }

 private:
  /// Whether who guesses has to wait, and then the answer.
  std::optional<command::Refusal> delay_of(const auth::FailureLimit::Attempt& attempt,
                                           std::string_view address);
  /// What `attempt` refers to outlives the wait.
  Task<command::Refusal> refuse(auth::FailureLimit::Attempt attempt, std::string_view address);
  Task<backend::Account> admitted(auth::SignedIn signed_in);
  /// By what a check knows of the user, and the groups of the address list.
  Task<auth::Access> decide(const backend::Account& account, auth::Facts facts);

  auth::Chain chain_;
  std::vector<auth::AccessRule> rules_;
  command::Membership& membership_;
  SendAs send_as_;
  Settings settings_;
  auth::SignInCache cache_;
  auth::FailureLimit failures_;
  Counts counts_;
};

}  // namespace godwit::app
