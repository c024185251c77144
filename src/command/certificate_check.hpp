/// What ValidateCert and sign-in ask: certificates against the authorities that the administrator
/// trusts.
#pragma once

#include <string>
#include <vector>

#include "base/task.hpp"
#include "convert/certificate_chain.hpp"

namespace godwit::command {

class CertificateCheck {
 public:
  struct Question {
    std::vector<std::string> certificates, chain;  // DER
    convert::CertificateTrust::Revocation revocation =
        convert::CertificateTrust::Revocation::as_known;
    convert::CertificateTrust::Purpose purpose = convert::CertificateTrust::Purpose::mail;
    Time now{};
  };
  virtual ~CertificateCheck() = default;
  /// One for each certificate, in order. Throws Fault where they cannot be checked.
  virtual Task<std::vector<convert::CertificateVerdict>> check(Question question) = 0;
};

}  // namespace godwit::command
