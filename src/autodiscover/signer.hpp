/// Signs profiles, so that phones show them as verified: CMS (RFC 5652), the content within.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace godwit::autodiscover {

class Signer {
 public:
  /// PEM: the certificate, then those that lead to its authority; its key without a passphrase.
  /// Error: malformed, or refused when they do not belong together.
  static Result<Signer> make(std::string_view certificates, const Secret& key);
  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;
  ~Signer();

  /// DER. Throws Fault(corrupt) when the library fails.
  std::string sign(std::string_view content) const;

 private:
  struct State;
  explicit Signer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace godwit::autodiscover
