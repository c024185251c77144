/// Who may write mail as whom, by the configuration.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "backend/backend.hpp"

namespace godwit::app {

using SendAs = std::map<std::string, std::vector<std::string>, std::less<>>;  // by user
/// Error malformed: names the entry that is not `user: address address ...`.
Result<SendAs> parse_send_as(const Strings& entries);

/// Adds what the configuration permits to what the users' own backend does.
class SendAsUsers final : public backend::Users {
 public:
  /// `users` outlives it. The configuration was checked.
  SendAsUsers(backend::Users& users, const Config& config);
  Task<Result<backend::Account>> sign_in(std::string login, Secret password) override;

 private:
  backend::Users& users_;
  SendAs permitted_;
};

}  // namespace godwit::app
