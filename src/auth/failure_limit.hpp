/// Slows down guessing of passwords without locking users out: failed sign-ins are counted per user
/// and per address, and beyond a few each further attempt has to wait longer. A phone that signed
/// in lately is let through whatever others do in its user's name.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/network.hpp"
#include "base/bounded_table.hpp"
#include "base/clock.hpp"

namespace godwit::auth {

class FailureLimit {
 public:
  struct Limits {
    unsigned user_failures_free = 5;      // so many do not delay anybody
    unsigned address_failures_free = 20;  // more: many users may share an address
    unsigned device_failures_max = 20;    // so many in a row and a known phone is like any other
    std::chrono::seconds delay_first{5};  // doubled with every failure
    std::chrono::seconds delay_max{15 * 60};
    std::chrono::seconds forget_after{60 * 60};         // without failures; not below delay_max
    std::chrono::seconds known_for{30 * 24 * 60 * 60};  // since a phone's last success
    std::size_t entries_max = 50'000;                   // of each table, some 100 bytes each
  };
  struct Attempt {
    /// Any spelling that names one user; case is ignored. Empty: nobody knows; the address counts.
    std::string_view user;
    std::string_view device;  // the device id; empty = none sent
    Address from;
  };

  /// Attempts from `allowed` networks are neither counted nor delayed.
  FailureLimit(const Clock& clock, Limits limits, std::vector<Network> allowed);

  /// Other limits; what was counted stays, and so does `entries_max`.
  void set(const Limits& limits, std::vector<Network> allowed) {
    limits_ = limits;
    allowed_ = std::move(allowed);
  }

  /// How long the attempt has to wait (Retry-After); nothing: go ahead. Beyond the free failures
  /// going ahead takes the turn: others wait from then on.
  std::optional<std::chrono::seconds> admit(const Attempt& attempt);
  /// How long the user's next attempt from an unknown phone would have to wait; 0: not at all.
  std::chrono::seconds waiting(std::string_view user);
  void failed(const Attempt& attempt);
  /// Makes the phone known. Counts stay: else the owner's phone would pardon the guesser.
  void succeeded(const Attempt& attempt);
  /// An administrator's pardon: the user's failures are forgotten.
  void forget_user(std::string_view user);

 private:
  /// A digest, so that an entry's size is known whatever is sent as a name.
  using Key = std::array<char, 16>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  template <class Value>
  using Table = BoundedTable<Key, Value, KeyHash>;
  struct Failures {
    unsigned count = 0;
    Time last{};
    Time blocked_until{};
  };
  struct Known {
    Time succeeded{};
    unsigned failures = 0;  // in a row
  };

  bool known(const Attempt& attempt);
  std::chrono::seconds delay(unsigned count, unsigned free) const;
  std::chrono::seconds wait(const Failures* failures);
  void count(Table<Failures>& table, const Key& key, unsigned free);
  static Key user_key(std::string_view user);
  static Key address_key(const Address& address);
  static Key device_key(const Attempt& attempt);
  void take_turn(Failures* failures, unsigned free);

  const Clock& clock_;
  Limits limits_;
  std::vector<Network> allowed_;
  Table<Failures> users_;
  Table<Failures> addresses_;
  Table<Known> devices_;  // by user and device
};

}  // namespace godwit::auth
