// What phones meet at a whole daemon: how a name may be spelt, what the page for people says, the
// bounds that the configuration sets.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/daemon_process.hpp"
#include "interop/scripted_server.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

constexpr const char* ann = "ann@example.org";
constexpr const char* page =
    "GET /Microsoft-Server-ActiveSync HTTP/1.1\r\nAccept: text/html,application/xhtml+xml";

class TransportTest : public testing::Test {
 protected:
  void start() {
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\nfailures_max = 100\n";
    daemon_.start();
  }
  int status_for(const std::string& user, const std::string& secret) const {
    const auto reply = ask_http(daemon_.port("http "), {.user = user, .password = secret});
    return reply.size() < 12 ? 0 : std::stoi(reply.substr(9, 3));
  }
  DaemonProcess daemon_;
};

TEST_F(TransportTest, ANameMayBeSpeltInManyWays) {
  start();
  ASSERT_TRUE(daemon_.ask("user.add", {{"login", ann}, {"password", "p\u00e4ss"}}));
  for (const std::string user :
       {"ann@example.org", "Ann@Example.ORG", "ann", "EXAMPLE\\ann", "\\ann"}) {
    EXPECT_EQ(status_for(user, "p\u00e4ss"), 200) << user << ", UTF-8";
    EXPECT_EQ(status_for(user, "p\xE4ss"), 200) << user << ", Latin-1";
    EXPECT_EQ(status_for(user, "pass"), 401) << user;
  }
  EXPECT_EQ(status_for("ann@elsewhere.test", "p\u00e4ss"), 401);
}

TEST_F(TransportTest, ARememberedSignInEndsWithPasswordAndUser) {
  start();
  daemon_.add_user(ann, "first");
  EXPECT_EQ(status_for(ann, "first"), 200);
  EXPECT_TRUE(daemon_.ask("user.passwd", {{"login", ann}, {"password", "second"}}));
  EXPECT_EQ(status_for(ann, "first"), 401);
  EXPECT_EQ(status_for(ann, "second"), 200);
  EXPECT_TRUE(daemon_.ask("user.remove", {{"login", ann}}));
  EXPECT_EQ(status_for(ann, "second"), 401);
}

TEST_F(TransportTest, ThePageSaysWhatDoesNotWork) {
  using interop::Script;
  interop::ScriptedServer next_hop(
      {Script{"S: 220 mx ESMTP", "C: EHLO", "S: 250-mx", "S: 250 AUTH PLAIN", "C: AUTH PLAIN",
              "S: 235 in", "C: QUIT"},
       Script{"S: 220 mx ESMTP", "C: EHLO", "S: 250-mx", "S: 250 AUTH PLAIN", "C: AUTH PLAIN",
              "S: 535 5.7.8 who?"},
       Script{"S: 421 4.3.2 not now"}});
  daemon_.config["submission"] = "host = \"127.0.0.1\"\nport = " + std::to_string(next_hop.port()) +
                                 "\ntls = \"none\"\nsign_in = \"user\"\n";
  start();
  daemon_.add_user(ann);
  const auto port = daemon_.port("http ");
  const std::string invitation = ask_http(port, {.head = page});
  EXPECT_TRUE(invitation.starts_with("HTTP/1.1 200")) << invitation;
  EXPECT_TRUE(invitation.contains("?signin=1")) << invitation;
  const std::string asks = ask_http(
      port, {.head = "GET /Microsoft-Server-ActiveSync?signin=1 HTTP/1.1\r\nAccept: text/html"});
  EXPECT_TRUE(asks.starts_with("HTTP/1.1 401")) << asks;
  EXPECT_TRUE(asks.contains("WWW-Authenticate: Basic")) << asks;
  // Mail could be sent; then the hop does not know the user; then it is busy.
  const std::string good = ask_http(port, {.head = page, .user = ann});
  EXPECT_TRUE(good.starts_with("HTTP/1.1 200")) << good;
  EXPECT_TRUE(good.contains("Everything works")) << good;
  for (const std::string problem : {"does not take this account", "does not answer"}) {
    const std::string bad = ask_http(port, {.head = page, .user = ann});
    EXPECT_TRUE(bad.starts_with("HTTP/1.1 503")) << bad;
    EXPECT_TRUE(bad.contains("Something does not work")) << bad;
    EXPECT_TRUE(bad.contains("Your mailbox</td><td class=\"good\">works")) << bad;
    EXPECT_TRUE(bad.contains("the server for outgoing mail " + problem)) << bad;
  }
  EXPECT_EQ(next_hop.complaints(), std::vector<std::string>{});
}

TEST_F(TransportTest, WindowsAndHeartbeatsAreBoundedAsConfigured) {
  daemon_.config["mail"] = "window_default = 2\nwindow_max = 3\n";
  daemon_.config["push"] = "heartbeat_seconds_min = 100\nheartbeat_seconds_max = 200\n";
  start();
  daemon_.add_user(ann);
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(phone.send("From: ann@example.org\r\nTo: ann@example.org\r\nSubject: " +
                         std::to_string(i) + "\r\n\r\nx\r\n"),
              1);
  }
  const auto came = [&](std::optional<unsigned> window) {
    client::SyncOptions options;
    options.window_size = window;
    return run(phone->sync(inbox, options)).collections[inbox].added.size();
  };
  EXPECT_EQ(came(std::nullopt), 2U);
  EXPECT_EQ(came(100), 3U);
  const auto short_one = run(phone->ping({inbox}, 60));
  EXPECT_EQ(short_one.status, 5);
  EXPECT_EQ(short_one.limit, 100U);
  const auto long_one = run(phone->ping({inbox}, 900));
  EXPECT_EQ(long_one.status, 5);
  EXPECT_EQ(long_one.limit, 200U);
}

/// Whether the other side closes the connection within ten seconds.
bool is_closed_soon(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  char byte = 0;
  const bool closed = ::connect(client, reinterpret_cast<sockaddr*>(&where), sizeof(where)) == 0 &&
                      ::recv(client, &byte, 1, 0) == 0;
  ::close(client);
  return closed;
}

TEST_F(TransportTest, AHandshakeTakesNoLongerThanConfigured) {
  daemon_.listen_tls();
  daemon_.config["http"] += "handshake_seconds = 1\n";
  start();
  EXPECT_TRUE(is_closed_soon(daemon_.port("https ")));
}

/// A next hop that says nothing: which limit ended the attempt is told by why the mail waits.
TEST_F(TransportTest, AMailWaitsInTheQueueAfterTheLimitThatIsConfigured) {
  const BoundSocket silent;
  const auto reason_with = [&](const std::string& limits) {
    daemon_.config["submission"] = "host = \"127.0.0.1\"\nport = " + std::to_string(silent.port) +
                                   "\ntls = \"tls\"\nsign_in = \"none\"\n" + limits;
    start();
    daemon_.add_user(ann);
    Phone phone(daemon_, ann);
    EXPECT_EQ(phone.send("From: ann@example.org\r\nTo: b@example.com\r\nSubject: x\r\n\r\nx\r\n"),
              1);
    std::string listed = daemon_.command("queue list").output;
    EXPECT_EQ(daemon_.stop(), 0);
    std::filesystem::remove_all(daemon_.state_folder());
    return listed;
  };
  const std::string connecting = "no connection in time";
  const std::string by_connection = reason_with("connect_seconds = 1\ndevice_seconds = 20\n");
  EXPECT_TRUE(by_connection.contains(connecting)) << by_connection;
  const std::string by_device = reason_with("connect_seconds = 20\ndevice_seconds = 1\n");
  EXPECT_TRUE(by_device.contains("b@example.com")) << by_device;
  EXPECT_FALSE(by_device.contains(connecting)) << by_device;
}

}  // namespace
}  // namespace godwit::test
