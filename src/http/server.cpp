#include "http/server.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "http/connection.hpp"
#include "net/deadline.hpp"
#include "net/errors.hpp"
#include "net/network.hpp"
#include "net/proxy_protocol.hpp"

namespace godwit::http {
namespace {

constexpr Log logger("http");
constexpr std::size_t refused_at_once = 256;  // beyond the limit, before they are just closed
constexpr std::chrono::milliseconds drain_step{20};
/// So long after the last accept, a connection on which nothing was asked is closed.
constexpr std::chrono::milliseconds fresh_limit{2000};

using CorePointer = std::shared_ptr<ServerCore>;

void add_connection(const CorePointer& core, std::unique_ptr<net::Stream> stream) {
  const bool refused = core->connections.size() >= core->settings.connections_max;
  const auto id = ++core->last_id;
  std::make_shared<Connection>(core, std::move(stream), id, refused)->begin();
}

/// Counts as long as it lives.
class Handshake {
 public:
  explicit Handshake(CorePointer core) : core_(std::move(core)) { ++core_->handshakes; }
  ~Handshake() { --core_->handshakes; }
  Handshake(const Handshake&) = delete;
  Handshake& operator=(const Handshake&) = delete;

 private:
  CorePointer core_;
};

Task<std::unique_ptr<net::Stream>> prepare(CorePointer core, std::unique_ptr<net::Stream> stream,
                                           ListenSettings settings) {
  const std::string peer = stream->peer();
  if (settings.proxy_protocol && core->settings.trusted_proxy(net::address_of(peer))) {
    co_await net::read_proxy_header(*stream);
  }
  if (settings.tls) co_return co_await settings.tls->accept(std::move(stream));
  co_return std::move(stream);
}

Task<> welcome(CorePointer core, std::unique_ptr<net::Stream> stream, ListenSettings settings) {
  const Handshake counted(core);
  const std::string peer = stream->peer();
  std::string reason;
  try {
    auto ready = co_await net::with_deadline(core->settings.handshake_limit,
                                             prepare(core, std::move(stream), settings));
    if (!core->closed) add_connection(core, std::move(ready));
  } catch (const Fault& fault) {
    reason = fault.what();
  } catch (const boost::system::system_error& error) {
    reason = error.what();
  }
  if (!reason.empty()) logger.debug("connection.refused", {{"peer", peer}, {"reason", reason}});
}

Task<> accept_all(CorePointer core, std::shared_ptr<net::Listener> listener,
                  ListenSettings settings) {
  try {
    for (;;) {
      auto stream = co_await listener->accept();
      const auto count = core->connections.size() + core->handshakes;
      if (count >= core->settings.connections_max + refused_at_once) {
        logger.warning("connections.exhausted", {{"connections", count}});
      } else if (settings.tls || settings.proxy_protocol) {
        net::spawn(core->executor, welcome(core, std::move(stream), settings), "handshake");
      } else {
        add_connection(core, std::move(stream));
      }
    }
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::operation_aborted) throw;
  }
}

/// Held, because ending one may close another.
std::vector<std::shared_ptr<Connection>> those(const CorePointer& core,
                                               bool (Connection::*matches)() const noexcept) {
  std::vector<std::shared_ptr<Connection>> found;
  for (const auto& connection : core->connections) {
    if (((*connection).*matches)()) found.push_back(connection);
  }
  return found;
}

void close_all(const CorePointer& core) {
  const auto connections = core->connections;
  for (const auto& connection : connections) connection->close();
}

void stop_accepting(const CorePointer& core) {
  core->draining = true;
  for (const auto& listener : core->listeners) listener->close();
}

void close_those(const CorePointer& core, bool (Connection::*matches)() const noexcept) {
  for (const auto& connection : those(core, matches)) connection->close();
}

Task<bool> finish_running(CorePointer core, std::chrono::milliseconds limit) {
  stop_accepting(core);
  close_those(core, &Connection::is_used_and_idle);
  const auto all_wait = [&core] {
    return core->handshakes == 0 && std::ranges::all_of(core->connections, [](const auto& each) {
             return each->is_parked();
           });
  };
  for (auto waited = std::chrono::milliseconds(0); !all_wait() && waited < limit;
       waited += drain_step) {
    if (waited >= fresh_limit) close_those(core, &Connection::is_idle);
    co_await net::sleep_for(drain_step);
  }
  core->parting = all_wait();
  co_return core->parting;
}

Task<Farewell> last_answers(CorePointer core) {
  Farewell farewell;
  for (const auto& connection : those(core, &Connection::is_parked)) {
    try {
      co_await connection->part(farewell);
    } catch (const Fault& fault) {
      logger.warning("farewell.failed", {{"reason", fault.what()}});
    }
  }
  co_return farewell;
}

Task<> drain_all(CorePointer core, std::chrono::milliseconds spread,
                 std::chrono::milliseconds finish_limit) {
  stop_accepting(core);
  close_those(core, &Connection::is_idle);
  const auto parked = those(core, &Connection::is_parked);
  const auto steps = static_cast<std::size_t>(spread / drain_step) + 1;
  for (std::size_t step = 0, next = 0; next < parked.size(); ++step) {
    const auto until = parked.size() * (step + 1) / steps;
    for (; next < std::min(until, parked.size()); ++next) {
      if (parked[next]->is_parked()) parked[next]->wake({watch::Wake::shutdown, {}});
    }
    if (next < parked.size()) co_await net::sleep_for(drain_step);
  }
  for (auto waited = std::chrono::milliseconds(0);
       !core->connections.empty() && waited < finish_limit; waited += drain_step) {
    co_await net::sleep_for(drain_step);
  }
  core->closed = true;
  if (!core->connections.empty()) {
    logger.warning("drain.cut_off", {{"connections", core->connections.size()}});
  }
  close_all(core);
}

}  // namespace

Server::Server(const net::Executor& executor, Clock& clock, ServerSettings settings,
               Service& service, watch::Hub& hub, Spools& spools)
    : core_(std::make_shared<ServerCore>(executor, clock, std::move(settings), service, hub,
                                         spools)) {}

Server::~Server() {
  core_->closed = true;
  stop_accepting(core_);
  close_all(core_);
}

void Server::apply(ServerSettings settings) { core_->settings = std::move(settings); }

void Server::listen(net::Listener listener, ListenSettings settings) {
  auto shared = std::make_shared<net::Listener>(std::move(listener));
  core_->listeners.push_back(shared);
  net::spawn(core_->executor, accept_all(core_, std::move(shared), std::move(settings)),
             "listener");
}

void Server::serve(std::unique_ptr<net::Stream> stream) {
  add_connection(core_, std::move(stream));
}

void Server::tick() {
  core_->wheel.expire(core_->clock.now(),
                      [](watch::WheelNode& node) { static_cast<Connection&>(node).expired(); });
}

Task<> Server::drain(std::chrono::milliseconds spread, std::chrono::milliseconds finish_limit) {
  return drain_all(core_, spread, finish_limit);
}

Task<bool> Server::finish(std::chrono::milliseconds limit) { return finish_running(core_, limit); }

Task<Farewell> Server::farewell() { return last_answers(core_); }

std::size_t Server::connections() const { return core_->connections.size(); }

}  // namespace godwit::http
