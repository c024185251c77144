/// Remembers sign-ins that were verified a moment ago, so that a phone's next request need not ask
/// the backend. Passwords are kept as a keyed hash alone, and the key lives no longer than this.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/bounded_table.hpp"
#include "backend/backend.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"

namespace godwit::auth {

class SignInCache {
 public:
  struct Limits {
    /// Since the verification: a password that was changed elsewhere still opens for so long.
    std::chrono::milliseconds lifetime = std::chrono::minutes(5);
    std::size_t entries_max = 10'000;
  };

  /// `random` must be unpredictable: it makes the key.
  SignInCache(const Clock& clock, Random& random, Limits limits);

  /// The account, with this request's password, of a sign-in verified lately.
  std::optional<backend::Account> find(std::string_view user, const Secret& password);

  /// Taken before the backend is asked and handed to `put`: an answer that was under way while its
  /// user was dropped is not remembered.
  std::uint64_t epoch() const { return epoch_; }
  void put(std::string_view user, const Secret& password, backend::Account account,
           std::uint64_t epoch);

  /// Forgets a user whose password changed, or who may no longer sign in.
  void drop(const UserId& user);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::optional<backend::Account> account;  // without its password
    bool with_password = false;
    Time verified{};
  };

  std::string key_of(std::string_view user, const Secret& password) const;
  bool expired(const Entry& entry) const;
  void drop_expired();

  const Clock& clock_;
  Limits limits_;
  Secret hash_key_;
  BoundedTable<Entry> entries_;  // by key_of, in the order of verification
  std::uint64_t epoch_ = 0;
};

}  // namespace godwit::auth
