/// Authorities and revocation lists in files, for ValidateCert and for sign-in by certificates.
#pragma once

#include <memory>

#include "app/config.hpp"
#include "command/certificate_check.hpp"
#include "net/worker.hpp"

namespace godwit::app {

class CertificateFiles final : public command::CertificateCheck {
 public:
  /// Nothing is read before the first question; then again when a file is another one, or what was
  /// read is ten minutes old.
  /// No authorities: the system's.
  CertificateFiles(Strings authorities, Strings revocation_lists);
  Task<std::vector<convert::CertificateVerdict>> check(Question question) override;

 private:
  struct State;
  std::shared_ptr<State> state_;  // of the gate's one thread
  Gate gate_;
};

}  // namespace godwit::app
