// A mail that never leaves: its writer is told by a report in the inbox, full or not.
#include <gtest/gtest.h>

#include "backend/local/delivery.hpp"
#include "daemon/daemon_process.hpp"
#include "run.hpp"
#include "sqlite/database.hpp"

namespace godwit::test {
namespace {

constexpr const char* ann = "ann@example.org";

class ReportsTest : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.config["submission"] =
        "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nsign_in = \"none\"\n"
        "queue_hours_max = 1\n";
    daemon_.start();
    daemon_.add_user(ann);
    phone_ = std::make_unique<Phone>(daemon_, ann);
    inbox_ = phone_->inbox();
  }
  void send_to_nowhere(const std::string& body = "Text") {
    EXPECT_EQ(
        phone_->send("From: ann@example.org\r\nTo: bob@example.com\r\nSubject: offer\r\n\r\n" +
                     body + "\r\n"),
        1);
  }
  void change(const std::string& database, const std::string& sql) const {
    sqlite::Database opened({.path = daemon_.state_folder() + '/' + database});
    opened.execute(sql);
  }
  /// The daemon goes on when the queued mail is older than queue_hours_max.
  void let_an_hour_pass() {
    ASSERT_EQ(daemon_.stop(), 0);
    change("queue/queue.sqlite", "UPDATE mail SET accepted = accepted - 3601000, next = 0");
    restart();
  }
  void restart() {
    daemon_.start();
    auto again = std::make_unique<Phone>(daemon_, ann);
    std::vector<client::Folder> folders;
    for (const auto& [id, folder] : (*phone_)->folders()) folders.push_back(folder);
    (*again)->restore((*phone_)->folder_key(), folders, (*phone_)->collections());
    phone_ = std::move(again);
  }
  void set_quota(std::uint64_t bytes) const {
    change("mail/mail.sqlite", "UPDATE user SET quota = " + std::to_string(bytes));
  }
  /// Subjects and text of the inbox.
  std::vector<std::pair<std::string, std::string>> received() {
    client::SyncOptions options;
    options.options = client::mail_options(0, 1, std::nullopt);
    EXPECT_TRUE(run((*phone_)->sync_all(inbox_, options)).ok());
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [id, item] : (*phone_)->collection(inbox_).items) {
      out.emplace_back(item.at("Subject"), item.contains("Body/Data") ? item.at("Body/Data") : "");
    }
    return out;
  }
  void expect_the_report(const std::vector<std::pair<std::string, std::string>>& mails) {
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_EQ(mails[0].first, "Undelivered mail returned to sender");
    EXPECT_TRUE(mails[0].second.contains("bob@example.com")) << mails[0].second;
  }
  bool queue_is_empty() const {
    return daemon_.command("queue list --json").output.contains("\"mails\":[]");
  }

  DaemonProcess daemon_;
  std::unique_ptr<Phone> phone_;
  std::string inbox_;
};

TEST_F(ReportsTest, AMailThatFoundNoWayForTooLongComesBack) {
  send_to_nowhere();
  let_an_hour_pass();
  EXPECT_TRUE(wait_until([&] { return queue_is_empty(); })) << daemon_.log();
  expect_the_report(received());
}

TEST_F(ReportsTest, AFullMailboxGetsItsReport) {
  send_to_nowhere();
  set_quota(1);
  let_an_hour_pass();
  EXPECT_TRUE(wait_until([&] { return queue_is_empty(); })) << daemon_.log();
  expect_the_report(received());
}

TEST_F(ReportsTest, WhereEvenAReportFindsNoRoomItWaitsForIt) {
  send_to_nowhere(std::string(backend::LocalDelivery::report_beyond_quota_bytes, 'x'));
  set_quota(1);  // with the copy in the Sent folder the mailbox is fuller than reports may make it
  let_an_hour_pass();
  EXPECT_TRUE(daemon_.wait_for_log("queue.report_deferred")) << daemon_.log();
  EXPECT_FALSE(queue_is_empty());
  EXPECT_TRUE(received().empty());

  set_quota(0);
  ASSERT_EQ(daemon_.stop(), 0);
  change("queue/queue.sqlite", "UPDATE mail SET next = 0");
  restart();
  EXPECT_TRUE(wait_until([&] { return queue_is_empty(); })) << daemon_.log();
  expect_the_report(received());
}

}  // namespace
}  // namespace godwit::test
