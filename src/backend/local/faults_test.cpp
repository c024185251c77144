// Every step of storing, moving, delivering and removing fails once: by an error, by a full disk,
// by a power cut. What was answered is there afterwards; what was not, is there whole or not at
// all.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "backend/local/conversations.hpp"
#include "backend/local/testing.hpp"
#include "base/fault.hpp"
#include "faults/fault_disk.hpp"

namespace godwit::backend::local {
namespace {

using godwit::test::Failure;
using godwit::test::FaultDisk;

std::string message(const std::string& id, std::size_t attachment = 0) {
  std::string text = "To: ada@example.com\r\nMessage-ID: <" + id + "@example.com>\r\n";
  if (attachment == 0) return text + "\r\n" + id + "\r\n";
  return text +
         "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n"
         "Content-Type: image/png\r\n\r\n" +
         std::string(attachment, 'p') + "\r\n--b--\r\n";
}

/// One store on a disk that may fail, and what the caller was told about it.
class Scenario {
 public:
  explicit Scenario(std::uint64_t seed) : disk_(seed) {
    options_ = test_options("/mail");
    options_.vfs = disk_.vfs_name();
    options_.readers = 1;
    options_.file_threads = 1;
    files_ = disk_.files();
    install_local_schema(options_, *files_);
    open();
    LocalUsers users(*store_);
    test::run(users.add({.address = "ada@example.com", .password = Secret("x")})).value();
    test::run(users.add({.address = "bob@example.com", .password = Secret("x")})).value();
    mail_ = open_mail();
    inbox_ = LocalFixture::folder(*mail_, FolderRole::inbox);
    archive_ = LocalFixture::folder(*mail_, FolderRole::archive);
    append("first");
    append("second");
    const std::string followed = conversation_of(message("followed"));
    EXPECT_TRUE(test::run(mail_->follow_conversation(followed, *archive_)));
  }

  FaultDisk& disk() { return disk_; }

  /// Each step once; what is answered is noted.
  void run() {
    append("third");
    append("large", 70'000);
    move(1);
    deliver("delivered");
    deliver("delivered large", 70'000);
    deliver("followed");
    expunge(2);
  }
  void restart() {
    close();
    if (disk_.is_down()) disk_.restart();
    disk_.clear_failure();
    files_ = disk_.files();
    open();
    mail_ = open_mail();
  }
  /// Whatever was not answered is asked for again.
  void repeat_deliveries() {
    deliver("delivered");
    deliver("delivered large", 70'000);
    deliver("followed");
  }
  void close() {
    mail_.reset();
    store_.reset();
  }

  void check() {
    const auto in_inbox = ids_in(*inbox_);
    const auto in_archive = ids_in(*archive_);
    std::multiset<std::string> all = in_inbox;
    all.insert(in_archive.begin(), in_archive.end());
    for (const std::string& id : stored_) {
      EXPECT_EQ(1U, all.count(id)) << id << " was answered and is there " << all.count(id) << "x";
    }
    for (const std::string& id : all) EXPECT_EQ(1U, all.count(id)) << id << " is there twice";
    EXPECT_EQ(1U, all.count("first"));
    if (moved_) EXPECT_EQ(1U, in_archive.count("first"));
    EXPECT_EQ(0U, in_inbox.count("followed")) << "its conversation is always moved";
    if (expunged_) EXPECT_EQ(0U, all.count("second"));
    check_local_store(options_, *files_);
    test::run(store_->sweep());
    check_local_store(options_, *files_);
    ids_in(*inbox_);
  }

 private:
  void open() { store_ = std::make_unique<LocalStore>(options_, *files_, clock_); }
  std::shared_ptr<Mail> open_mail() {
    LocalUsers users(*store_);
    return store_->open(test::run(users.find("ada@example.com")).value());
  }
  void append(const std::string& id, std::size_t attachment = 0) {
    if (test::run(mail_->append(*inbox_, source(id, attachment), {}, clock_.now()))) {
      stored_.insert(id);
    }
  }
  void move(Uid uid) {
    const auto status = test::run(mail_->status(*inbox_)).value();
    moved_ =
        moved_ || test::run(mail_->move(*inbox_, status.uid_validity, uid, *archive_)).has_value();
  }
  void deliver(const std::string& id, std::size_t attachment = 0) {
    LocalDelivery delivery(*store_, nullptr);
    const auto outcomes = test::run(
        delivery.deliver({.from = "eve@example.net", .to = {"ada@example.com", "bob@example.com"}},
                         source(id, attachment)));
    if (outcomes.at(0) <= LocalDelivery::Outcome::repeated) stored_.insert(id);
  }
  void expunge(Uid uid) {
    const auto status = test::run(mail_->status(*inbox_)).value();
    if (test::run(mail_->expunge(*inbox_, status.uid_validity, UidSet{{uid, uid}}))) {
      expunged_ = true;
      stored_.erase("second");
    }
  }
  static std::shared_ptr<const MessageSource> source(const std::string& id,
                                                     std::size_t attachment) {
    return std::make_shared<const StringSource>(message(id, attachment));
  }
  /// Reads every message whole; its identity is what it must then consist of.
  std::multiset<std::string> ids_in(const FolderKey& folder) {
    std::multiset<std::string> out;
    const auto status = test::run(mail_->status(folder)).value();
    const UidSet uids = test::run(mail_->search(folder, std::nullopt)).value();
    EXPECT_EQ(status.messages, uids.count());
    for (const Uid uid : uids.to_vector()) {
      const std::string text = test::run(mail_->read(folder, status.uid_validity,
                                                     {PartRange{.uid = uid, .section = ""}}))
                                   .value()
                                   .at(0);
      const auto begin = text.find("Message-ID: <") + 13;
      const std::string id = text.substr(begin, text.find('@', begin) - begin);
      EXPECT_TRUE(text.ends_with(message(id)) || text.ends_with(message(id, 70'000)))
          << id << " is damaged";
      out.insert(id);
    }
    return out;
  }

  FaultDisk disk_;
  ManualClock clock_;
  LocalOptions options_;
  std::unique_ptr<FileLayer> files_;
  std::unique_ptr<LocalStore> store_;
  std::shared_ptr<Mail> mail_;
  std::optional<FolderKey> inbox_;
  std::optional<FolderKey> archive_;
  std::set<std::string> stored_;
  bool moved_ = false;
  bool expunged_ = false;
};

/// From `first` on, every `stride`-th step.
void fail_steps(Failure failure, std::uint64_t first, std::uint64_t stride) {
  std::uint64_t failed = 0;
  for (std::uint64_t step = first;; step += stride) {
    SCOPED_TRACE("step " + std::to_string(step));
    Scenario scenario(step);
    scenario.disk().fail_at(step, failure);
    try {
      scenario.run();
    } catch (const Fault&) {
      ++failed;
    }
    const bool fired = scenario.disk().fired();
    scenario.restart();
    scenario.check();
    scenario.repeat_deliveries();
    scenario.check();
    scenario.close();
    if (!fired || testing::Test::HasFailure()) break;
  }
  EXPECT_GT(failed, 10U);
  testing::Test::RecordProperty("failed_steps", static_cast<int>(failed));
}

TEST(LocalFaults, APowerCutAtEveryStep) { fail_steps(Failure::kill, 1, 1); }

// Reads and writes come in short runs of like ones: a third of them meets every run.
TEST(LocalFaults, AnErrorAtEveryThirdStep) { fail_steps(Failure::io_error, 1, 3); }

TEST(LocalFaults, AFullDiskAtEveryThirdStep) { fail_steps(Failure::full, 2, 3); }

}  // namespace
}  // namespace godwit::backend::local
