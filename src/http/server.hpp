/// The HTTP/1.1 server: connections in, requests to a Service, replies out. A request that waits
/// (Parked) costs a small record and its socket, nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "http/farewell.hpp"
#include "http/message.hpp"
#include "net/listener.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "watch/hub.hpp"

namespace godwit::http {

struct ServerSettings {
  /// Connections beyond are answered 503 with Retry-After; far beyond, they are just closed.
  std::size_t connections_max = 20'000;
  /// Of a request body, before and after decompression.
  std::uint64_t body_bytes_max = 100ULL * 1024 * 1024;
  std::chrono::seconds handshake_limit{15};  // PROXY header and TLS handshake
  std::chrono::seconds head_limit{30};       // first byte to last byte of a head
  std::chrono::seconds idle_limit{120};      // between requests
  /// A body may take so long, and what the rate (not 0) allows beyond; likewise a reply being
  /// taken.
  std::chrono::seconds body_limit{30};
  std::uint64_t bytes_per_second_min = 512;
  std::chrono::seconds retry_after{30};  // told to those turned away
  /// Whose PROXY header and X-Forwarded-For/-Proto count: gets an address without a port.
  std::function<bool(std::string_view address)> trusted_proxy = [](std::string_view) {
    return false;
  };
  /// The header in which trusted proxies hand on a client's certificate; empty: they do not.
  std::string certificate_header{};
};

struct ListenSettings {
  std::shared_ptr<net::TlsServer> tls{};  // null = plain
  bool proxy_protocol = false;            // trusted peers send a PROXY header first
};

class Server {
 public:
  /// All that is referred to must outlive the server and whatever its connections still run.
  Server(const net::Executor& executor, Clock& clock, ServerSettings settings, Service& service,
         watch::Hub& hub, Spools& spools);
  ~Server();  // closes everything at once; see drain
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Other settings from the next request of each connection on.
  void apply(ServerSettings settings);

  void listen(net::Listener listener, ListenSettings settings);
  /// Takes over a connection that is ready for HTTP.
  void serve(std::unique_ptr<net::Stream> stream);
  /// Ends what has waited too long; call a few times a second, like Hub::tick.
  void tick();
  /// Stops accepting, ends parked requests evenly over `spread`, lets running ones finish (up to
  /// `finish_limit`), closes the rest. Wake::shutdown is what parked requests get.
  Task<> drain(std::chrono::milliseconds spread,
               std::chrono::milliseconds finish_limit = std::chrono::seconds(10));

  /// The first part of a drain: stops accepting, and lets running requests finish, and those that
  /// connected just before be asked; up to `limit`. Requests wait as before. False: some did not
  /// end.
  Task<bool> finish(std::chrono::milliseconds limit);
  /// After `finish`: what the requests that wait are answered. Nothing is read or written any more.
  Task<Farewell> farewell();

  std::size_t connections() const;

 private:
  std::shared_ptr<struct ServerCore> core_;  // shared with the coroutines of connections
};

}  // namespace godwit::http
