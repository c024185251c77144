/// The users of the embedded store as an administrator sees them.
#pragma once

#include <string>
#include <vector>

#include "admin/operations.hpp"
#include "app/user_sync.hpp"
#include "backend/local/directory.hpp"
#include "backend/local/users.hpp"

namespace godwit::app {

class LocalAccounts final : public admin::Accounts {
 public:
  /// All of them but `config` outlive it.
  LocalAccounts(backend::LocalUsers& users, backend::LocalDirectory& directory,
                const Config& config, const Clock& clock)
      : users_(users), directory_(directory), sync_(config, clock, *this, directory) {}

  Task<Result<>> add(admin::NewUser user) override;
  Task<std::vector<admin::User>> list() override;
  Task<Result<>> set_password(std::string login, Secret password) override;
  Task<Result<>> remove(std::string login) override;
  Task<Result<std::string>> origin(std::string login) override;
  Task<Result<>> set_origin(std::string login, std::string origin) override;
  Task<Result<backend::Person>> person(std::string login) override;
  Task<Result<>> change_person(std::string login, backend::PersonChange change) override;
  Task<Result<admin::UserSync>> sync(admin::UserSyncOrder order) override;

 private:
  backend::LocalUsers& users_;
  backend::LocalDirectory& directory_;
  UserSync sync_;
};

}  // namespace godwit::app
