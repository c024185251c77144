// The whole daemon before servers that tell of changes: by a webhook; Dovecot by our Lua script,
// the OX driver and the event exporter; Cyrus by notifyd. A held Ping ends, and no connection was
// watching.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "daemon/daemon_process.hpp"
#include "interop/imap_servers.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

using interop::RunningServer;

constexpr const char* secret = "0123456789abcdef";

class PushSourcesTest : public testing::Test {
 protected:
  /// `options`: of tests/parts/SERVER.sh; %URL% is where it tells.
  void start(std::string options, const std::string& covers = "all",
             const std::string& name = "dovecot") {
    const std::string mark = "%URL%";
    if (const auto at = options.find(mark); at != std::string::npos) {
      const std::string url =
          fmt::format("http://dovecot:{}@127.0.0.1:{}/godwit/push", secret, http_.port);
      options.replace(at, mark.size(), url);
    }
    server_ = RunningServer::get(name, options);
    // Cyrus makes a user's mailboxes at the first sign-in, and takes mail for them from then on.
    interop::TestLoop loop;
    interop::sign_in_by_imap(loop, *server_, user_);
    interop::deliver_by_lmtp(server_->port("LMTP_PORT"), user_, mail("first"));
    const std::string file = daemon_.folder() + "/push.secret";
    std::ofstream(file) << secret << '\n';
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    daemon_.config["backend"] = "kind = \"imap\"\n";
    daemon_.config["imap"] = fmt::format(
        "host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nsweep_seconds = 3600\n"
        "unused_seconds = 1\n",
        server_->port("IMAP_PORT"));
    daemon_.config["submission"] = "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n";
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n";
    daemon_.config["[push_source]"] =
        fmt::format("name = \"dovecot\"\nsecret_file = \"{}\"\ncovers = \"{}\"\n", file, covers);
    daemon_.start({.within = "", .sockets = {http_.descriptor}, .socket_names = "http"});
    phone_ = std::make_unique<Phone>(url(), client::Trust{}, user_, "phone1");
    inbox_ = phone_->inbox();
  }
  client::ServerUrl url() const { return {.tls = false, .host = "127.0.0.1", .port = http_.port}; }
  static std::string mail(const std::string& subject) {
    return "From: sender@example.com\r\nTo: ann@example.org\r\nSubject: " + subject +
           "\r\n\r\nText\r\n";
  }
  void deliver() const {
    interop::deliver_by_lmtp(server_->port("LMTP_PORT"), user_, mail("news"));
  }
  std::future<client::Answer> wait_by_ping() {
    auto answer = phone_->ping(inbox_, 600);
    EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
    return answer;
  }
  /// A Ping that waits with no connection to Dovecot ends by what `change` does, and the phone gets
  /// it.
  template <class Change>
  void ends_by(Change change) {
    auto waiting = wait_by_ping();
    EXPECT_TRUE(wait_until([&] { return connections() == 0; }));
    change();
    EXPECT_EQ(ping_status(waiting.get()), 2);
    const std::size_t before = (*phone_)->collection(inbox_).items.size();
    EXPECT_TRUE(run((*phone_)->sync_all(inbox_, {})).ok());
    EXPECT_EQ((*phone_)->collection(inbox_).items.size(), before + 1);
    EXPECT_TRUE(run((*phone_)->sync_all(inbox_, {})).ok());  // proves that it has it
  }
  /// Of the daemon, to Dovecot.
  int connections() const {
    int count = 0;
    std::ifstream file(fmt::format("/proc/{}/net/tcp", daemon_.pid()));
    const std::string remote = fmt::format("0100007F:{:04X}", server_->port("IMAP_PORT"));
    for (std::string line; std::getline(file, line);) {
      if (line.contains(" " + remote + " 01 ")) ++count;
    }
    return count;
  }
  int tell(const std::string& body, const std::string& key = secret) const {
    const std::string first = fmt::format(
        "POST /godwit/push HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n"
        "Content-Length: {}\r\n\r\n{}",
        key, body.size(), body);
    const std::string reply = ask_http(http_.port, {.sent_first = first});
    return reply.size() < 12 ? 0 : std::stoi(reply.substr(9, 3));
  }
  std::string event(const std::string& kind) const {
    return fmt::format(R"({{"user": "{}", "folder": "INBOX", "event": "{}"}})", user_, kind);
  }

  const BoundSocket http_;
  const RunningServer* server_ = nullptr;
  DaemonProcess daemon_;
  const std::string user_ = interop::fresh_user();
  std::unique_ptr<Phone> phone_;
  std::string inbox_;
};

TEST_F(PushSourcesTest, AWebhookEndsAPingThatNoConnectionWatchesFor) {
  if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
  start("");
  ends_by([&] {
    deliver();
    EXPECT_EQ(tell(event("new")), 204);
  });
  // Forged, repeated, of nobody and of nothing: nothing ends, and nothing is told.
  auto waiting = wait_by_ping();
  EXPECT_TRUE(daemon_.command("push list").output.contains(" pushed "));
  EXPECT_EQ(tell(event("new"), "0123456789abcdeX"), 401);
  EXPECT_TRUE(daemon_.wait_for_log("refused address=127.0.0.1"));
  EXPECT_EQ(tell(event("new")), 204);
  EXPECT_EQ(tell(R"({"user": "nobody-here", "event": "new"})"), 204);
  EXPECT_EQ(tell("no event"), 400);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  EXPECT_FALSE(daemon_.log().contains(secret));
  deliver();
  EXPECT_EQ(tell(event("new")), 204);
  EXPECT_EQ(ping_status(waiting.get()), 2);
  const std::string list = daemon_.command("push list --json").output;
  for (const char* part : {R"("name":"dovecot")", R"("told":3)", R"("unwatched":1)",
                           R"("malformed":1)", R"("quiet":false)", R"("refused":1)"}) {
    EXPECT_TRUE(list.contains(part)) << part << list;
  }
  // A new secret counts after a reload, and the old one no more.
  const std::string file = daemon_.folder() + "/push.secret";
  std::filesystem::remove(file);
  std::ofstream(file) << "fedcba9876543210\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  ::kill(daemon_.pid(), SIGHUP);
  EXPECT_TRUE(daemon_.wait_for_log("reloaded"));
  EXPECT_EQ(tell(event("new")), 401);
  EXPECT_EQ(tell(event("new"), "fedcba9876543210"), 204);
}

TEST_F(PushSourcesTest, ManyEventsAtOnceKeepNobodyWaiting) {
  if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
  start("");
  auto waiting = wait_by_ping();
  std::string many = "[" + event("changed");
  for (int i = 1; i < 1000; ++i) many += "," + event("changed");
  many += "]";
  int limited = 0;
  for (int i = 0; i < 100; ++i) {
    const int status = tell(many);
    ASSERT_TRUE(status == 204 || status == 429) << status;
    if (status == 429) ++limited;
  }
  EXPECT_GT(limited, 50);
  Phone other(url(), client::Trust{}, user_, "other");
  EXPECT_FALSE(other.inbox().empty());
  // Nothing had changed.
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  EXPECT_EQ(daemon_.stop(), 0);  // answers the Ping
  EXPECT_EQ(ping_status(waiting.get()), 1);
}

TEST_F(PushSourcesTest, OurLuaScriptTellsOfDeliveryAppendAndMove) {
  if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
  start(fmt::format("--push 'lua http://127.0.0.1:{}/godwit/push'", http_.port));
  const auto imap = server_->port("IMAP_PORT");
  ends_by([&] { deliver(); });
  ends_by([&] {
    const std::string text = mail("appended");
    interop::run_imap_commands(imap, user_,
                               {fmt::format("APPEND INBOX {{{}+}}\r\n{}", text.size(), text)});
  });
  interop::run_imap_commands(imap, user_, {"SELECT INBOX", "COPY 1 Trash"});
  ends_by([&] { interop::run_imap_commands(imap, user_, {"SELECT Trash", "MOVE 1 INBOX"}); });
}

TEST_F(PushSourcesTest, TheDriverOfOpenXchangeTellsOfNewMailInTheInbox) {
  if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
  start("--push 'ox %URL%'", "inbox");
  interop::run_imap_commands(
      server_->port("IMAP_PORT"), user_,
      {fmt::format("SETMETADATA \"\" (/private/vendor/vendor.dovecot/http-notify \"user={}\")",
                   user_)});
  ends_by([&] { deliver(); });
}

TEST_F(PushSourcesTest, TheEventExporterTellsOfDeliveriesAndCommands) {
  if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
  start("--push 'exporter %URL%'");
  ends_by([&] { deliver(); });
  const std::string text = mail("appended");
  ends_by([&] {
    interop::run_imap_commands(server_->port("IMAP_PORT"), user_,
                               {fmt::format("APPEND INBOX {{{}+}}\r\n{}", text.size(), text)});
  });
}

TEST_F(PushSourcesTest, CyrusTellsOfDeliveryAppendAndMove) {
  if (!RunningServer::is_there("cyrus")) GTEST_SKIP() << RunningServer::why_not("cyrus");
  start(fmt::format("--push http://127.0.0.1:{}/godwit/push", http_.port), "all", "cyrus");
  ends_by([&] { deliver(); });
  const auto imap = server_->port("IMAP_PORT");
  const std::string text = mail("appended");
  ends_by([&] {
    interop::run_imap_commands(imap, user_,
                               {fmt::format("APPEND INBOX {{{}+}}\r\n{}", text.size(), text)});
  });
  interop::run_imap_commands(imap, user_, {"SELECT INBOX", "COPY 1 Trash"});
  ends_by([&] { interop::run_imap_commands(imap, user_, {"SELECT Trash", "MOVE 1 INBOX"}); });
}

}  // namespace
}  // namespace godwit::test
