/// A self-signed certificate for a first start.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace godwit::net {

struct CertificatePem {
  std::string certificate;
  std::string key;  // secret: write it with mode 0600
};

/// ECDSA P-256, for localhost, 127.0.0.1, ::1 and `hosts` (names or addresses).
Result<CertificatePem> make_self_signed(const std::vector<std::string>& hosts, Time now,
                                        std::chrono::days lifetime = std::chrono::days(3650));

}  // namespace godwit::net
