#include "net/socket_stream.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <utility>

#include "net/errors.hpp"

namespace godwit::net {

namespace asio = boost::asio;

namespace {

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

int family_of(int descriptor) {
  int family = AF_UNIX;
  socklen_t length = sizeof(family);
  ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &length);
  return family;
}

}  // namespace

SocketStream::SocketStream(const asio::any_io_executor& executor, int descriptor, std::string peer)
    : resting_(Resting::of(executor)), descriptor_(descriptor), peer_(std::move(peer)) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  if (family_of(descriptor) != AF_UNIX) {
    const int on = 1;  // answers are written whole; waiting for more only delays them
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
}

SocketStream::~SocketStream() { close(); }

Task<std::size_t> SocketStream::read_some(std::span<char> buffer) {
  for (;;) {
    const auto count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (count >= 0) co_return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    if (!would_block(errno)) throw_errno(errno, "read");
    co_await wait_readable();
  }
}

Task<> SocketStream::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (!would_block(errno)) throw_errno(errno, "write");
    co_await wait_writable();
  }
}

SocketStream::Socket& SocketStream::socket() {
  if (!socket_) {
    auto made = std::make_unique<Socket>(resting_.context());
    made->assign(asio::generic::stream_protocol(family_of(descriptor_), 0), descriptor_);
    socket_ = std::move(made);
  }
  return *socket_;
}

Task<> SocketStream::wait_readable() {
  co_await socket().async_wait(Socket::wait_read, asio::use_awaitable);
}

Task<> SocketStream::wait_writable() {
  co_await socket().async_wait(Socket::wait_write, asio::use_awaitable);
}

void SocketStream::on_readable(std::move_only_function<void()> then) {
  if (socket_) {
    static_cast<void>(socket_->release());
    socket_.reset();
  }
  stop_resting();
  resting_.add(*this, descriptor_);
  rests_ = true;
  then_ = std::move(then);
}

void SocketStream::call_soon(std::move_only_function<void()> then) {
  stop_resting();
  resting_.wake_soon(*this);
  then_ = std::move(then);
}

void SocketStream::awake() {
  auto then = std::exchange(then_, nullptr);
  stop_resting();
  if (then) then();  // which may destroy this
}

void SocketStream::stop_resting() noexcept {
  resting_.remove(*this, std::exchange(rests_, false) ? descriptor_ : -1);
  then_ = nullptr;
}

void SocketStream::cancel() noexcept {
  stop_resting();
  boost::system::error_code ignored;
  if (socket_) socket_->cancel(ignored);
}

void SocketStream::close() noexcept {
  if (descriptor_ < 0) return;
  stop_resting();
  boost::system::error_code ignored;
  if (socket_) {
    socket_->close(ignored);
  } else {
    ::close(descriptor_);
  }
  descriptor_ = -1;
}

void SocketStream::end_writing() noexcept {
  if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_WR);
}

std::string name_of_peer(int descriptor) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return "?";
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto& address = reinterpret_cast<const sockaddr_in&>(storage);
    ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(ntohs(address.sin_port));
  }
  if (storage.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6&>(storage);
    const auto* bytes = reinterpret_cast<const unsigned char*>(&address.sin6_addr);
    if (IN6_IS_ADDR_V4MAPPED(&address.sin6_addr)) {
      ::inet_ntop(AF_INET, bytes + 12, text.data(), text.size());
      return std::string(text.data()) + ":" + std::to_string(ntohs(address.sin6_port));
    }
    ::inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(address.sin6_port));
  }
  ucred credentials{};
  length = sizeof(credentials);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return "unix";
  return "unix:" + std::to_string(credentials.uid);
}

}  // namespace godwit::net
