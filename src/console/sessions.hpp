/// Who is signed in. In memory: a restart asks everybody for the password again. Time and number
/// are bounded.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "backend/backend.hpp"
#include "base/bounded_table.hpp"
#include "base/clock.hpp"

namespace godwit::console {

class Sessions {
 public:
  struct Limits {
    std::chrono::minutes idle{30};          // without a request
    std::chrono::hours whole{12};           // since the sign-in
    std::size_t sessions_max = 10'000;      // then the one that was idle longest ends
    std::size_t sessions_of_user_max = 20;  // likewise, of the user
  };
  /// `random` must be unpredictable. All outlive it.
  Sessions(const Clock& clock, Random& random, Limits limits)
      : clock_(clock), random_(random), limits_(limits), table_(limits.sessions_max) {}

  /// Its secret name, for the cookie: 256 random bits. Never one that a browser chose.
  std::string begin(backend::Account account);
  /// Whose session that is, if it is one; it is not idle then.
  std::optional<backend::Account> find(std::string_view id);
  void end(std::string_view id);
  /// The password changed, or an administrator wants the user out.
  void end_all_of(const UserId& user);
  /// Other times; `sessions_max` stays.
  void set(const Limits& limits) { limits_ = limits; }
  std::size_t size() const { return table_.size(); }

  /// What forms of that session carry. Cannot be told from the id, nor the id from it.
  static std::string form_token(std::string_view id);

 private:
  struct Session {
    backend::Account account;
    Time began{};
    Time seen{};
  };
  using Key = std::array<char, 32>;  // a digest of the id
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  static Key key_of(std::string_view id);
  bool is_over(const Session& session) const;
  void make_room(const UserId& user);

  const Clock& clock_;
  Random& random_;
  Limits limits_;
  BoundedTable<Key, std::optional<Session>, KeyHash> table_;  // never empty ones
};

}  // namespace godwit::console
