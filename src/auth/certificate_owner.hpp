/// Whose a client's certificate is (RFC 5280). No I/O. Nobody has verified it here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace godwit::auth {

inline constexpr std::size_t certificates_max = 8;  // with the issuers that the client sent
inline constexpr std::size_t certificates_bytes_max = 64 * std::size_t{1024};

/// Which of a certificate's names is the login.
enum class CertificateName : std::uint8_t {
  email,        // rfc822Name in subjectAltName
  upn,          // the user principal name there, as Active Directory writes it
  common_name,  // in the subject
};

struct CertificateOwner {
  std::string login;   // plain ASCII
  std::string serial;  // hexadecimal, for the log
  Time ends{};         // notAfter
};

/// Errors: malformed, incomplete (it has no such name), conflict (it has several), refused (a name
/// that is no plain login).
Result<CertificateOwner> certificate_owner(std::string_view der, CertificateName name);

/// Certificates as one claim; and back. Errors: too_large, malformed.
Result<Secret> join_certificates(const std::vector<std::string>& certificates);
Result<std::vector<std::string>> split_certificates(std::string_view joined);

}  // namespace godwit::auth
