/// The embedded store's users: signing in, and what an administrator does with them. Passwords are
/// kept as argon2id hashes; hashing runs under a memory budget (LocalOptions).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/local/local.hpp"

namespace godwit::backend {

class LocalUsers final : public Users, public KnownUsers {
 public:
  struct NewUser {
    std::string address;  // user@domain, the canonical name; the domain must be a configured one
    Secret password;
    std::string display_name = {};
    std::vector<std::string> aliases = {};          // whole addresses in configured domains
    std::optional<std::uint64_t> quota_bytes = {};  // nothing: the configured one; 0: no limit
    std::string origin = {};  // which entry of a directory; empty: added by hand
  };
  struct User {
    std::string address;
    std::string display_name;
    std::vector<std::string> aliases;
    std::optional<std::uint64_t> quota_bytes;
    std::uint64_t used_bytes = 0;
    std::string origin{};
  };

  /// Whether the hash is that of the password: what a sign-in costs.
  using Verify = std::function<bool(const std::string& hash, const Secret& password)>;
  /// By argon2id.
  explicit LocalUsers(const LocalStore& store);
  LocalUsers(const LocalStore& store, Verify verify);

  /// `login` is `user@domain`, `DOMAIN\user` (the first label of a mail domain, or all of it) or
  /// `user` where no two domains have one of that name; letter case does not matter. An unknown
  /// user costs the same time as a wrong password.
  Task<Result<Account>> sign_in(std::string login, Secret password) override;

  /// The login as `sign_in` takes it; of a user who came from a directory also a further address,
  /// since the directory may call its people otherwise than their mailboxes are called.
  Task<Result<Account>> known(std::string login, Secret password) override;

  /// What a sign-in would answer, without one: for delivery and administrators. Error: not_found.
  Task<Result<Account>> find(std::string address);

  /// With the default folders. Errors: malformed (address), refused (domain, empty or overlong
  /// password), conflict (address or alias taken).
  Task<Result<>> add(NewUser user);
  /// By address.
  Task<std::vector<User>> list();
  /// Errors of the following: not_found, and those of `add`. A new password does not end what
  /// others cache of the old one.
  Task<Result<>> set_password(std::string address, Secret password);
  Task<Result<>> set_quota(std::string address, std::optional<std::uint64_t> quota_bytes);
  /// Where the user came from, as NewUser has it.
  Task<Result<std::string>> origin(std::string address);
  Task<Result<>> set_origin(std::string address, std::string origin);
  /// With all mail.
  Task<Result<>> remove(std::string address);

 private:
  std::shared_ptr<local::Core> core_;
  Verify verify_;
  std::string nobody_;  // a hash that no password has, for users who do not exist
};

}  // namespace godwit::backend
