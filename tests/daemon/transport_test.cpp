// What phones meet at a whole daemon: how a name may be spelt, what the page for people says, the
// bounds that the configuration sets.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace godwit::test
