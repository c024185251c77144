/// TLS over a connected Stream: our own, because asio's holds 70 KiB a connection for ever
/// (measured); this one rests at 14 KiB. TLS 1.2 and newer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "net/stream.hpp"

namespace godwit::net {

struct CertificateFiles {
  std::string chain;  // PEM: the certificate, then its issuers
  std::string key;    // PEM, without a passphrase
};

/// The server's certificates. The one whose names fit the client's SNI is shown, else the first.
class TlsServer {
 public:
  /// `client_authorities`: PEM files; unless there are none, clients are asked for a certificate,
  /// and told that one of these should have signed it. They may have none, and whatever they show
  /// is taken: Stream::certificates.
  static Result<std::shared_ptr<TlsServer>> load(
      const std::vector<CertificateFiles>& files,
      const std::vector<std::string>& client_authorities = {});
  TlsServer();
  ~TlsServer();

  /// Reads the files anew. New connections use what was read; on an error all stays as it was.
  Result<> reload(const std::vector<CertificateFiles>& files,
                  const std::vector<std::string>& client_authorities = {});
  /// Makes a TLS connection of an accepted one (also for STARTTLS). Limit its time with
  /// with_deadline. Throws Fault(unavailable) with the reason when the handshake fails.
  Task<std::unique_ptr<Stream>> accept(std::unique_ptr<Stream> plain);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct TlsClientSettings {
  std::string host{};      // verified against the certificate, and sent as SNI
  std::string ca_file{};   // trust only these (PEM); empty = the system's
  bool insecure = false;   // no verification at all: only when somebody asked for exactly that
  CertificateFiles own{};  // shown to a server that asks; empty = none
};

/// The client's side, also for STARTTLS on a connected stream. Throws Fault(unavailable) that says
/// what is wrong with the certificate.
Task<std::unique_ptr<Stream>> connect_tls(std::unique_ptr<Stream> plain,
                                          TlsClientSettings settings);

}  // namespace godwit::net
