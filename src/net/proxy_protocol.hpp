/// The PROXY protocol (haproxy, versions 1 and 2): a load balancer says whose connection it is.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/task.hpp"
#include "net/stream.hpp"

namespace godwit::net {

struct ProxyHeader {
  std::string peer;      // "192.0.2.1:4711"; empty: the balancer speaks for itself (health check)
  std::size_t size = 0;  // bytes of the header
};

/// 16 bytes, then at most what one header may hold of addresses and extensions.
inline constexpr std::size_t proxy_header_bytes_max = 16 + 2048;

/// Nothing: more bytes are needed.
Result<std::optional<ProxyHeader>> parse_proxy_header(std::string_view bytes);

/// Reads the header off a freshly accepted connection, not one byte more, and makes its peer() the
/// client's. Only for connections from balancers that are trusted. Throws Fault(corrupt).
Task<> read_proxy_header(Stream& stream);

}  // namespace godwit::net
