/// App passwords: made here, one for a device or a use, each opening some classes of a user's data.
/// They are random, so that a salted digest keeps them as well as a slow hash would.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/check.hpp"
#include "base/clock.hpp"
#include "store/store.hpp"

namespace godwit::auth {

inline constexpr std::size_t app_passwords_max = 100;     // of one user
inline constexpr std::size_t app_password_name_max = 64;  // bytes

struct AppPassword {
  std::string id;                     // 8 hexadecimal digits, unique among the user's
  std::string name;                   // what the administrator calls it; may be empty
  std::optional<std::string> device;  // only this one, in lower case; nothing: any
  backend::DataClasses scopes;        // what it opens
  Time made{};
};

struct NewAppPassword {
  std::string name = {};
  std::optional<DeviceId> device = {};
  backend::DataClasses scopes = backend::DataClasses::all();
};

struct MadeAppPassword {
  AppPassword entry;
  Secret password;  // 128 random bits, shown once: `abcd-efgh-...`
};

/// Those of all users, in the store.
class AppPasswords {
 public:
  /// `random` must be unpredictable. All outlive it.
  AppPasswords(store::Store& store, const Clock& clock, Random& random)
      : store_(store), clock_(clock), random_(random) {}

  /// Errors: too_large (the user has so many, or the name is that long), malformed (control
  /// characters in the name), incomplete (it opens nothing).
  Task<Result<MadeAppPassword>> add(UserId user, NewAppPassword wanted);
  Task<std::vector<AppPassword>> list(UserId user);
  /// Error: not_found.
  Task<Result<>> revoke(UserId user, std::string id);
  /// The one that `password` is, for a request of `device`; empty: of no device. Hyphens, blanks
  /// and letter case of the password do not count.
  Task<std::optional<AppPassword>> find(UserId user, Secret password, std::string device);

 private:
  store::Store& store_;
  const Clock& clock_;
  Random& random_;
};

/// Lets users in by their app passwords.
class AppPasswordCheck final : public Check {
 public:
  /// Both outlive it.
  AppPasswordCheck(AppPasswords& passwords, backend::KnownUsers& users)
      : passwords_(passwords), users_(users) {}
  Task<Result<Proof>> verify(Claim claim) override;
  Task<std::optional<Facts>> facts(std::string login) override;

 private:
  AppPasswords& passwords_;
  backend::KnownUsers& users_;
};

}  // namespace godwit::auth
