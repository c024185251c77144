/// Sign-in by Kerberos tickets (RFC 4120) as HTTP carries them (RFC 4559, SPNEGO or Kerberos
/// alone), verified with this server's keys: no KDC is asked. The library may block: it runs on a
/// gate of its own.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/check.hpp"
#include "base/clock.hpp"

namespace godwit::backend {

struct KerberosSettings {
  std::string keytab;   // the file with this server's keys
  std::string service;  // the principal that tickets must be for; empty: any of the keytab's
  std::string realm;    // whose users sign in, as it is written
  std::string domain;   // of their mailboxes; empty: the realm in lower case
  std::string replays;  // the file that remembers authenticators; empty: the library's own
  unsigned threads = 4;
  std::chrono::milliseconds limit{10'000};
};

/// `verify` throws Fault: unavailable (the keytab cannot be used), timed_out, busy. What needs
/// another round, NTLM above all, is refused.
class KerberosCheck final : public auth::Check {
 public:
  /// `clock` outlives it.
  KerberosCheck(KerberosSettings settings, const Clock& clock);
  ~KerberosCheck() override;

  Task<Result<auth::Proof>> verify(auth::Claim claim) override;
  /// It knows nothing more.
  Task<std::optional<auth::Facts>> facts(std::string login) override;
  /// Whether the keytab has keys of the service. Blocks. Error: not_found, with why.
  static Result<> look(const KerberosSettings& settings);

 private:
  struct Core;
  std::shared_ptr<Core> core_;  // shared with jobs on the gate
  const Clock& clock_;
};

/// The mailbox of `principal` (`ann@EXAMPLE.ORG`). Errors: refused (another realm, a host's or a
/// service's, or no plain login).
Result<std::string> login_of_principal(std::string_view principal, const std::string& realm,
                                       const std::string& domain);

}  // namespace godwit::backend
