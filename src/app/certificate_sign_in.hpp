/// Sign-in by the certificate that a TLS client shows: verified against the authorities and
/// revocation lists of its [[sign_in]], which are read anew when the files change.
#pragma once

#include <string>

#include "app/certificate_files.hpp"
#include "app/config.hpp"
#include "auth/certificate_owner.hpp"
#include "auth/check.hpp"
#include "base/clock.hpp"

namespace godwit::app {

class CertificateSignIn final : public auth::Check {
 public:
  /// `clock` outlives it. The configuration was checked.
  CertificateSignIn(const Config::SignIn& given, const Clock& clock);
  /// Throws Fault, too, when nobody knows whether the certificate was revoked.
  Task<Result<auth::Proof>> verify(auth::Claim claim) override;
  /// It knows nothing more.
  Task<std::optional<auth::Facts>> facts(std::string login) override;

 private:
  CertificateFiles files_;
  auth::CertificateName name_;
  convert::CertificateTrust::Revocation revocation_;
  const Clock& clock_;
};

/// The authorities of all such checks: what TLS clients are asked for. Empty: there is none.
Strings client_authorities(const Config& config);

}  // namespace godwit::app
