// The whole daemon as a gateway before a real Dovecot, on good days and on bad ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "daemon/daemon_process.hpp"
#include "daemon/meddler.hpp"
#include "interop/imap_servers.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

using interop::RunningServer;
using Mood = Meddler::Mood;

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

}  // namespace
}  // namespace godwit::test
