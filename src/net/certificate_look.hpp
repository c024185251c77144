/// What a server's certificate says and proves, looked at without giving up at its first fault.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace godwit::net {

struct CertificateLook {
  std::string address;  // IPv4 or IPv6, as text
  std::uint16_t port = 443;
  std::string name;                // sent as SNI, and what the certificate must be for
  std::string ca_file;             // PEM; empty = what the system trusts
  std::chrono::seconds limit{10};  // for connecting, and for each read and write
};

struct CertificateFacts {
  Time not_after;
  bool names_host = false;
  std::string chain_problem;  // empty: it leads to somebody who is trusted, and is valid today
};

/// Blocks. Error: not_found when nobody listens or nobody speaks TLS there.
Result<CertificateFacts> look_at_certificate(const CertificateLook& look);
/// Of the first certificate in PEM. Error: malformed.
Result<Time> certificate_end(std::string_view pem);
/// When the first revocation list in PEM or DER is out of date. Error: malformed.
Result<Time> revocation_list_end(std::string_view file);

}  // namespace godwit::net
