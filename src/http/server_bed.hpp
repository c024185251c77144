/// For tests: a server on a loop in a thread of its own, time moved by hand, and raw clients.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <string>
#include <thread>

#include "http/server.hpp"
#include "http/spool.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

namespace godwit::http::bed {

/// Answers by path: /echo, /body, /size, /big (query = bytes), /origin, /park (query = device).
class BedService final : public Service {
 public:
  BedService(watch::Hub& hub, Spools& spools, Clock& clock)
      : hub_(hub), spools_(spools), clock_(clock) {}

  int parks = 0;

  Task<Outcome> handle(Request request) override {
    if (request.path == "/park") co_return park(request);
    Reply reply{.headers = {{"Content-Type", "text/plain"}}, .body = nullptr};
    if (request.path == "/body") {
      reply.body = request.body;
    } else if (request.path == "/size") {
      reply.body = text_body(std::to_string(request.body->size()));
    } else if (request.path == "/origin") {
      reply.body = text_body(request.peer + (request.tls ? " tls" : " plain"));
    } else if (request.path == "/certificates") {
      std::string all;
      for (const std::string& one : request.certificates) all += one + ';';
      reply.body = text_body(std::move(all));
    } else if (request.path == "/big") {
      reply.body = big(std::stoul(request.query));
    } else if (request.path == "/inject") {
      reply.headers.push_back({"X-Foreign", "a\r\nSet-Cookie: b"});
    } else {
      reply.body = text_body(request.method + ' ' + request.target);
    }
    co_return reply;
  }

 private:
  std::shared_ptr<const Body> big(std::size_t size) {
    const auto writer = spools_.writer();
    const std::string line = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n";
    for (std::size_t left = size; left > 0;) {
      const auto count = std::min(left, line.size());
      writer->append(std::string_view(line).substr(0, count));
      left -= count;
    }
    return writer->finish();
  }

  Outcome park(const Request& request) {
    const auto user = *UserId::parse("ann");
    const auto inbox = *CollectionId::parse("inbox");
    watch::ParkRequest waits{.user = user,
                             .device = *DeviceId::parse(request.query),
                             .collections = {{inbox, hub_.counter(user, inbox)}},
                             .deadline = clock_.now() + std::chrono::minutes(10)};
    ++parks;
    return Parked{std::move(waits), &BedService::resumed};
  }
  static Task<Outcome> resumed(watch::Ended ended) {
    co_return Reply{.headers = {{"Content-Type", "text/plain"}},
                    .body = text_body("wake " + std::to_string(static_cast<int>(ended.wake)) +
                                      " changed " + std::to_string(ended.changed.size()))};
  }

  watch::Hub& hub_;
  Spools& spools_;
  Clock& clock_;
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&where), sizeof(where)), 0);
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void end_writing() const { ::shutdown(socket_, SHUT_WR); }
  /// One reply, head and body; "" when the server closed instead.
  std::string reply() {
    std::size_t head = 0;
    while ((head = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return std::exchange(pending_, {});
    }
    std::size_t whole = head + 4;
    const auto length = pending_.find("Content-Length: ");
    if (length < head) whole += std::stoul(pending_.substr(length + 16));
    while (pending_.size() < whole) {
      if (!more()) break;
    }
    const auto text = pending_.substr(0, whole);
    pending_.erase(0, whole);
    return text;
  }
  /// Everything until the server closes.
  std::string rest() {
    while (more()) {
    }
    return std::exchange(pending_, {});
  }
  std::string exchange(std::string_view bytes) {
    send(bytes);
    return reply();
  }

 private:
  bool more() {
    char piece[16 * 1024];
    const auto count = ::recv(socket_, piece, sizeof(piece), 0);
    if (count > 0) pending_.append(piece, static_cast<std::size_t>(count));
    return count > 0;
  }
  int socket_;
  std::string pending_;
};

inline std::string get(const std::string& target, const std::string& more = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}
inline std::string post(const std::string& target, const std::string& body,
                        const std::string& more = {}) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
         "\r\n" + body;
}
inline bool is_status(const std::string& reply, int status) {
  return reply.starts_with("HTTP/1.1 " + std::to_string(status) + ' ');
}
inline std::string body_of(const std::string& reply) {
  const auto end = reply.find("\r\n\r\n");
  return end == std::string::npos ? "" : reply.substr(end + 4);
}

class ServerBed : public testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("godwit_http_" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
    spools_ = std::make_unique<SpoolDirectory>(directory_.string());
    service_ = std::make_unique<BedService>(hub_, *spools_, clock_);
  }
  void TearDown() override {
    on_loop([this] { server_.reset(); });
    loop_.stop();
    thread_.join();
    std::filesystem::remove_all(directory_);
  }

  std::uint16_t start(ServerSettings settings = {}, ListenSettings listen = {}) {
    server_ = std::make_unique<Server>(loop_.executor(), clock_, std::move(settings), *service_,
                                       hub_, *spools_);
    auto listener = net::Listener::tcp(loop_.executor(), "127.0.0.1", 0);
    EXPECT_TRUE(listener) << (listener ? "" : listener.error().message);
    const auto port = listener->port();
    server_->listen(std::move(*listener), std::move(listen));
    loop_.every(std::chrono::hours(1), [] {});  // keeps the loop alive
    thread_ = std::thread([this] { loop_.run(); });
    return port;
  }
  void on_loop(std::function<void()> job) {
    std::promise<void> done;
    loop_.post([&] {
      job();
      done.set_value();
    });
    done.get_future().wait();
  }
  void advance(std::chrono::milliseconds by) {
    on_loop([this, by] {
      clock_.advance(by);
      hub_.tick();
      server_->tick();
    });
  }
  /// Waits until the server has come to a state: it gets there on its own, soon.
  bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 2000; ++i) {
      bool now = false;
      on_loop([&] { now = holds(); });
      if (now) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }
  bool eventually_parked(std::size_t count) {
    return eventually([this, count] { return hub_.parked() == count; });
  }
  bool eventually_connected(std::size_t count) {
    return eventually([this, count] { return server_->connections() == count; });
  }
  static std::function<bool(std::string_view)> trust(std::string_view networks) {
    return [parsed = *net::Networks::parse(networks)](std::string_view peer) {
      return parsed.contains(peer);
    };
  }

  net::Loop loop_;
  ManualClock clock_;
  watch::Hub hub_{clock_, {}};
  std::unique_ptr<SpoolDirectory> spools_;
  std::unique_ptr<BedService> service_;
  std::unique_ptr<Server> server_;
  std::filesystem::path directory_;
  std::thread thread_;
};

}  // namespace godwit::http::bed
