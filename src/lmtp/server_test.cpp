#include "lmtp/server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "backend/local/testing.hpp"
#include "base/fault.hpp"
#include "lmtp/spool.hpp"
#include "run.hpp"

namespace godwit::lmtp {
namespace {

using backend::local::LocalFixture;

/// A peer that says its lines and then closes, or falls silent.
class ScriptedStream final : public net::Stream {
 public:
  ScriptedStream(std::string says, std::string& hears, bool silent)
      : says_(std::move(says)), hears_(hears), silent_(silent) {}

  Task<std::size_t> read_some(std::span<char> buffer) override {
    if (says_.empty() && silent_) {
      boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                      std::chrono::hours(1));
      co_await never.async_wait(boost::asio::use_awaitable);
    }
    const std::size_t count = std::min(buffer.size(), says_.size());
    std::copy_n(says_.begin(), count, buffer.begin());
    says_.erase(0, count);
    co_return count;
  }
  Task<> write_all(std::string_view bytes) override {
    hears_ += bytes;
    co_return;
  }
  Task<> wait_readable() override { co_return; }
  void on_readable(std::move_only_function<void()> then) override { then(); }
  void cancel() noexcept override {}
  void close() noexcept override {}
  std::string peer() const override { return "192.0.2.1:4711"; }
  bool is_tls() const override { return false; }

 private:
  std::string says_;
  std::string& hears_;
  bool silent_;
};

class BrokenInbox final : public Inbox {
 public:
  explicit BrokenInbox(Fault::Kind kind) : kind_(kind) {}
  Task<Verdict> accepts(std::string, std::uint64_t) override { co_return Verdict::taken; }
  Task<std::vector<Verdict>> deliver(Transaction, std::string,
                                     std::shared_ptr<const backend::MessageSource>) override {
    throw Fault(kind_, "broken");
    co_return std::vector<Verdict>{};
  }

 private:
  Fault::Kind kind_;
};

struct LmtpServerTest : testing::Test {
  ServerSettings settings() const {
    return {.session = {.host = "mx.example.com", .message_bytes_max = 10'000'000},
            .spool_folder = fixture.folder() + "/spool",
            .read_limit = std::chrono::milliseconds(50)};
  }
  std::string talk(Server& server, std::string says, bool silent = false) {
    std::string hears;
    test::run(server.serve(std::make_unique<ScriptedStream>(std::move(says), hears, silent)));
    return hears;
  }
  std::size_t spooled() { return fixture.files().list(fixture.folder() + "/spool").size(); }

  static std::string mail(const std::string& body, const std::string& to = "ada@example.com") {
    return "LHLO mx.example.net\r\nMAIL FROM:<eve@example.net>\r\nRCPT TO:<" + to +
           ">\r\nDATA\r\nSubject: x\r\n\r\n" + body + ".\r\nQUIT\r\n";
  }

  LocalFixture fixture;
  backend::Account ada = fixture.add_user("ada@example.com");
  LocalInbox inbox{fixture.delivery()};
};

TEST_F(LmtpServerTest, WhatIsAnsweredIsInTheMailbox) {
  Server server(settings(), inbox, fixture.files(), fixture.clock());
  std::string body;
  for (int i = 0; i < 30'000; ++i) body += "..line " + std::to_string(i) + "\r\n";
  for (const std::string& each : {std::string("small\r\n"), body}) {
    const std::string hears = talk(server, mail(each));
    EXPECT_TRUE(hears.ends_with("250 2.0.0 <ada@example.com> stored\r\n221 2.0.0 bye\r\n"))
        << hears;
  }
  const auto store = fixture.store().open(ada);
  const auto key = LocalFixture::folder(*store, FolderRole::inbox);
  const auto status = test::run(store->status(key)).value();
  ASSERT_EQ(2U, status.messages);
  const auto read = test::run(store->read(
      key, status.uid_validity,
      {{.uid = 1, .section = "HEADER"}, {.uid = 2, .section = "1", .offset = 0, .length = 14}}));
  EXPECT_EQ(
      "Return-Path: <eve@example.net>\r\nDelivered-To: ada@example.com\r\n"
      "Received: from mx.example.net (192.0.2.1:4711)\r\n\tby mx.example.com with LMTP; "
      "Sun, 15 Jun 2025 15:06:40 +0000\r\nSubject: x\r\n\r\n",
      read->at(0));
  EXPECT_EQ(".line 0\r\n.line", read->at(1));
  EXPECT_EQ(0U, spooled());
}

TEST_F(LmtpServerTest, RepliesAreThoseOfTheStore) {
  Server server(settings(), inbox, fixture.files(), fixture.clock());
  EXPECT_TRUE(talk(server, mail("x\r\n", "nobody@example.com"))
                  .contains("\r\n550 5.1.1 <nobody@example.com> is nobody here\r\n"));
  ASSERT_TRUE(test::run(fixture.users().set_quota("ada@example.com", 10)));
  EXPECT_TRUE(talk(server, mail("x\r\n")).contains("\r\n452 4.2.2 the mailbox of"));
}

TEST_F(LmtpServerTest, FaultsAreAnsweredForEveryRecipient) {
  for (const auto& [kind, reply] :
       {std::pair{Fault::Kind::quota, "452 4.3.1"}, {Fault::Kind::unavailable, "451 4.3.0"}}) {
    BrokenInbox broken(kind);
    Server server(settings(), broken, fixture.files(), fixture.clock());
    EXPECT_TRUE(talk(server, mail("x\r\n")).contains(std::string("\r\n") + reply)) << reply;
  }
}

TEST_F(LmtpServerTest, ASpoolThatCannotBeWrittenPutsTheMailOff) {
  Server server(settings(), inbox, fixture.files(), fixture.clock());
  std::filesystem::remove_all(fixture.folder() + "/spool");
  const std::string hears = talk(server, mail(std::string(200'000, 'x') + "\r\n"));
  EXPECT_TRUE(hears.ends_with("451 4.3.0 mail cannot be stored now\r\n221 2.0.0 bye\r\n"));
}

TEST_F(LmtpServerTest, SilenceEndsTheConnection) {
  Server server(settings(), inbox, fixture.files(), fixture.clock());
  EXPECT_TRUE(talk(server, "LHLO a\r\n", true).ends_with("421 4.4.2 waited too long\r\n"));
  const std::string half = mail("x\r\n").substr(0, 90);
  EXPECT_TRUE(talk(server, half, true).ends_with("421 4.4.2 waited too long\r\n"));
  EXPECT_EQ(0U, server.connections());
}

TEST_F(LmtpServerTest, ALostConnectionStoresNothing) {
  Server server(settings(), inbox, fixture.files(), fixture.clock());
  const std::string whole = mail(std::string(100'000, 'x') + "\r\n");
  talk(server, whole.substr(0, whole.size() - 10));
  const auto store = fixture.store().open(ada);
  const auto key = LocalFixture::folder(*store, FolderRole::inbox);
  EXPECT_EQ(0U, test::run(store->status(key))->messages);
  EXPECT_EQ(0U, spooled());
}

TEST_F(LmtpServerTest, TooManyConnectionsAreSentAway) {
  ServerSettings none = settings();
  none.connections_max = 0;
  Server server(none, inbox, fixture.files(), fixture.clock());
  EXPECT_EQ("421 4.3.2 too many connections\r\n", talk(server, mail("x\r\n")));
}

TEST_F(LmtpServerTest, ASpoolOutgrowsMemory) {
  const std::string folder = fixture.folder() + "/spool";
  fixture.files().make_folders(folder);
  std::string text;
  {
    Spool spool(fixture.files(), folder + "/1");
    for (int i = 0; i < 100; ++i) {
      const std::string piece(1500, static_cast<char>('a' + i % 26));
      spool.append(piece);
      text += piece;
    }
    EXPECT_EQ(1U, spooled());
    EXPECT_EQ(text.size(), spool.size());
    EXPECT_EQ(text, spool.read(0, text.size()));
    EXPECT_EQ(text.substr(70'000, 10), spool.read(70'000, 10));
    EXPECT_EQ("", spool.read(text.size() + 5, 10));
  }
  EXPECT_EQ(0U, spooled());
}

}  // namespace
}  // namespace godwit::lmtp
