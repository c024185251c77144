/// Remembers sign-ins that were verified a moment ago, so that a phone's next request need not ask
/// the backend. Passwords are kept as a keyed hash alone, and the key lives no longer than this.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "backend/compact_account.hpp"
#include "base/bounded_table.hpp"
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

  /// The account, with this request's password, of a sign-in verified lately. By a token it counts
  /// until that ends. `user` is empty with a token.
  std::optional<backend::Account> find(std::string_view user, const Secret& password);

  /// Taken before the backend is asked and handed to `put`: an answer that was under way while its
  /// user was dropped is not remembered.
  std::uint64_t epoch() const { return epoch_; }
  void put(std::string_view user, const Secret& password, const backend::Account& account,
           std::uint64_t epoch);

  /// Forgets a user whose password changed, or who may no longer sign in.
  void drop(const UserId& user);

  /// Counts for what is remembered already, too.
  void set_lifetime(std::chrono::milliseconds lifetime) { limits_.lifetime = lifetime; }

  std::size_t size() const { return entries_.size(); }

 private:
  using Key = std::array<char, 16>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Entry {
    backend::CompactAccount account;
    Time verified;
    bool with_password;
  };

  Key key_of(std::string_view user, const Secret& password) const;
  bool expired(const Entry& entry) const;
  void drop_expired();

  const Clock& clock_;
  Limits limits_;
  Secret hash_key_;
  BoundedTable<Key, Entry, KeyHash> entries_;  // by key_of, in the order of verification
  std::uint64_t epoch_ = 0;
};

}  // namespace godwit::auth
