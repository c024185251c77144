#include "net/connect.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/fault.hpp"
#include "base/handle.hpp"
#include "net/deadline.hpp"
#include "net/socket_stream.hpp"
#include "net/worker.hpp"

namespace godwit::net {
namespace {

struct Endpoint {
  sockaddr_storage address{};
  socklen_t length = 0;
};

/// getaddrinfo blocks, so it has threads of its own; they live as long as the process.
Gate& resolver_gate() {
  static Gate gate("resolver", 4, 256);
  return gate;
}

std::vector<Endpoint> look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    throw Fault(Fault::Kind::unavailable, host + ": " + ::gai_strerror(error));
  }
  const Handle<addrinfo, ::freeaddrinfo> owned(found);
  std::vector<Endpoint> six;
  std::vector<Endpoint> four;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Endpoint endpoint;
    endpoint.length = each->ai_addrlen;
    std::memcpy(&endpoint.address, each->ai_addr, each->ai_addrlen);
    (each->ai_family == AF_INET6 ? six : four).push_back(endpoint);
  }
  std::vector<Endpoint> ordered;  // RFC 8305 4: families in turns
  for (std::size_t i = 0; i < std::max(six.size(), four.size()); ++i) {
    if (i < six.size()) ordered.push_back(six[i]);
    if (i < four.size()) ordered.push_back(four[i]);
  }
  return ordered;
}

Task<std::vector<Endpoint>> resolve(std::string host, std::uint16_t port) {
  std::array<unsigned char, 16> ignored{};
  if (::inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
      ::inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1) {
    co_return look_up(host, port, AI_NUMERICHOST);
  }
  auto work = [host = std::move(host), port] { return look_up(host, port, AI_ADDRCONFIG); };
  co_return co_await blocking(resolver_gate(), std::move(work));
}

Task<std::unique_ptr<SocketStream>> connect_one(Endpoint endpoint) {
  const int family = endpoint.address.ss_family;
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) throw Fault(Fault::Kind::unavailable, std::strerror(errno));
  auto executor = co_await boost::asio::this_coro::executor;
  auto stream = std::make_unique<SocketStream>(executor, descriptor, std::string());
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint.address);
  int error = ::connect(descriptor, address, endpoint.length) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    co_await stream->wait_writable();
    socklen_t length = sizeof(error);
    ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
  }
  if (error != 0) throw Fault(Fault::Kind::unavailable, std::strerror(error));
  stream->set_peer(name_of_peer(descriptor));
  co_return std::move(stream);
}

Task<std::unique_ptr<Stream>> connect_all(ConnectSettings settings) {
  const auto endpoints = co_await resolve(settings.host, settings.port);
  std::unique_ptr<Stream> stream;
  std::string reason = "no address";
  for (std::size_t i = 0; i < endpoints.size() && !stream; ++i) {
    // An address that swallows packets must leave time for the others.
    const auto share = settings.limit / static_cast<int>(endpoints.size() - i + 1);
    try {
      stream = i + 1 == endpoints.size() ? co_await connect_one(endpoints[i])
                                         : co_await with_deadline(share, connect_one(endpoints[i]));
    } catch (const Fault& fault) {
      reason = fault.what();
    } catch (const boost::system::system_error& error) {
      if (error.code() != boost::asio::error::timed_out) throw;
      reason = "no answer";
    }
  }
  if (!stream) {
    throw Fault(Fault::Kind::unavailable,
                settings.host + " port " + std::to_string(settings.port) + ": " + reason);
  }
  if (!settings.tls) co_return std::move(stream);
  TlsClientSettings tls = *settings.tls;
  if (tls.host.empty()) tls.host = settings.host;
  co_return co_await connect_tls(std::move(stream), std::move(tls));
}

}  // namespace

Task<std::unique_ptr<Stream>> connect(ConnectSettings settings) {
  const std::string name = settings.host + " port " + std::to_string(settings.port);
  const auto limit = settings.limit;
  try {
    co_return co_await with_deadline(limit, connect_all(std::move(settings)));
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::timed_out) throw;
    throw Fault(Fault::Kind::timed_out, name + ": no connection in time");
  }
}

bool is_idle_and_open(Stream& stream) {
  const int descriptor = descriptor_of(stream);
  pollfd state{descriptor, POLLIN, 0};
  return descriptor >= 0 && ::poll(&state, 1, 0) == 0;
}

}  // namespace godwit::net
