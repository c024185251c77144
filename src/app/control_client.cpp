#include "app/control_client.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace godwit::app {

Result<ControlClient> ControlClient::connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(Errc::too_large, fmt::format("{}: a socket's path has at most {} bytes", path,
                                             sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  ControlClient client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (client.socket_ < 0) return fail(Errc::refused, "no socket can be made");
  if (::connect(client.socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return client;
  }
  if (errno == EACCES) {
    return fail(Errc::refused, fmt::format("{}: only the daemon's user and root may use it", path));
  }
  return fail(
      Errc::not_found,
      fmt::format("godwitd does not answer on {}: is it running? (--socket names another)", path));
}

ControlClient::ControlClient(ControlClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), pending_(std::move(other.pending_)) {}

ControlClient::~ControlClient() {
  if (socket_ >= 0) ::close(socket_);
}

Result<std::string> ControlClient::ask(const std::string& request) {
  const std::string line = request + '\n';
  for (std::size_t sent = 0; sent < line.size();) {
    const auto count = ::send(socket_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(Errc::incomplete, "godwitd closed the connection");
    sent += static_cast<std::size_t>(count);
  }
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    if (const auto end = pending_.find('\n'); end != std::string::npos) {
      std::string reply = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return reply;
    }
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(Errc::incomplete, "godwitd closed the connection");
    pending_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace godwit::app
