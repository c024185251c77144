// The whole daemon as a gateway before a real Dovecot, on good days and on bad ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "daemon/daemon_process.hpp"
#include "daemon/meddler.hpp"
#include "interop/imap_servers.hpp"
#include "interop/scripted_server.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

using interop::RunningServer;
using interop::Script;
using interop::ScriptedServer;
using Mood = Meddler::Mood;

constexpr int sent_type = 5;

std::string mail(const std::string& subject, std::size_t bytes = 100) {
  std::string text = "From: sender@example.com\r\nTo: ann@example.org\r\nSubject: " + subject +
                     "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n";
  while (text.size() < bytes) text += "A line that makes the message longer.\r\n";
  return text;
}

class GatewayTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
    dovecot_ = RunningServer::get("dovecot", "");
    meddler_ = std::make_unique<Meddler>(dovecot_->port("IMAP_PORT"));
    daemon_.config["backend"] = "kind = \"imap\"\n";
    daemon_.config["imap"] = "host = \"127.0.0.1\"\nport = " + std::to_string(meddler_->port()) +
                             "\ntls = \"none\"\ncommand_seconds = 1\nconnect_seconds = 1\n";
    daemon_.config["submission"] = "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n";
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n";
  }
  void start() {
    daemon_.start();
    phone_ = std::make_unique<Phone>(daemon_, user_);
    deliver("first");
    inbox_ = phone_->inbox();
    ASSERT_EQ(subjects(), (std::vector<std::string>{"first"}));
  }
  void deliver(const std::string& subject, std::size_t bytes = 100) const {
    interop::deliver_by_lmtp(dovecot_->port("LMTP_PORT"), user_, mail(subject, bytes));
  }
  client::Device& phone() { return **phone_; }
  std::vector<std::string> subjects() {
    std::vector<std::string> out;
    for (const auto& [id, item] : phone().collection(inbox_).items) {
      out.push_back(item.at("Subject"));
    }
    std::ranges::sort(out);
    return out;
  }
  /// HTTP status, or the collection's where the answer is a document.
  int sync_status() {
    const auto outcome = run(phone().sync(inbox_, {}));
    if (outcome.http_status != 200) return outcome.http_status;
    const auto found = outcome.collections.find(inbox_);
    return found == outcome.collections.end() ? outcome.status : found->second.status;
  }
  /// The bad time is over: the same key goes on, and nothing is missing or twice.
  void expect_recovery(const std::vector<std::string>& wanted) {
    meddler_->set(Mood::honest);
    EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
    EXPECT_EQ(subjects(), wanted);
    Phone other(daemon_, user_, "other");
    const std::string inbox = other.inbox();
    EXPECT_EQ(other->collection(inbox).items.size(), wanted.size());
  }

  const RunningServer* dovecot_ = nullptr;
  std::unique_ptr<Meddler> meddler_;
  DaemonProcess daemon_;
  const std::string user_ = interop::fresh_user();
  std::unique_ptr<Phone> phone_;
  std::string inbox_;
};

TEST_F(GatewayTest, MailComesIsReadAndIsAnswered) {
  ScriptedServer submission({Script{
      "S: 220 mail.example.org ESMTP", "C: EHLO", "S: 250-mail.example.org",
      "S: 250-AUTH PLAIN LOGIN", "S: 250 SIZE 1000000", "C: AUTH PLAIN", "S: 235 in",
      "C: MAIL FROM:<" + user_ + "@example.org>", "S: 250 ok", "C: RCPT TO:<bob@example.com>",
      "S: 250 ok", "C: DATA", "S: 354 go", "until: .", "S: 250 taken", "C: QUIT", "S: 221 bye"}});
  daemon_.config["imap"] += "login = \"without-domain\"\n";
  daemon_.config["submission"] =
      "host = \"127.0.0.1\"\nport = " + std::to_string(submission.port()) +
      "\ntls = \"none\"\nsign_in = \"user\"\n";
  daemon_.start();
  deliver("first");
  phone_ = std::make_unique<Phone>(daemon_, user_ + "@example.org");
  inbox_ = phone_->inbox();
  EXPECT_EQ(subjects(), (std::vector<std::string>{"first"}));

  deliver("second");
  EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
  EXPECT_EQ(subjects(), (std::vector<std::string>{"first", "second"}));

  const std::string first = phone().collection(inbox_).items.begin()->first;
  phone().set_read(inbox_, first, true);
  EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
  const std::string text = "From: " + user_ + "@example.org\r\nTo: bob@example.com\r\n" +
                           "Subject: answer\r\n\r\nText\r\n";
  EXPECT_EQ(phone_->send(text), 1);
  EXPECT_EQ(submission.complaints(), std::vector<std::string>{});

  // Another phone finds all of it: what was read, and the mail that was sent.
  Phone other(daemon_, user_ + "@example.org", "other");
  const std::string inbox = other.inbox();
  int read = 0;
  for (const auto& [id, item] : other->collection(inbox).items) read += item.at("Read") == "1";
  EXPECT_EQ(read, 1);
  const std::string sent = other->folder_of_type(sent_type)->id;
  client::SyncOptions options;
  options.options = client::mail_options(0, 1, std::nullopt);
  EXPECT_TRUE(run(other->sync_all(sent, options)).ok());
  ASSERT_EQ(other->collection(sent).items.size(), 1U);
  EXPECT_EQ(other->collection(sent).items.begin()->second.at("Subject"), "answer");
  EXPECT_EQ(daemon_.stop(), 0);
}

TEST_F(GatewayTest, AServerThatStalls) {
  start();
  deliver("second");
  meddler_->set(Mood::stalls);
  EXPECT_EQ(sync_status(), 503);
  expect_recovery({"first", "second"});
}

TEST_F(GatewayTest, AServerThatDiesInALiteral) {
  start();
  deliver("second", 50'000);
  meddler_->set(Mood::dies_in_literal);
  EXPECT_EQ(sync_status(), 503);
  EXPECT_EQ(subjects(), (std::vector<std::string>{"first"}));
  expect_recovery({"first", "second"});
}

TEST_F(GatewayTest, AServerThatIsDown) {
  start();
  deliver("second");
  meddler_->go_down();
  EXPECT_EQ(sync_status(), 503);
  EXPECT_EQ(sync_status(), 503);
  // Nobody is told that the password is wrong.
  const std::string reply = ask_http(daemon_.port("http "), {.user = interop::fresh_user()});
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 503")) << reply;
  EXPECT_TRUE(reply.contains("Retry-After: ")) << reply;
  // The page for people says so, too, to whom signed in before.
  const std::string page = ask_http(
      daemon_.port("http "),
      {.head = "GET /Microsoft-Server-ActiveSync HTTP/1.1\r\nAccept: text/html", .user = user_});
  EXPECT_TRUE(page.starts_with("HTTP/1.1 503")) << page;
  EXPECT_TRUE(page.contains("Your mailbox</td><td class=\"bad\">it cannot be reached")) << page;
  meddler_->come_back();
  expect_recovery({"first", "second"});
}

TEST_F(GatewayTest, AServerThatLiesAboutUidValidity) {
  start();
  deliver("second");
  meddler_->set(Mood::lies);
  meddler_->cut();
  // The mailbox is another one now: the device starts over, and holds each mail once.
  EXPECT_TRUE(run(phone().sync_all(inbox_, {})).ok());
  EXPECT_EQ(subjects(), (std::vector<std::string>{"first", "second"}));
  meddler_->cut();
  expect_recovery({"first", "second"});
}

TEST_F(GatewayTest, OneRefusalEndsOurAttemptsUntilThePhoneSignsInAnew) {
  start();
  auto held = phone_->ping(inbox_, 600);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  meddler_->set(Mood::refuses);
  const unsigned before = meddler_->sign_ins();
  meddler_->cut();
  // What waits ends; the phone is asked for its password.
  EXPECT_EQ(held.get().status, 401);
  EXPECT_EQ(meddler_->sign_ins(), before + 1);
  EXPECT_EQ(sync_status(), 401);
  EXPECT_LE(meddler_->sign_ins(), before + 2);
  deliver("second");
  expect_recovery({"first", "second"});
}

}  // namespace
}  // namespace godwit::test
