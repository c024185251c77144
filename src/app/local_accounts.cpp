#include "app/local_accounts.hpp"

#include <utility>

namespace godwit::app {

Task<Result<>> LocalAccounts::add(admin::NewUser user) {
  backend::LocalUsers::NewUser made{.address = std::move(user.login),
                                    .password = std::move(user.password),
                                    .display_name = std::move(user.display_name),
                                    .aliases = std::move(user.aliases),
                                    .origin = std::move(user.origin)};
  if (user.quota_bytes != 0) made.quota_bytes = user.quota_bytes;
  return users_.add(std::move(made));
}

Task<std::vector<admin::User>> LocalAccounts::list() {
  std::vector<admin::User> out;
  for (backend::LocalUsers::User& user : co_await users_.list()) {
    out.push_back({std::move(user.address), std::move(user.display_name), std::move(user.aliases),
                   user.quota_bytes.value_or(0), user.used_bytes, std::move(user.origin)});
  }
  co_return out;
}

Task<Result<>> LocalAccounts::set_password(std::string login, Secret password) {
  return users_.set_password(std::move(login), std::move(password));
}

Task<Result<>> LocalAccounts::remove(std::string login) { return users_.remove(std::move(login)); }

Task<Result<std::string>> LocalAccounts::origin(std::string login) {
  return users_.origin(std::move(login));
}

Task<Result<>> LocalAccounts::set_origin(std::string login, std::string origin) {
  return users_.set_origin(std::move(login), std::move(origin));
}

Task<Result<backend::Person>> LocalAccounts::person(std::string login) {
  return directory_.person(std::move(login));
}

Task<Result<>> LocalAccounts::change_person(std::string login, backend::PersonChange change) {
  return directory_.change(std::move(login), std::move(change));
}

Task<Result<admin::UserSync>> LocalAccounts::sync(admin::UserSyncOrder order) {
  return sync_.run(std::move(order));
}

}  // namespace godwit::app
