// Those who hold connections and say nothing, or a byte a second, against a real godwitd: they are
// ended by the configured time-outs, and others are served meanwhile.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "daemon/daemon_process.hpp"

namespace godwit::test {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int idle_connections = 10'000;
constexpr seconds served_within{5};
constexpr const char* credentials = "ann@example.org:correct horse";

/// A plain connection to the daemon.
class Line {
 public:
  explicit Line(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
  }
  Line(Line&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_) {}
  Line& operator=(Line&&) = delete;
  ~Line() {
    if (socket_ >= 0) ::close(socket_);
  }

  bool connected() const { return connected_; }
  void say(std::string_view text) const {
    static_cast<void>(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL));
  }
  void end_writing() const { ::shutdown(socket_, SHUT_WR); }
  /// What came until the other side closed; nothing when it did not within `limit`.
  std::optional<std::string> rest(seconds limit) const {
    const auto end = steady_clock::now() + limit;
    std::string got;
    for (;;) {
      pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
      if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) != 1) {
        return std::nullopt;
      }
      char buffer[4096];
      const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) return got;
      got.append(buffer, static_cast<std::size_t>(count));
    }
  }
  /// Sends a byte a second until there is an answer or an end; how long that took.
  seconds drip(char byte, seconds limit, std::string& answer) const {
    const auto begin = steady_clock::now();
    while (steady_clock::now() - begin < limit) {
      say(std::string_view(&byte, 1));
      pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
      if (::poll(&ready, 1, 1000) == 0) continue;
      char buffer[4096];
      const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count > 0) answer.append(buffer, static_cast<std::size_t>(count));
      break;
    }
    return std::chrono::floor<seconds>(steady_clock::now() - begin);
  }

 private:
  int socket_;
  bool connected_ = false;
};

std::string options_request(std::string_view more) {
  return fmt::format(
      "OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: localhost\r\n"
      "Authorization: Basic {}\r\n{}",
      base64_encode(credentials), more);
}

/// A request from somebody else; how it is answered now.
void expect_served(const DaemonProcess& daemon) {
  const Line line(daemon.port("http "));
  ASSERT_TRUE(line.connected());
  line.say(options_request("Connection: close\r\n\r\n"));
  const auto answer = line.rest(served_within);
  ASSERT_TRUE(answer) << "not served within " << served_within.count() << " s";
  EXPECT_TRUE(answer->starts_with("HTTP/1.1 200")) << *answer;
}

/// Whether every connection ends.
bool comes_to_rest(const DaemonProcess& daemon) {
  const auto end = steady_clock::now() + served_within;
  while (daemon.status().connections > 0) {
    if (steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

class BadSenders : public testing::Test {
 protected:
  const DaemonProcess& start() {
    daemon_.config["server"] += "log_level = \"error\"\n";
    daemon_.start();
    daemon_.add_user("ann@example.org", "correct horse");
    expect_served(daemon_);
    return daemon_;
  }
  DaemonProcess daemon_;
};

/// False where the system forbids it.
bool allow_descriptors(rlim_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < wanted) return false;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/// In a process of its own: connects, says "connected", waits until all were closed.
pid_t hold_idle(std::uint16_t port, int tell) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<Line> lines;
  lines.reserve(idle_connections);
  for (int i = 0; i < idle_connections; ++i) {
    lines.emplace_back(port);
    if (!lines.back().connected()) ::_exit(1);
  }
  if (::write(tell, "c", 1) != 1) ::_exit(2);
  for (const Line& line : lines) {
    if (line.rest(seconds(60)) != std::string()) ::_exit(3);
  }
  ::_exit(0);
}

TEST_F(BadSenders, TenThousandIdleConnectionsDisturbNobody) {
  if (!allow_descriptors(idle_connections + 500)) {
    GTEST_SKIP() << "the hard limit of open files is below " << idle_connections + 500;
  }
  daemon_.config["http"] += "head_seconds = 20\n";
  const DaemonProcess& daemon = start();
  const auto before = daemon.memory().resident;
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const pid_t child = hold_idle(daemon.port("http "), told[1]);
  ::close(told[1]);
  char byte = 0;
  ASSERT_EQ(::read(told[0], &byte, 1), 1) << "not all could connect";
  ::close(told[0]);
  expect_served(daemon);
  EXPECT_EQ(daemon.status().connections, static_cast<unsigned>(idle_connections));
  const auto each = (daemon.memory().resident - before) / idle_connections;
  EXPECT_LT(each, 16'384U) << "bytes of memory for each";  // 600 without sanitizers
  int status = -1;
  pid_t ended = 0;
  while ((ended = ::waitpid(child, &status, WNOHANG)) == 0) {
    expect_served(daemon);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  EXPECT_EQ(ended, child);
  EXPECT_EQ(status, 0) << "some were not closed";
  EXPECT_TRUE(comes_to_rest(daemon));
}

struct SlowSender {
  const char* name;
  const char* door;
  std::string first;
  char drip;
  int limit_seconds;
  const char* answer;
};

TEST_F(BadSenders, AByteASecondEndsAtTheTimeOut) {
  daemon_.listen_tls();
  daemon_.config["http"] += "head_seconds = 3\nbody_seconds = 5\n";
  const DaemonProcess& daemon = start();
  const auto post = options_request("Content-Length: 4000\r\nContent-Type: text/plain\r\n\r\n");
  const std::vector<SlowSender> senders{
      {"head", "http ", "POST /Microsoft", 'a', 3, "HTTP/1.1 408"},
      {"body", "http ", post, 'b', 5, "HTTP/1.1 408"},
      {"chunk", "http ", options_request("Transfer-Encoding: chunked\r\n\r\nfff\r\n"), 'c', 5,
       "HTTP/1.1 408"},
      {"handshake", "https ", std::string("\x16\x03\x01\x02\x00", 5), '\1', 15, ""},
  };
  std::vector<std::string> answers(senders.size());
  std::vector<seconds> took(senders.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < senders.size(); ++i) {
    threads.emplace_back([&, i] {
      const Line line(daemon.port(senders[i].door));
      line.say(senders[i].first);
      took[i] = line.drip(senders[i].drip, seconds(60), answers[i]);
    });
  }
  expect_served(daemon);
  for (std::thread& thread : threads) {
    thread.join();
    expect_served(daemon);
  }
  for (std::size_t i = 0; i < senders.size(); ++i) {
    EXPECT_TRUE(answers[i].starts_with(senders[i].answer)) << senders[i].name << ": " << answers[i];
    EXPECT_GE(took[i].count() + 1, senders[i].limit_seconds) << senders[i].name;
    EXPECT_LE(took[i].count(), senders[i].limit_seconds + 10) << senders[i].name;
  }
  EXPECT_TRUE(comes_to_rest(daemon));
}

TEST_F(BadSenders, AHalfClosedSocketIsAnsweredOrClosed) {
  const DaemonProcess& daemon = start();
  const auto end_of = [&](const std::string& text) {
    const Line line(daemon.port("http "));
    line.say(text);
    line.end_writing();
    return line.rest(served_within);
  };
  const auto whole = end_of(options_request("\r\n"));
  ASSERT_TRUE(whole) << "a whole request before the end is answered";
  EXPECT_TRUE(whole->starts_with("HTTP/1.1 200")) << *whole;
  EXPECT_EQ(end_of(""), "");
  EXPECT_EQ(end_of("POST /Microsoft-Server"), "") << "half a head has no answer";
  EXPECT_EQ(end_of(options_request("Content-Length: 10\r\n\r\nhalf")), "") << "nor half a body";
  EXPECT_TRUE(comes_to_rest(daemon));
  expect_served(daemon);
}

}  // namespace
}  // namespace godwit::test
