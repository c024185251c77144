#include "net/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

#include "base/log.hpp"
#include "base/text.hpp"
#include "net/errors.hpp"
#include "net/socket_stream.hpp"

namespace godwit::net {

namespace asio = boost::asio;

struct Listener::State {
  explicit State(const Executor& executor) : descriptor(executor) {}
  asio::posix::stream_descriptor descriptor;
};

namespace {

constexpr Log logger("listener");
constexpr int backlog = 4096;
constexpr int first_passed_descriptor = 3;

/// A descriptor until somebody takes it.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  int take() { return std::exchange(number_, -1); }

 private:
  int number_;
};

std::unexpected<Error> system_failure(const std::string& what) {
  const int number = errno;
  return fail(number == EADDRINUSE ? Errc::conflict : Errc::refused,
              what + ": " + std::strerror(number));
}

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

}  // namespace

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}
Listener::Listener(Listener&& other) noexcept = default;
Listener& Listener::operator=(Listener&& other) noexcept = default;
Listener::~Listener() {
  if (state_) close();
}

Result<Listener> Listener::tcp(const Executor& executor, const std::string& address,
                               std::uint16_t port) {
  const std::string name = address + " port " + std::to_string(port);
  Address where{};
  socklen_t length = 0;
  if (::inet_pton(AF_INET, address.c_str(), &where.v4.sin_addr) == 1) {
    where.v4.sin_family = AF_INET;
    where.v4.sin_port = htons(port);
    length = sizeof(where.v4);
  } else if (::inet_pton(AF_INET6, address.c_str(), &where.v6.sin6_addr) == 1) {
    where.v6.sin6_family = AF_INET6;
    where.v6.sin6_port = htons(port);
    length = sizeof(where.v6);
  } else {
    return fail(Errc::malformed, "not an address to listen on: " + address);
  }
  Descriptor socket(::socket(where.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return system_failure("cannot listen on " + name);
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(socket.get(), &where.any, length) != 0 || ::listen(socket.get(), backlog) != 0) {
    return system_failure("cannot listen on " + name);
  }
  return adopt(executor, socket.take());
}

Result<Listener> Listener::unix_socket(const Executor& executor, const std::string& path,
                                       unsigned mode) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (path.size() >= sizeof(where.sun_path)) {
    return fail(Errc::too_large, "socket path too long: " + path);
  }
  std::memcpy(where.sun_path, path.data(), path.size());
  const auto* address = reinterpret_cast<const sockaddr*>(&where);
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return system_failure("cannot listen on " + path);
  {
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), address, sizeof(where)) == 0) {
      return fail(Errc::conflict, "another process listens on " + path);
    }
  }
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(path.c_str());
  if (::bind(socket.get(), address, sizeof(where)) != 0 || ::chmod(path.c_str(), mode) != 0 ||
      ::listen(socket.get(), backlog) != 0) {
    return system_failure("cannot listen on " + path);
  }
  return adopt(executor, socket.take());
}

Result<Listener> Listener::adopt(const Executor& executor, int descriptor) {
  Descriptor owned(descriptor);
  int listening = 0;
  socklen_t length = sizeof(listening);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0) {
    return system_failure("not a socket that was passed");
  }
  if (listening == 0) return fail(Errc::refused, "the passed socket does not listen");
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  auto state = std::make_shared<State>(executor);
  state->descriptor.assign(owned.take());
  return Listener(std::move(state));
}

Task<std::unique_ptr<Stream>> Listener::accept() { return accept_one(state_); }

Task<std::unique_ptr<Stream>> Listener::accept_one(std::shared_ptr<State> state) {
  for (;;) {
    if (!state->descriptor.is_open()) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
    const int accepted = ::accept4(state->descriptor.native_handle(), nullptr, nullptr,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      Descriptor owned(accepted);
      auto peer = name_of_peer(accepted);
      co_return std::make_unique<SocketStream>(state->descriptor.get_executor(), owned.take(),
                                               std::move(peer));
    }
    switch (errno) {
      case EAGAIN:
        co_await state->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                              asio::use_awaitable);
        break;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        logger.error("accept.exhausted", {{"error", std::strerror(errno)}});
        co_await sleep_for(std::chrono::milliseconds(100));
        break;
      case EBADF:
      case EINVAL:
      case ENOTSOCK:
        throw_errno(errno, "accept");
      default:
        break;  // the peer gave up meanwhile, or the network told of an old error: next one
    }
  }
}

std::uint16_t Listener::port() const {
  Address where{};
  socklen_t length = sizeof(where);
  if (::getsockname(state_->descriptor.native_handle(), &where.any, &length) != 0) return 0;
  return ntohs(where.any.sa_family == AF_INET6 ? where.v6.sin6_port : where.v4.sin_port);
}

std::string Listener::address() const {
  Address where{};
  socklen_t length = sizeof(where);
  if (::getsockname(descriptor(), &where.any, &length) != 0) return "?";
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v6 = where.any.sa_family == AF_INET6;
  const void* bytes = v6 ? static_cast<const void*>(&where.v6.sin6_addr) : &where.v4.sin_addr;
  ::inet_ntop(where.any.sa_family, bytes, text.data(), text.size());
  const std::string name = v6 ? "[" + std::string(text.data()) + "]" : text.data();
  return name + ":" + std::to_string(port());
}

int Listener::descriptor() const { return state_->descriptor.native_handle(); }

void Listener::close() noexcept {
  boost::system::error_code ignored;
  state_->descriptor.close(ignored);
}

std::vector<PassedSocket> passed_sockets(const char* listen_pid, const char* listen_fds,
                                         const char* listen_fdnames) {
  std::vector<PassedSocket> sockets;
  if (listen_pid == nullptr || listen_fds == nullptr) return sockets;
  const auto pid = parse_number<pid_t>(std::string_view(listen_pid));
  const auto count = parse_number<unsigned>(std::string_view(listen_fds));
  if (!pid || *pid != ::getpid() || !count || *count > 64) return sockets;
  std::string_view names = listen_fdnames == nullptr ? "" : listen_fdnames;
  for (unsigned i = 0; i < *count; ++i) {
    const auto colon = names.find(':');
    sockets.push_back(
        {first_passed_descriptor + static_cast<int>(i), std::string(names.substr(0, colon))});
    names = colon == std::string_view::npos ? "" : names.substr(colon + 1);
  }
  return sockets;
}

}  // namespace godwit::net
