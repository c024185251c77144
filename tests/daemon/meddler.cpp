#include "daemon/meddler.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <regex>
#include <stdexcept>

#include "base/text.hpp"

namespace godwit::test {
namespace {

constexpr std::size_t literal_bytes_min = 1000;
constexpr int look_around_milliseconds = 10;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// What came, or nothing when the other side is gone.
std::optional<std::string> receive(int socket) {
  std::array<char, 16 * 1024> buffer{};
  const auto count = ::recv(socket, buffer.data(), buffer.size(), 0);
  if (count <= 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(count));
}

/// Where the first long literal's middle is.
std::optional<std::size_t> middle_of_literal(const std::string& bytes) {
  static const std::regex literal("\\{(\\d+)\\}\r\n");
  for (std::sregex_iterator it(bytes.begin(), bytes.end(), literal), end; it != end; ++it) {
    const auto size = parse_number<std::size_t>(it->str(1)).value_or(0);
    if (size < literal_bytes_min) continue;
    const auto begin = static_cast<std::size_t>(it->position() + it->length());
    return std::min(bytes.size(), begin + literal_bytes_min / 2);
  }
  return std::nullopt;
}

}  // namespace

Meddler::Meddler(std::uint16_t target) : target_(target) { listen(); }

Meddler::~Meddler() {
  go_down();
  threads_.clear();
}

void Meddler::listen() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in where = loopback(port_);
  socklen_t size = sizeof(where);
  auto* address = reinterpret_cast<sockaddr*>(&where);
  if (::bind(listener_, address, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, address, &size) != 0) {
    throw std::runtime_error("cannot listen on a loopback port");
  }
  port_ = ntohs(where.sin_port);
  acceptor_ = std::jthread([this, listener = listener_] { serve(listener); });
}

void Meddler::cut() { ++generation_; }

void Meddler::go_down() {
  cut();
  if (listener_ < 0) return;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  listener_ = -1;
}

void Meddler::come_back() { listen(); }

void Meddler::serve(int listener) {
  for (;;) {
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const std::scoped_lock lock(mutex_);
    threads_.emplace_back(
        [this, client, now = generation_.load()] { connect_through(client, now); });
  }
}

void Meddler::connect_through(int client, unsigned generation) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in where = loopback(target_);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&where), sizeof(where)) == 0;
  while (open && !broken(generation)) {
    std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (mood_ == Mood::stalls) ends[1].events = 0;
    ::poll(ends.data(), ends.size(), look_around_milliseconds);
    if (ends[0].revents != 0) open = to_server(client, server);
    if (open && (ends[1].revents & POLLIN) != 0) open = to_client(server, client);
    if (open && (ends[1].revents & (POLLHUP | POLLERR)) != 0) open = false;
  }
  ::close(server);
  ::close(client);
}

bool Meddler::to_server(int client, int server) {
  const auto bytes = receive(client);
  if (!bytes) return false;
  const bool signs_in = bytes->contains(" AUTHENTICATE ") || bytes->contains(" LOGIN ");
  if (signs_in) ++sign_ins_;
  if (signs_in && mood_ == Mood::refuses) {
    const std::string tag = bytes->substr(0, bytes->find(' '));
    return send_all(client, tag + " NO [AUTHENTICATIONFAILED] Not with this password.\r\n");
  }
  return send_all(server, *bytes);
}

bool Meddler::to_client(int server, int client) {
  auto bytes = receive(server);
  if (!bytes) return false;
  bytes_to_client_ += bytes->size();
  if (mood_ == Mood::lies) {
    static const std::regex validity("UIDVALIDITY \\d+");
    *bytes = std::regex_replace(*bytes, validity, "UIDVALIDITY 99");
  }
  if (mood_ == Mood::dies_in_literal) {
    if (const auto middle = middle_of_literal(*bytes)) {
      send_all(client, std::string_view(*bytes).substr(0, *middle));
      return false;
    }
  }
  return send_all(client, *bytes);
}

}  // namespace godwit::test
