// Watches without a connection, over a real Dovecot: what a source tells, what it does not tell,
// and what becomes of a source that is silent.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "interop/imap_servers.hpp"

namespace godwit::interop {
namespace {

using namespace std::chrono_literals;
using Kind = backend::ChangeListener::Kind;
using backend::imap::PushSource;

class Heard final : public backend::ChangeListener {
 public:
  void changed(const UserId&, const std::optional<FolderKey>& folder, Kind kind) override {
    told.emplace_back(folder ? folder->str() : "", kind);
  }
  bool was(const std::string& folder, Kind kind) const {
    return std::ranges::find(told, std::pair(folder, kind)) != told.end();
  }
  std::vector<std::pair<std::string, Kind>> told;
};

class PushedTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
    server_ = RunningServer::get("dovecot", "");
  }
  void begin(PushSource source) {
    backend::imap::Settings settings;
    settings.host = "127.0.0.1";
    settings.port = server_->port("IMAP_PORT");
    settings.encryption = backend::imap::Encryption::none;
    settings.idle_close = 50ms;
    settings.sweep_min = settings.sweep_max = 100ms;
    settings.push_sources = {std::move(source)};
    gateway_ = std::make_unique<backend::imap::ImapServer>(settings, loop_.executor(), random_);
    for (const char* detail : {"", "+Alpha"}) deliver(detail);
    const auto account = loop_.get(gateway_->sign_in(user_, Secret("secret")));
    mail_ = gateway_->open(*account);
    EXPECT_FALSE(loop_.get(mail_->folders()).empty());
  }
  void deliver(const std::string& detail) {
    deliver_by_lmtp(server_->port("LMTP_PORT"), user_ + detail,
                    fmt::format("From: b@example.net\r\nSubject: {0}\r\nMessage-ID: "
                                "<{0}@pushed>\r\n\r\nText\r\n",
                                ++number_));
  }
  /// Of this process, with the server of this test.
  int connections() const {
    std::ifstream file("/proc/self/net/tcp");
    const std::string remote = fmt::format("0100007F:{:04X}", server_->port("IMAP_PORT"));
    int count = 0;
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string number, local, there, state;
      words >> number >> local >> there >> state;
      if (there == remote && state == "01") ++count;
    }
    return count;
  }
  bool gone() {
    return loop_.wait_until([&] { return connections() == 0; });
  }
  /// From the first byte to the last: whatever else had to connect has begun to.
  void somebody_connects() {
    sign_in_by_imap(loop_, *server_, fresh_user());
    ASSERT_TRUE(gone());
  }
  bool hint(const std::string& folder, Kind kind) {
    return gateway_->hint(*UserId::parse(user_), {folder, kind});
  }

  const RunningServer* server_ = nullptr;
  const std::string user_ = fresh_user();
  int number_ = 0;
  SeededRandom random_{3};
  TestLoop loop_;
  std::unique_ptr<backend::imap::ImapServer> gateway_;
  std::shared_ptr<backend::Mail> mail_;
  Heard heard_;
};

TEST_F(PushedTest, ASourceTellsAndNoConnectionWatches) {
  begin({.domains = {}, .sweep = 1h});
  ASSERT_TRUE(gone());
  EXPECT_FALSE(hint("INBOX", Kind::added));  // nobody waits yet
  auto watch = mail_->watch(heard_);
  EXPECT_FALSE(watch->authoritative());
  somebody_connects();
  EXPECT_EQ(connections(), 0);
  EXPECT_TRUE(heard_.told.empty());
  EXPECT_TRUE(hint("inbox", Kind::added));
  EXPECT_TRUE(hint("Alpha", Kind::other));
  EXPECT_EQ(heard_.told, (std::vector<std::pair<std::string, Kind>>{{"INBOX", Kind::added},
                                                                    {"Alpha", Kind::other}}));
  // A folder by a name that is not the server's, and none: whoever waits looks.
  heard_.told.clear();
  EXPECT_TRUE(hint("INBOX.Alpha", Kind::added));
  EXPECT_TRUE(hint("", Kind::other));
  EXPECT_TRUE(hint("", Kind::hierarchy));
  EXPECT_EQ(heard_.told, (std::vector<std::pair<std::string, Kind>>{
                             {"", Kind::unknown}, {"", Kind::unknown}, {"", Kind::hierarchy}}));
  EXPECT_EQ(connections(), 0);
  watch.reset();
  EXPECT_FALSE(hint("INBOX", Kind::added));
}

TEST_F(PushedTest, WhatASourceDoesNotTellIsFoundByTheSweep) {
  begin({.domains = {}, .sweep = 100ms});
  auto watch = mail_->watch(heard_);
  deliver("");
  ASSERT_TRUE(loop_.wait_until([&] { return heard_.was("INBOX", Kind::added); }));
  EXPECT_FALSE(heard_.was("Alpha", Kind::added));
  deliver("+Alpha");
  ASSERT_TRUE(loop_.wait_until([&] { return heard_.was("Alpha", Kind::added); }));
  heard_.told.clear();
  run_imap_commands(server_->port("IMAP_PORT"), user_,
                    {"SELECT INBOX", "STORE 1 +FLAGS (\\Flagged)", "CREATE Beta"});
  ASSERT_TRUE(loop_.wait_until(
      [&] { return heard_.was("INBOX", Kind::other) && heard_.was("", Kind::hierarchy); }));
  // What was found once is known.
  heard_.told.clear();
  deliver("+Alpha");
  ASSERT_TRUE(loop_.wait_until([&] { return heard_.was("Alpha", Kind::added); }));
  EXPECT_FALSE(heard_.was("INBOX", Kind::other) || heard_.was("", Kind::hierarchy));
}

TEST_F(PushedTest, ASourceOfTheInboxLeavesTheOtherFoldersToTheUsualSweep) {
  begin({.domains = {}, .all_folders = false, .sweep = 1h});
  auto watch = mail_->watch(heard_);
  deliver("+Alpha");
  EXPECT_TRUE(loop_.wait_until([&] { return heard_.was("Alpha", Kind::added); }));
}

TEST_F(PushedTest, ManyHintsForOneUserBecomeOne) {
  begin({.domains = {}, .sweep = 1h});
  auto watch = mail_->watch(heard_);
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(hint("INBOX", Kind::added));
  EXPECT_LE(heard_.told.size(), 20U);
  ASSERT_TRUE(loop_.wait_until([&] { return heard_.was("", Kind::unknown); }));
}

TEST_F(PushedTest, ASilentSourceIsReplacedByAConnectionUntilItSpeaks) {
  begin({.domains = {}, .sweep = 1h, .quiet = 1ms});
  somebody_connects();
  auto watch = mail_->watch(heard_);
  ASSERT_TRUE(loop_.wait_until([&] { return watch->authoritative(); }));  // NOTIFY
  EXPECT_GE(connections(), 1);
  watch.reset();
  ASSERT_TRUE(gone());
  gateway_.reset();
  begin({.domains = {}, .sweep = 1h, .quiet = 1h});
  gateway_->heard(0);
  ASSERT_TRUE(gone());
  watch = mail_->watch(heard_);
  somebody_connects();
  EXPECT_EQ(connections(), 0);
}

TEST_F(PushedTest, UsersOfOtherDomainsAreWatchedAsBefore) {
  begin({.domains = {"example.com"}, .sweep = 1h});
  auto watch = mail_->watch(heard_);
  EXPECT_TRUE(loop_.wait_until([&] { return watch->authoritative(); }));
}

}  // namespace
}  // namespace godwit::interop
