/// Whether the certificate of a mail's signer, or of who signs in by TLS, can be trusted: chain,
/// times, purpose, revocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace godwit::convert {

/// [MS-ASCMD] Status (ValidateCert), of an item. 12 (another address) has no place: a request does
/// not say whose mail it is.
enum class CertificateVerdict : std::uint8_t {
  valid = 1,
  bad_request = 2,  // not base64
  bad_signature = 3,
  untrusted = 4,
  bad_chain = 5,      // a certificate of the chain cannot be read, or the chain is too long
  wrong_purpose = 6,  // not for mail, or not for TLS clients
  expired = 7,
  out_of_date = 8,  // not valid yet, or one above it in the chain is not valid now
  wrong_usage = 9,  // one in the chain is not for signing certificates, or for the purpose
  unreadable = 10,  // or with an extension that must be understood and is not
  wrong_role = 11,  // an end entity signs, or an authority is presented as a person
  revoked = 13,
  revocation_out_of_date = 14,  // the list that we have is too old
  chain_revoked = 15,
  revocation_unknown = 16,  // there is no list
  failed = 17,
};

inline constexpr std::size_t chain_certificate_bytes_max = 64 * std::size_t{1024};
inline constexpr std::size_t chain_length_max = 10;  // from the person's to the root
inline constexpr std::size_t key_bits_max = 8192;    // larger keys are work, not safety

/// The authorities that are trusted and what they revoked. Shareable between threads once made.
class CertificateTrust {
 public:
  /// `authorities`: PEM texts, each with any number of certificates; `revocations`: lists in PEM or
  /// DER. Errors: malformed (says which of them).
  static Result<CertificateTrust> make(const std::vector<std::string>& authorities,
                                       const std::vector<std::string>& revocations);

  enum class Revocation : std::uint8_t {
    as_known,  // who is known to be revoked is; what cannot be known is no error
    required,
  };
  enum class Purpose : std::uint8_t { mail, client };
  /// `certificate` and `chain` in DER; of the chain those that are needed are taken, in any order.
  CertificateVerdict check(std::string_view certificate, const std::vector<std::string>& chain,
                           Time now, Revocation revocation, Purpose purpose = Purpose::mail) const;

 private:
  struct Store;
  explicit CertificateTrust(std::shared_ptr<Store> store) : store_(std::move(store)) {}
  std::shared_ptr<Store> store_;
};

}  // namespace godwit::convert
