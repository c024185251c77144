/// Outgoing connections.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/task.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"

namespace godwit::net {

struct ConnectSettings {
  std::string host;  // a name or an address
  std::uint16_t port = 0;
  std::chrono::milliseconds limit{30'000};  // for all of it: name, connection, handshake
  std::optional<TlsClientSettings> tls{};   // an empty host in it means `host`
};

/// Tries every address of the host, IPv6 and IPv4 in turns. Throws Fault(unavailable or timed_out)
/// that names the host and the last reason.
Task<std::unique_ptr<Stream>> connect(ConnectSettings settings);

/// A kept connection that may be used again: nothing arrived on it and the peer did not close it.
bool is_idle_and_open(Stream& stream);

}  // namespace godwit::net
