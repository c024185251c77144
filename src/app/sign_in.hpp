/// Who sends a request: Basic authentication, checked by the backend, remembered for minutes, and
/// slowed down for those who guess.
#pragma once

#include <chrono>

#include "auth/failure_limit.hpp"
#include "auth/sign_in_cache.hpp"
#include "backend/backend.hpp"
#include "command/endpoint.hpp"

namespace godwit::app {

class BasicSignIn final : public command::SignIn {
 public:
  struct Settings {
    auth::SignInCache::Limits cache;
    bool remember = true;
    auth::FailureLimit::Limits failures;
    std::chrono::milliseconds refusal_delay{500};
  };
  BasicSignIn(backend::Users& users, const Clock& clock, Random& random, Settings settings);

  Task<std::variant<backend::Account, command::Refusal>> check(const http::Request& request,
                                                               const DeviceId* device) override;
  void forget(const UserId& user) override;
  void apply(const Settings& settings);
  /// The administrator set another password: it counts at once, and old failures do not.
  void pardon(const UserId& user);

 private:
  backend::Users& users_;
  Settings settings_;
  auth::SignInCache cache_;
  auth::FailureLimit failures_;
};

}  // namespace godwit::app
