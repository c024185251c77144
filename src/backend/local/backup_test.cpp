// A backup while the store is at work is one point of it: mail that is delivered, removed and
// pruned, users that come and go are in it wholly or not at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <thread>

#include "backend/local/testing.hpp"
#include "base/fault.hpp"
#include "sqlite/database.hpp"

namespace godwit::backend::local {
namespace {

constexpr int users_count = 3;
constexpr int backups = 6;
constexpr int rounds_between = 25;

/// What users and senders do, on a thread of its own, until it is destroyed.
class Work {
 public:
  explicit Work(LocalFixture& fixture) : fixture_(fixture) {
    for (int i = 0; i < users_count; ++i) {
      accounts_.push_back(fixture.add_user("user" + std::to_string(i) + "@example.com"));
      boxes_.push_back(fixture.store().open(accounts_.back()));
      inboxes_.push_back(LocalFixture::folder(*boxes_.back(), FolderRole::inbox));
    }
    thread_ = std::jthread([this](const std::stop_token& stop) {
      try {
        while (!stop.stop_requested()) round();
      } catch (const std::exception& thrown) {
        failure_ = thrown.what();
        failed_ = true;
      }
    });
  }
  /// Returns once so many more rounds are done; false when one failed.
  bool wait_for_rounds(int more) const {
    for (const int end = rounds_ + more; rounds_ < end && !failed_;) std::this_thread::yield();
    return !failed_;
  }
  /// Ends it; what went wrong, or nothing.
  std::string finish() {
    thread_.request_stop();
    thread_.join();
    return failure_;
  }

 private:
  /// Some mail with what others share, some without; the older half goes; a user comes and goes.
  void round() {
    const int number = rounds_;
    const std::string shared(piece_bytes, static_cast<char>('a' + number % 5));
    for (const Account& account : accounts_) {
      fixture_.deliver(account, "Subject: " + std::to_string(number) +
                                    "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;"
                                    " boundary=b\r\n\r\n--b\r\n\r\nText\r\n--b\r\n"
                                    "Content-Type: application/pdf\r\n\r\n" +
                                    shared + "\r\n--b--\r\n");
    }
    Mail& mail = *boxes_.at(static_cast<std::size_t>(number) % boxes_.size());
    prune(mail, inboxes_.at(static_cast<std::size_t>(number) % boxes_.size()));
    const std::string guest = "guest" + std::to_string(number) + "@example.org";
    fixture_.deliver(fixture_.add_user(guest), "Subject: welcome\r\n\r\n" + guest);
    if (number % 2 == 0 && !test::run(fixture_.users().remove(guest))) {
      throw std::runtime_error("the guest stays");
    }
    ++rounds_;
  }
  static void prune(Mail& mail, const FolderKey& inbox) {
    const auto status = test::run(mail.status(inbox)).value();
    if (status.messages < kept_max) return;
    const UidSet old{{1, status.uid_next - kept_max / 2}};
    if (!test::run(mail.expunge(inbox, status.uid_validity, old))) {
      throw std::runtime_error("old mail stays");
    }
  }

  static constexpr std::size_t piece_bytes = 100'000;
  static constexpr std::uint32_t kept_max = 8;
  LocalFixture& fixture_;
  std::vector<Account> accounts_;
  std::vector<std::shared_ptr<Mail>> boxes_;
  std::vector<FolderKey> inboxes_;
  std::atomic<int> rounds_ = 0;
  std::atomic<bool> failed_ = false;
  std::string failure_;
  std::jthread thread_;
};

/// Reads all that the user has; the UID that the inbox would give next.
Uid read_all(LocalStore& store, const Account& account) {
  const auto mail = store.open(account);
  const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
  const auto status = test::run(mail->status(inbox)).value();
  const UidSet all = test::run(mail->search(inbox, std::nullopt)).value();
  EXPECT_EQ(status.messages, all.count());
  for (const Uid uid : all.to_vector()) {
    const auto text = test::run(mail->read(inbox, status.uid_validity, {PartRange{uid, ""}}));
    EXPECT_TRUE(text && text->at(0).contains("\r\nSubject: ")) << uid;
  }
  return status.uid_next;
}

TEST(LocalBackup, OfAStoreAtWorkIsOnePoint) {
  LocalFixture fixture;
  Work work(fixture);
  for (int i = 0; i < backups; ++i) {
    SCOPED_TRACE(i);
    ASSERT_TRUE(work.wait_for_rounds(rounds_between)) << work.finish();
    LocalOptions restored = fixture.options();
    restored.folder = fixture.folder() + "/backup" + std::to_string(i);
    backup_local_store(fixture.options(), fixture.files(), restored.folder);
    check_local_store(fixture.options(), fixture.files());

    check_local_store(restored, fixture.files());
    LocalStore store(restored, fixture.files(), fixture.clock());
    LocalUsers users(store);
    EXPECT_EQ(0U, test::run(store.sweep())) << "blobs that nobody names";
    std::vector<Uid> next;
    for (const LocalUsers::User& user : test::run(users.list())) {
      const Uid uid = read_all(store, test::run(users.find(user.address)).value());
      if (user.address.starts_with("user")) next.push_back(uid);
    }
    // Each round delivers to one after the other.
    ASSERT_EQ(next.size(), std::size_t{users_count});
    EXPECT_TRUE(std::ranges::is_sorted(next, std::greater{}));
    EXPECT_LE(next.front() - next.back(), 1U);
  }
  EXPECT_EQ(work.finish(), "");
}

TEST(LocalBackup, ACheckFindsWhatIsMiscounted) {
  const auto what_breaks = [](const std::string& statement) -> std::string {
    LocalFixture fixture;
    fixture.deliver(fixture.add_user("ada@example.com"), "Subject: x\r\n\r\nx\r\n");
    check_local_store(fixture.options(), fixture.files());
    sqlite::Database({.path = fixture.options().folder + "/mail.sqlite"})
        .execute("PRAGMA foreign_keys = OFF;" + statement);
    try {
      check_local_store(fixture.options(), fixture.files());
    } catch (const Fault& fault) {
      return fault.what();
    }
    return {};
  };
  const auto miscounts = [&](const std::string& what, const std::string& statement) {
    EXPECT_EQ(what_breaks(statement), "the mail store miscounts " + what) << statement;
  };
  miscounts("references to contents", "UPDATE content SET refs = refs + 1");
  miscounts("contents of messages", "DELETE FROM content");
  miscounts("messages of mailboxes", "UPDATE mailbox SET messages = messages + 1");
  miscounts("bytes of users", "UPDATE user SET used = used - 1");
  miscounts("references to blobs", "UPDATE blob SET refs = 7");
  miscounts("blobs of contents", "DELETE FROM blob");
  EXPECT_EQ(what_breaks("UPDATE user SET display_name = 'A'"), "");
}

}  // namespace
}  // namespace godwit::backend::local
