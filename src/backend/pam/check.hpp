/// Passwords checked by PAM, as this machine's own services do. PAM blocks for as long as its
/// modules like: it runs on a gate of its own, and whoever waits too long goes without it.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "auth/check.hpp"

namespace godwit::backend {

struct PamSettings {
  enum class User : std::uint8_t {
    name,   // the part before @, without a domain before a backslash
    login,  // as the phone sent it
  };
  std::string service = "godwit";
  std::string folder = {};  // of the service's file; empty: the system's
  User user = User::name;
  unsigned threads = 4;  // sign-ins at a time
  std::chrono::milliseconds limit{20'000};
};

/// `verify` throws Fault: unavailable (PAM or what stands behind it cannot be asked), timed_out,
/// busy.
class PamCheck final : public auth::Check {
 public:
  explicit PamCheck(PamSettings settings);
  ~PamCheck() override;

  Task<Result<auth::Proof>> verify(auth::Claim claim) override;
  /// PAM knows nothing more.
  Task<std::optional<auth::Facts>> facts(std::string login) override;

 private:
  struct Core;
  std::shared_ptr<Core> core_;  // shared with jobs on the gate
};

}  // namespace godwit::backend
