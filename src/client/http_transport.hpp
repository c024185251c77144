/// The client's requests over HTTP or HTTPS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/transport.hpp"
#include "http/client.hpp"
#include "net/tls.hpp"

namespace godwit::client {

/// `https://mail.example.test:8443/Microsoft-Server-ActiveSync`; scheme, port and path may be left
/// out: https, the scheme's port, the usual path.
struct ServerUrl {
  bool tls = true;
  std::string host;
  std::uint16_t port = 443;
  std::string path = "/Microsoft-Server-ActiveSync";
};
/// Error: malformed, with what is wrong in one sentence.
Result<ServerUrl> parse_url(std::string_view text);

/// How much the server's certificate must prove.
struct Trust {
  std::string ca_file;          // PEM; empty = what the system trusts
  bool insecure = false;        // anything goes: self-signed test servers
  net::CertificateFiles own{};  // shown to a server that asks; empty = none
};

class HttpTransport final : public Transport {
 public:
  HttpTransport(const ServerUrl& url, const Trust& trust);
  Task<Answer> send(Wire request) override;

 private:
  http::Client client_;
};

}  // namespace godwit::client
