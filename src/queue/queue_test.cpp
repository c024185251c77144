#include "queue/queue.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>

#include "base/fault.hpp"
#include "queue/administration.hpp"
#include "queue/bounce.hpp"
#include "queue/gateway.hpp"
#include "queue/places.hpp"
#include "queue/schedule.hpp"
#include "run.hpp"

namespace godwit::queue {
namespace {

using namespace std::chrono_literals;

/// A next hop that does as it is told, by recipient.
class ScriptedHop final : public backend::Submission {
 public:
  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override {
    ++calls;
    passwords.emplace_back(account.password.reveal());
    if (while_called) co_await while_called();
    if (down) throw Fault(*down, "the hop is down");
    for (const std::string& one : envelope.to) {
      if (refused.contains(one)) co_return fail(Errc::refused, refused[one]);
    }
    for (const std::string& one : envelope.to) {
      if (busy.contains(one)) throw Fault(Fault::Kind::busy, "not now");
    }
    for (const std::string& one : envelope.to) {
      got[one].push_back(message->read(0, static_cast<std::size_t>(message->size())));
    }
    if (lost) throw Fault(Fault::Kind::timed_out, "no answer");
    co_return Result<>{};
  }

  unsigned calls = 0;
  std::function<Task<>()> while_called;
  std::optional<Fault::Kind> down;
  bool lost = false;  // takes the mail and does not say so
  std::map<std::string, std::string> refused;
  std::set<std::string> busy;
  std::map<std::string, std::vector<std::string>> got;
  std::vector<std::string> passwords;
};

class KeptReports final : public Reports {
 public:
  Task<> deliver(Report report) override {
    std::string& to = report.to;
    std::string text = report.message->read(0, static_cast<std::size_t>(report.message->size()));
    EXPECT_TRUE(text.contains("Message-ID: " + report.message_id + "\r\n")) << text;
    again.push_back(report.again);
    if (full) throw Fault(Fault::Kind::quota, "full");
    if (fails_after == 1) kept.emplace_back(to, text);
    const bool fails = fails_after > 0;
    if (fails) --fails_after;
    if (fails) throw Fault(fault, "full");
    kept.emplace_back(std::move(to), std::move(text));
    co_return;
  }
  unsigned fails_after = 0;
  Fault::Kind fault = Fault::Kind::unavailable;
  std::vector<bool> again;
  bool full = false;
  std::vector<std::pair<std::string, std::string>> kept;
};

class QueueTest : public testing::Test {
 protected:
  QueueTest() {
    std::string pattern = testing::TempDir() + "/godwit-queue-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    restart();
  }
  ~QueueTest() override {
    queue_.reset();
    std::filesystem::remove_all(folder_);
  }
  void restart() {
    queue_.reset();
    QueueOptions options{.folder = folder_ + "/queue", .host = "mx.example.test"};
    queue_ = std::make_unique<Queue>(std::move(options), *files_, clock_, random_, hop_, reports_);
  }
  Task<> remove_first() { EXPECT_TRUE(co_await queue_->remove(name_of("m1"))); }
  Result<> submit(std::string id, std::vector<std::string> to) {
    backend::Account account{UserId::parse("anna@example.test").value(), "anna", {}, {}, {}};
    backend::Submission::Envelope envelope{"anna@example.test", std::move(to), std::move(id)};
    return test::run(
        queue_->submit(std::move(account), std::move(envelope),
                       std::make_shared<backend::StringSource>("Subject: Hello\r\n\r\nText.\r\n")));
  }
  std::size_t work() { return test::run(queue_->work()); }
  std::vector<QueuedMail> list() { return test::run(queue_->list()); }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(folder_ + "/queue/mail");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  std::string folder_;
  std::unique_ptr<FileLayer> files_ = system_files();
  ManualClock clock_;
  SeededRandom random_{7};
  ScriptedHop hop_;
  KeptReports reports_;
  std::unique_ptr<Queue> queue_;
};

TEST_F(QueueTest, HandsOnAtOnceAndOnlyOnce) {
  EXPECT_TRUE(submit("m1", {"b@x.test"}));
  EXPECT_TRUE(submit("m1", {"b@x.test"}));
  restart();
  EXPECT_TRUE(submit("m1", {"b@x.test"}));
  EXPECT_EQ(hop_.got["b@x.test"].size(), 1U);
  EXPECT_TRUE(list().empty());
  EXPECT_EQ(files(), 0U);
}

TEST_F(QueueTest, ARefusalReachesTheDevice) {
  hop_.refused["b@x.test"] = "550 no such user";
  const auto refused = submit("m1", {"b@x.test", "c@x.test"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "550 no such user");
  EXPECT_TRUE(hop_.got.empty());
  EXPECT_TRUE(reports_.kept.empty());
  hop_.refused.clear();
  EXPECT_TRUE(submit("m1", {"b@x.test", "c@x.test"}));
  EXPECT_EQ(hop_.got.size(), 2U);
}

TEST_F(QueueTest, WaitsForAHopThatIsDown) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"b@x.test", "c@x.test"}));
  EXPECT_TRUE(submit("m1", {"b@x.test", "c@x.test"}));
  ASSERT_EQ(list().size(), 1U);
  EXPECT_EQ(list()[0].to, (std::vector<std::string>{"b@x.test", "c@x.test"}));
  EXPECT_EQ(list()[0].reason, "the hop is down");
  EXPECT_EQ(work(), 0U);
  clock_.advance(2min);
  EXPECT_EQ(work(), 1U);
  EXPECT_EQ(list()[0].attempts, 2U);
  restart();
  hop_.down.reset();
  clock_.advance(1h);
  EXPECT_EQ(work(), 1U);
  EXPECT_EQ(hop_.got["b@x.test"].size(), 1U);
  EXPECT_EQ(hop_.got["c@x.test"], std::vector<std::string>{"Subject: Hello\r\n\r\nText.\r\n"});
  EXPECT_TRUE(list().empty());
  EXPECT_EQ(files(), 0U);
  EXPECT_TRUE(submit("m1", {"b@x.test", "c@x.test"}));
  EXPECT_EQ(hop_.got["b@x.test"].size(), 1U);
}

TEST_F(QueueTest, RefusedLaterIsReportedAndTheOthersGetIt) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"b@x.test", "c@x.test", "d@x.test"}));
  hop_.down.reset();
  hop_.refused["c@x.test"] = "550 c is not\r\nhere";
  clock_.advance(5min);
  EXPECT_EQ(work(), 1U);
  EXPECT_EQ(hop_.got["b@x.test"].size(), 1U);
  EXPECT_EQ(hop_.got["d@x.test"].size(), 1U);
  ASSERT_EQ(reports_.kept.size(), 1U);
  EXPECT_EQ(reports_.kept[0].first, "anna@example.test");
  const std::string& text = reports_.kept[0].second;
  EXPECT_TRUE(text.contains("Final-Recipient: rfc822; c@x.test\r\nAction: failed\r\n")) << text;
  EXPECT_TRUE(text.contains("Diagnostic-Code: smtp; 550 c is not  here\r\n")) << text;
  EXPECT_TRUE(text.contains("Subject: Hello\r\n"));
  EXPECT_FALSE(text.contains("b@x.test"));
  EXPECT_TRUE(list().empty());
}

TEST_F(QueueTest, AReportIsTheSameHoweverOftenItIsMade) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"c@x.test"}));
  hop_.down.reset();
  hop_.refused["c@x.test"] = "550 no";
  clock_.advance(5min);
  reports_.fails_after = 1;
  EXPECT_EQ(work(), 1U);
  ASSERT_EQ(list().size(), 1U);
  restart();
  clock_.advance(2h);
  EXPECT_EQ(work(), 1U);
  ASSERT_EQ(reports_.kept.size(), 2U);
  EXPECT_EQ(reports_.kept[0], reports_.kept[1]);
  EXPECT_EQ(reports_.again, (std::vector<bool>{false, true}));
  EXPECT_EQ(hop_.calls, 2U);
  EXPECT_TRUE(list().empty());
}

// Who takes reports and never says so gets one twice at most, not one an hour for days.
TEST_F(QueueTest, AReportThatIsNotAnsweredIsTriedOnceMore) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"c@x.test"}));
  hop_.down.reset();
  hop_.refused["c@x.test"] = "550 no";
  reports_.fault = Fault::Kind::timed_out;
  reports_.fails_after = 9;
  for (int i = 0; i < 4; ++i) {
    clock_.advance(2h);
    restart();
    static_cast<void>(work());
  }
  EXPECT_EQ(reports_.again, (std::vector<bool>{false, true}));
  EXPECT_TRUE(list().empty());
}

// Two reports about one mail are two: nobody is in both, and neither passes for the other.
TEST_F(QueueTest, WhoIsRefusedLaterIsInAReportOfTheirOwn) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"b@x.test", "c@x.test", "d@x.test"}));
  hop_.down.reset();
  hop_.refused["b@x.test"] = "550 no b";
  hop_.busy = {"c@x.test"};
  reports_.full = true;
  clock_.advance(5min);
  EXPECT_EQ(work(), 1U);
  restart();
  // Meanwhile it goes on with the others.
  hop_.busy.clear();
  hop_.refused["c@x.test"] = "550 no c";
  clock_.advance(2h);
  EXPECT_EQ(work(), 1U);
  EXPECT_TRUE(reports_.kept.empty());
  EXPECT_EQ(hop_.got["d@x.test"].size(), 1U);
  restart();
  reports_.full = false;
  clock_.advance(2h);
  EXPECT_EQ(work(), 1U);
  ASSERT_EQ(reports_.kept.size(), 2U);
  EXPECT_TRUE(reports_.kept[0].second.contains("550 no b"));
  EXPECT_FALSE(reports_.kept[0].second.contains("550 no c"));
  EXPECT_TRUE(reports_.kept[1].second.contains("550 no c"));
  EXPECT_FALSE(reports_.kept[1].second.contains("550 no b"));
  const auto id = [](const std::string& text) {
    const auto begin = text.find("Message-ID: ");
    return text.substr(begin, text.find('\r', begin) - begin);
  };
  EXPECT_NE(id(reports_.kept[0].second), id(reports_.kept[1].second));
  EXPECT_TRUE(list().empty());
}

TEST_F(QueueTest, AReportThatFindsNoRoomWaitsAndHoldsUpNobody) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"b@x.test", "c@x.test"}));
  EXPECT_TRUE(submit("m2", {"d@x.test"}));
  hop_.down.reset();
  hop_.refused["b@x.test"] = "550 no b";
  hop_.busy.insert("c@x.test");
  reports_.full = true;
  clock_.advance(5min);
  EXPECT_EQ(work(), 2U);  // the report of b waits for room, c for the hop
  EXPECT_EQ(hop_.got["d@x.test"].size(), 1U);
  hop_.busy.clear();
  clock_.advance(1h);
  EXPECT_EQ(work(), 1U);
  EXPECT_EQ(hop_.got["c@x.test"].size(), 1U);
  ASSERT_EQ(list().size(), 1U);
  EXPECT_TRUE(reports_.kept.empty());
  reports_.full = false;
  clock_.advance(2h);
  EXPECT_EQ(work(), 1U);
  ASSERT_EQ(reports_.kept.size(), 1U);
  EXPECT_TRUE(reports_.kept[0].second.contains("550 no b"));
  EXPECT_TRUE(list().empty());
  EXPECT_EQ(hop_.got["c@x.test"].size(), 1U);
}

TEST_F(QueueTest, AReportThatNeverFindsRoomIsGivenUp) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"b@x.test"}));
  hop_.down.reset();
  hop_.refused["b@x.test"] = "550 no";
  reports_.full = true;
  unsigned hours = 0;
  for (; hours < 24 * 12 && !list().empty(); ++hours) {
    clock_.advance(1h);
    work();
  }
  EXPECT_GT(hours, 24U * 5);
  EXPECT_TRUE(list().empty());
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(hop_.calls, 2U);
}

TEST_F(QueueTest, GivesUpWhatIsTooOld) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"b@x.test"}));
  unsigned attempts = 0;
  for (int hour = 0; hour < 24 * 6 && !list().empty(); ++hour) {
    clock_.advance(1h);
    attempts += static_cast<unsigned>(work());
  }
  EXPECT_TRUE(list().empty());
  EXPECT_GT(attempts, 60U);
  ASSERT_EQ(reports_.kept.size(), 1U);
  EXPECT_TRUE(reports_.kept[0].second.contains("Status: 4.4.7\r\n"));
  EXPECT_EQ(files(), 0U);
}

TEST_F(QueueTest, AMailWithoutItsFileIsReportedAndHoldsUpNobody) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"b@x.test"}));
  EXPECT_TRUE(submit("m2", {"c@x.test"}));
  std::filesystem::remove(folder_ + "/queue/mail/" + name_of("m1"));
  hop_.down.reset();
  clock_.advance(2min);
  EXPECT_EQ(work(), 2U);
  EXPECT_TRUE(list().empty());
  EXPECT_FALSE(hop_.got.contains("b@x.test"));
  EXPECT_EQ(hop_.got["c@x.test"].size(), 1U);
  ASSERT_EQ(reports_.kept.size(), 1U);
  EXPECT_NE(reports_.kept[0].second.find("b@x.test"), std::string::npos);
  EXPECT_NE(reports_.kept[0].second.find("send it again"), std::string::npos);
}

TEST_F(QueueTest, ALostAnswerIsTriedOnceMore) {
  hop_.lost = true;
  EXPECT_TRUE(submit("m1", {"b@x.test"}));
  for (int hour = 0; hour < 10; ++hour) {
    clock_.advance(1h);
    work();
  }
  EXPECT_EQ(hop_.got["b@x.test"].size(), 2U);
  EXPECT_EQ(reports_.kept.size(), 1U);
  EXPECT_TRUE(list().empty());
}

TEST_F(QueueTest, WhatIsRemovedWhileItIsTriedIsNotTriedAgain) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"b@x.test"}));
  clock_.advance(1h);
  hop_.while_called = [this] { return remove_first(); };
  EXPECT_EQ(work(), 1U);
  EXPECT_TRUE(list().empty());
  EXPECT_TRUE(files_->list(folder_ + "/queue/mail").empty());
  hop_.while_called = nullptr;
  clock_.advance(24h);
  EXPECT_EQ(work(), 0U);
  EXPECT_TRUE(reports_.kept.empty());
}

TEST_F(QueueTest, ACopyHoldsWhatWaitsAndKnowsWhatWasTaken) {
  EXPECT_TRUE(submit("m1", {"a@x.test"}));
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m2", {"b@x.test"}));
  EXPECT_TRUE(submit("m3", {"c@x.test"}));
  // Of one the file is gone, as though it was finished while the copy was made.
  files_->remove(folder_ + "/queue/mail/" + name_of("m3"));
  EXPECT_THROW(check(folder_ + "/queue", *files_), Fault);
  backup(folder_ + "/queue", *files_, folder_ + "/copy");
  EXPECT_THROW(backup(folder_ + "/queue", *files_, folder_ + "/copy"), Fault);
  check(folder_ + "/copy", *files_);
  EXPECT_EQ(schema_status(folder_ + "/copy", *files_), (sqlite::SchemaStatus{1, 1}));
  EXPECT_EQ(schema_status(folder_ + "/none", *files_), (sqlite::SchemaStatus{0, 1}));

  queue_.reset();
  std::filesystem::remove_all(folder_ + "/queue");
  std::filesystem::rename(folder_ + "/copy", folder_ + "/queue");
  restart();
  hop_.down.reset();
  EXPECT_TRUE(submit("m1", {"a@x.test"}));
  EXPECT_TRUE(submit("m3", {"c@x.test"}));
  clock_.advance(1h);
  EXPECT_EQ(work(), 1U);
  EXPECT_EQ(hop_.got["a@x.test"].size(), 1U);
  EXPECT_EQ(hop_.got["b@x.test"].size(), 1U);
  EXPECT_FALSE(hop_.got.contains("c@x.test"));
}

TEST_F(QueueTest, ADatabaseOfAnotherSchemaIsNotTouched) {
  queue_.reset();
  {
    sqlite::Database database({.path = database_path(folder_ + "/queue")});
    database.execute("PRAGMA user_version=99");
  }
  EXPECT_THROW(restart(), sqlite::SchemaMismatch);
  EXPECT_THROW(update_schema(folder_ + "/queue"), sqlite::SchemaMismatch);
}

TEST_F(QueueTest, AnAdministratorMayHurryAndDrop) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", {"b@x.test"}));
  EXPECT_TRUE(submit("m2", {"b@x.test"}));
  const auto waiting = test::run(queue_->list());
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting[0].to, std::vector<std::string>{"b@x.test"});
  EXPECT_FALSE(test::run(queue_->retry(name_of("m3"))));
  EXPECT_TRUE(test::run(queue_->remove(name_of("m2"))));
  EXPECT_FALSE(test::run(queue_->remove(name_of("m2"))));
  hop_.down.reset();
  EXPECT_TRUE(test::run(queue_->retry(name_of("m1"))));
  EXPECT_EQ(work(), 1U);
  EXPECT_EQ(hop_.got["b@x.test"].size(), 1U);
  EXPECT_EQ(files(), 0U);
}

TEST_F(QueueTest, WhatAKillLeftIsSweptAtTheStart) {
  files_->create(folder_ + "/queue/mail/left.new")->append("half");
  restart();
  EXPECT_EQ(files(), 0U);
}

TEST(Schedule, PausesGrowToAnHour) {
  EXPECT_GE(retry_delay(1, 0), 45s);
  EXPECT_LE(retry_delay(1, UINT64_MAX), 75s);
  EXPECT_GE(retry_delay(3, 0), 3min);
  EXPECT_LE(retry_delay(1000, UINT64_MAX), 75min);
  EXPECT_NE(retry_delay(5, 1), retry_delay(5, 100'000));
}

/// The way out of a gateway, whose hop wants the users' passwords.
class GatewayTest : public QueueTest {
 protected:
  GatewayTest() { begin(true); }
  ~GatewayTest() override { gateway_.reset(); }
  void begin(bool as_users) {
    gateway_.reset();
    queue_.reset();
    QueueOptions options{.folder = folder_ + "/gateway", .host = "mx.example.test"};
    gateway_ = std::make_unique<GatewayOutgoing>(std::move(options), *files_, clock_, random_, hop_,
                                                 as_users);
  }
  static backend::Account anna(std::string password) {
    return {UserId::parse("anna").value(),
            "anna",
            Secret(std::move(password)),
            {},
            {"anna@example.test"}};
  }
  Result<> submit(std::string id, bool patient) {
    backend::Submission::Envelope envelope{
        .from = "anna@example.test", .to = {"b@x.test"}, .id = std::move(id), .patient = patient};
    return test::run(gateway_->submit(
        anna("secret"), std::move(envelope),
        std::make_shared<backend::StringSource>("Subject: Hello\r\n\r\nText.\r\n")));
  }
  /// One turn of the queue's own work.
  std::size_t turn() {
    const std::size_t done = test::run(gateway_->queue().work());
    test::run(gateway_->queue().after_work());
    return done;
  }
  std::size_t received() { return hop_.got["b@x.test"].size(); }

  std::unique_ptr<GatewayOutgoing> gateway_;
};

TEST_F(GatewayTest, WhatADeviceSendsIsItsOwnToKeep) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_THROW(static_cast<void>(submit("m1", false)), Fault);
  EXPECT_TRUE(test::run(gateway_->queue().list()).empty());
}

TEST_F(GatewayTest, WhatTheServerSendsWaitsWithItsUsersPassword) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", true));
  EXPECT_EQ(gateway_->kept(), 1U);
  EXPECT_EQ(turn(), 0U);
  hop_.down.reset();
  clock_.advance(2min);
  EXPECT_EQ(turn(), 1U);
  EXPECT_EQ(received(), 1U);
  EXPECT_EQ(hop_.passwords.back(), "secret");
  EXPECT_EQ(gateway_->kept(), 0U);
  EXPECT_TRUE(submit("m1", true));
  EXPECT_EQ(received(), 1U);
}

TEST_F(GatewayTest, AfterARestartItWaitsForTheUser) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", true));
  hop_.down.reset();
  begin(true);
  clock_.advance(1h);
  const unsigned before = hop_.calls;
  EXPECT_EQ(turn(), 1U);
  EXPECT_EQ(hop_.calls, before);
  const auto waiting = test::run(gateway_->queue().list());
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting.front().reason, "it waits for its user to sign in");
  backend::Account other = anna("secret");
  other.user = UserId::parse("bert").value();
  test::run(gateway_->signed_in(std::move(other)));
  EXPECT_EQ(gateway_->kept(), 0U);
  test::run(gateway_->signed_in(anna("newer")));
  EXPECT_EQ(turn(), 1U);
  EXPECT_EQ(received(), 1U);
  EXPECT_EQ(hop_.passwords.back(), "newer");
  EXPECT_EQ(gateway_->kept(), 0U);
}

/// A token that ended opens nothing: what waits goes out by the next one, and once, also when the
/// process died in between, or when the answer to that was lost.
TEST_F(GatewayTest, WaitsForTheNextTokenOfItsUser) {
  const auto with_token = [this](std::string token) {
    auto account = anna(std::move(token));
    account.token_ends = clock_.now() + 10min;
    return account;
  };
  for (const bool dies : {false, true}) {
    hop_.down = Fault::Kind::unavailable;
    const std::string id = dies ? "m2" : "m1";
    backend::Submission::Envelope envelope{
        .from = "anna@example.test", .to = {"b@x.test"}, .id = id, .patient = true};
    EXPECT_TRUE(test::run(
        gateway_->submit(with_token("first"), std::move(envelope),
                         std::make_shared<backend::StringSource>("Subject: Hello\r\n\r\n.\r\n"))));
    hop_.down.reset();
    const unsigned before = hop_.calls;
    const std::size_t had = received();
    clock_.advance(1h);
    turn();
    EXPECT_EQ(hop_.calls, before) << "the token ended";
    EXPECT_EQ(gateway_->kept(), 0U);
    if (dies) begin(true);
    test::run(gateway_->signed_in(with_token("second")));
    turn();
    EXPECT_EQ(received(), had + 1);
    EXPECT_EQ(hop_.passwords.back(), "second");
    turn();
    EXPECT_EQ(received(), had + 1);
  }
}

TEST_F(GatewayTest, APasswordThatIsRefusedIsNotTriedAgain) {
  hop_.down = Fault::Kind::sign_in_failed;
  EXPECT_TRUE(submit("m1", true));
  clock_.advance(2min);
  EXPECT_EQ(turn(), 1U);
  const unsigned before = hop_.calls;
  clock_.advance(1h);
  EXPECT_EQ(turn(), 1U);
  EXPECT_EQ(hop_.calls, before);
  hop_.down.reset();
  test::run(gateway_->signed_in(anna("right")));
  EXPECT_EQ(turn(), 1U);
  EXPECT_EQ(received(), 1U);
}

TEST_F(GatewayTest, WithAFixedSignInItNeedsNobody) {
  begin(false);
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", true));
  EXPECT_EQ(gateway_->kept(), 0U);
  begin(false);
  hop_.down.reset();
  clock_.advance(2min);
  EXPECT_EQ(turn(), 1U);
  EXPECT_EQ(received(), 1U);
}

/// One bad address among several: the others get it, and its sender a report.
TEST_F(GatewayTest, ItsSenderLearnsOfARefusalAtOnce) {
  hop_.refused["c@x.test"] = "550 no such user";
  backend::Submission::Envelope envelope{
      .from = "anna@example.test", .to = {"b@x.test", "c@x.test"}, .id = "m1", .patient = true};
  const auto message = std::make_shared<backend::StringSource>("Subject: Hello\r\n\r\nText.\r\n");
  EXPECT_TRUE(test::run(gateway_->submit(anna("secret"), envelope, message)));
  EXPECT_EQ(turn(), 1U);
  EXPECT_EQ(received(), 1U);
  ASSERT_EQ(hop_.got["anna@example.test"].size(), 1U);
  const std::string& report = hop_.got["anna@example.test"].front();
  EXPECT_TRUE(report.contains("550 no such user")) << report;
  EXPECT_TRUE(report.contains("Subject: Hello")) << report;
  EXPECT_FALSE(report.contains("b@x.test"));
  // Taken once, whoever asks again.
  EXPECT_TRUE(test::run(gateway_->submit(anna("secret"), envelope, message)));
  EXPECT_EQ(turn(), 0U);
  EXPECT_EQ(received(), 1U);
  EXPECT_EQ(hop_.got["anna@example.test"].size(), 1U);
  EXPECT_EQ(gateway_->kept(), 0U);
}

TEST_F(GatewayTest, ItsSenderLearnsThatItFailed) {
  hop_.down = Fault::Kind::unavailable;
  EXPECT_TRUE(submit("m1", true));
  hop_.down.reset();
  hop_.refused["b@x.test"] = "550 no such user";
  clock_.advance(2min);
  EXPECT_EQ(turn(), 1U);
  ASSERT_EQ(hop_.got["anna@example.test"].size(), 1U);
  EXPECT_TRUE(hop_.got["anna@example.test"].front().contains("550 no such user"));
  EXPECT_EQ(hop_.passwords.back(), "secret");
  EXPECT_EQ(gateway_->kept(), 0U);
}

}  // namespace
}  // namespace godwit::queue
