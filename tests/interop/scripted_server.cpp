#include "interop/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace godwit::interop {
namespace {

/// A blocking line reader over a descriptor that gives up after five seconds of silence.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_(descriptor) {}
  ~Peer() { ::close(descriptor_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::optional<std::string> line() {
    std::string out;
    for (;;) {
      const auto c = octet();
      if (!c) return std::nullopt;
      if (*c == '\n') break;
      if (*c != '\r') out += *c;
    }
    return out;
  }
  std::optional<char> octet(int milliseconds = 5000) {
    pollfd state{descriptor_, POLLIN, 0};
    char c = 0;
    if (::poll(&state, 1, milliseconds) != 1 || ::read(descriptor_, &c, 1) != 1) {
      return std::nullopt;
    }
    return c;
  }
  void say(std::string_view text) {
    static_cast<void>(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL));
  }

 private:
  int descriptor_;
};

}  // namespace

ScriptedServer::ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(where);
  auto* address = reinterpret_cast<sockaddr*>(&where);
  if (::bind(listener_, address, length) != 0 || ::listen(listener_, 10) != 0 ||
      ::getsockname(listener_, address, &length) != 0) {
    throw std::runtime_error("cannot listen on a loopback port");
  }
  port_ = ntohs(where.sin_port);
  thread_ = std::jthread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::vector<std::string> ScriptedServer::complaints() const {
  const std::scoped_lock lock(mutex_);
  return complaints_;
}

void ScriptedServer::complain(std::string what) {
  const std::scoped_lock lock(mutex_);
  complaints_.push_back(std::move(what));
}

void ScriptedServer::serve() {
  for (;;) {
    const int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    const std::size_t index = connections_++;
    if (index >= scripts_.size()) {
      complain("a connection too many");
      ::close(peer);
      continue;
    }
    follow(peer, scripts_[index]);
    ++finished_;
  }
}

void ScriptedServer::follow(int descriptor, const Script& script) {
  Peer peer(descriptor);
  std::string tag;
  std::string before;
  for (const std::string& step : script) {
    if (step.starts_with("S: ")) {
      std::string text = step.substr(3) + "\r\n";
      if (text.starts_with('$')) text.replace(0, 1, tag);
      if (text.starts_with('%')) text.replace(0, 1, before);
      peer.say(text);
    } else if (step.starts_with("C: ")) {
      const auto line = peer.line();
      if (!line) return complain("the client left before: " + step);
      if (!line->contains(step.substr(3))) return complain(step + ", but came: " + *line);
      before = std::exchange(tag, {});
      tag = line->substr(0, line->find(' '));
    } else if (step.starts_with("+")) {
      const auto count = parse_number<int>(step.substr(1)).value_or(0);
      for (int i = 0; i < count; ++i) {
        if (!peer.octet()) return complain("fewer octets than announced");
      }
    } else if (step.starts_with("raw: ")) {
      peer.say(step.substr(5));
    } else if (step.starts_with("until: ")) {
      auto line = peer.line();
      while (line && *line != step.substr(7)) line = peer.line();
      if (!line) return complain("the client left before: " + step);
    } else if (step == "stall") {
      while (peer.octet(10'000)) {
      }
    }
  }
}

}  // namespace godwit::interop
