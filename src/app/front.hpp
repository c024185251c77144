/// The listening sockets: HTTP and HTTPS for phones, LMTP for the mail server.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "app/backends.hpp"
#include "app/config.hpp"
#include "app/damage.hpp"
#include "http/server.hpp"
#include "net/loop.hpp"
#include "net/tls.hpp"

namespace godwit::app {

class Front {
 public:
  Front(net::Loop& loop, Clock& clock, watch::Hub& hub, http::Spools& spools, const Damage& damage);
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  /// Listens. Until `serve`, phones are told to come again later, and mail waits to come in.
  /// Sockets that systemd passed by the names "http", "https" and "lmtp" take the place of the
  /// configured addresses.
  Result<> listen(const Config& config);
  /// From now on `service` answers phones, and mail comes in. Both outlive the front. Once there is
  /// damage, phones are told to come again later.
  Result<> serve(http::Service& service, Backends& backends);
  /// Takes over limits, and reads certificates anew.
  Result<> reload(const Config& config);
  void tick();
  Task<> drain(std::chrono::seconds spread);
  /// Instead of `drain`, where another process goes on with the listening sockets: see
  /// http::Server.
  Task<bool> finish(std::chrono::seconds limit);
  Task<http::Farewell> farewell();
  /// The listening sockets by the names that systemd would give them; they stay the front's.
  const std::vector<net::PassedSocket>& sockets() const { return sockets_; }

  std::size_t connections() const;
  /// "http 127.0.0.1:8082", in the order of the configuration.
  const std::vector<std::string>& listening() const { return listening_; }

 private:
  enum class Door : std::uint8_t { http, https, lmtp };
  static std::string_view name_of(Door door);
  Result<> open(Door door, const Strings& addresses, bool proxy_protocol);
  Result<> add(Door door, net::Listener listener, const std::string& where, bool proxy_protocol);

  net::Loop& loop_;
  Clock& clock_;
  watch::Hub& hub_;
  http::Spools& spools_;
  std::unique_ptr<class Answering> answering_;  // the service, or who tells phones to come later
  std::shared_ptr<net::TlsServer> tls_;         // shared with the connections
  std::unique_ptr<http::Server> server_;
  std::vector<net::PassedSocket> passed_;
  std::vector<net::PassedSocket> sockets_;
  std::vector<std::string> listening_;
  std::vector<net::Listener> lmtp_;  // until `serve`
};

}  // namespace godwit::app
