/// Who speaks, when trusted proxies stand in between.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace godwit::http {

struct Origin {
  std::string peer;  // address without a port
  bool tls;
};

/// Follows X-Forwarded-For from the right as long as the speaker is trusted; what an untrusted
/// client claims about itself does not count. X-Forwarded-Proto counts from a trusted peer.
Origin origin_of(const std::vector<Header>& headers, std::string peer, bool tls,
                 const std::function<bool(std::string_view)>& trusted);

/// The certificate in DER that a proxy's header holds: as a byte sequence (`:base64:`, RFC 9440),
/// as PEM, or as PEM that is percent-encoded (nginx's $ssl_client_escaped_cert) or has blanks for
/// line ends. Nothing: it holds none that can be read. It is not parsed.
std::optional<std::string> forwarded_certificate(std::string_view value);

}  // namespace godwit::http
