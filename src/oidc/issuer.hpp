/// An issuer of tokens: its keys, looked up at the address that is its name, kept for a while, and
/// looked up anew when a token names one that is not among them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "auth/bearer_token.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"
#include "net/job.hpp"

namespace godwit::oidc {

struct IssuerSettings {
  std::string name;                           // its URL; metadata_places takes it
  std::string ca_file = {};                   // PEM; empty: what the system trusts
  std::chrono::milliseconds limit{10'000};    // of a whole look: its documents and redirects
  std::chrono::seconds fresh_for{60 * 60};    // keys that it withdraws count no longer than that,
  std::chrono::seconds kept_for{24 * 3'600};  // or this while it does not answer
  std::chrono::seconds pause{30};             // between looks: a stranger's tokens may ask for them
};

/// On the loop thread only.
class Issuer {
 public:
  struct Counts {
    std::uint64_t looks = 0;
    std::uint64_t failures = 0;  // of the looks
  };

  /// `clock` outlives it.
  Issuer(IssuerSettings settings, const Clock& clock);
  ~Issuer();
  Issuer(const Issuer&) = delete;
  Issuer& operator=(const Issuer&) = delete;

  /// Errors: those of auth::verify_token but not_found; refused when the issuer has no such key.
  /// All who ask while its keys are looked up share one look. Throws Fault (unavailable) when a key
  /// is not known and the issuer does not answer, or was asked a moment ago.
  Task<Result<auth::VerifiedToken>> verify(Secret token, auth::TokenRules rules);
  /// Looks its keys up, whenever that was done last. How many there are; throws Fault with what
  /// went wrong.
  Task<std::size_t> look();

  const std::string& name() const;
  /// Where people sign in, as it said last; may be empty.
  const std::string& authorization() const;
  const Counts& counts() const;
  /// How many of its keys are known, and when they were looked up; no keys: never.
  std::size_t keys() const;
  Time looked() const;
  /// How far its clock was ahead of ours then, by the head of its keys. Nothing: it did not say.
  std::optional<std::chrono::seconds> clock_ahead() const;

 private:
  struct State;
  static Task<> look_up(std::shared_ptr<State> state);
  Task<> shared_look(std::chrono::milliseconds limit);

  std::shared_ptr<State> state_;  // shared with the look under way
  std::unique_ptr<net::Job> job_;
};

}  // namespace godwit::oidc
