// The power goes at every step of a mail that the server wrote and that some cannot get. Whoever
// asks again makes nobody read it, or the report about the others, twice.
#include <gtest/gtest.h>

#include <algorithm>

#include "app/local_submission.hpp"
#include "backend/local/administration.hpp"
#include "backend/local/users.hpp"
#include "base/fault.hpp"
#include "faults/fault_disk.hpp"
#include "run.hpp"

namespace godwit::app {
namespace {

using test::FaultDisk;

constexpr const char* writer = "bob@example.org";
constexpr const char* reader = "ann@example.org";
constexpr const char* nobody = "nobody@example.org";
constexpr const char* full = "full@example.org";

backend::LocalOptions options_of(const FaultDisk& disk) {
  backend::LocalOptions options{
      .folder = "/mail", .domains = {"example.org"}, .hash_memory_bytes = 8192, .hash_passes = 1};
  options.vfs = disk.vfs_name();
  options.readers = 1;
  options.file_threads = 1;
  return options;
}

class Mailboxes {
 public:
  explicit Mailboxes(std::uint64_t seed) : disk_(seed) {
    const auto files = disk_.files();
    backend::install_local_schema(options_of(disk_), *files);
    start();
    for (const char* const address : {writer, reader, full}) {
      EXPECT_TRUE(test::run(life_->users.add({.address = address, .password = Secret("pw")})));
    }
    EXPECT_TRUE(test::run(life_->users.set_quota(full, 1)));
  }
  FaultDisk& disk() { return disk_; }

  /// False: the power went, and came back.
  bool submit() {
    const backend::Account account{*UserId::parse(writer), writer, Secret("x"), "", {}};
    const auto message = std::make_shared<backend::StringSource>("Subject: Team\r\n\r\nbody\r\n");
    backend::Submission::Envelope envelope{
        .from = writer, .to = {nobody, reader, full}, .id = "one", .patient = true};
    try {
      EXPECT_TRUE(test::run(life_->submission.submit(account, std::move(envelope), message)));
      return true;
    } catch (const Fault&) {
      EXPECT_TRUE(disk_.is_down());
      life_.reset();
      disk_.restart();
      start();
      return false;
    }
  }
  /// Meanwhile somebody makes room, and time goes by.
  void change() {
    clock_.advance(std::chrono::minutes(3));
    EXPECT_TRUE(test::run(life_->users.set_quota(full, std::nullopt)));
  }

  std::vector<std::string> inbox(const std::string& user) {
    const auto mail = life_->store.open(*test::run(life_->users.find(user)));
    std::vector<std::string> out;
    for (const auto& folder : test::run(mail->folders())) {
      if (folder.role != FolderRole::inbox) continue;
      const auto status = test::run(mail->status(folder.key)).value();
      for (const Uid uid : test::run(mail->search(folder.key, std::nullopt))->to_vector()) {
        std::vector<backend::PartRange> whole{{.uid = uid, .section = ""}};
        out.push_back(test::run(mail->read(folder.key, status.uid_validity, whole)).value().at(0));
      }
    }
    return out;
  }
  std::size_t reports_of(const std::string& address) {
    return static_cast<std::size_t>(std::ranges::count_if(inbox(writer), [&](const auto& mail) {
      return mail.contains("Final-Recipient: rfc822; " + address);
    }));
  }

 private:
  struct Life {
    Life(FaultDisk& disk, const Clock& clock)
        : files(disk.files()),
          store(options_of(disk), *files, clock),
          submission(delivery, nullptr, clock, "mail.example.org") {}
    std::unique_ptr<FileLayer> files;
    backend::LocalStore store;
    backend::LocalUsers users{store};
    backend::LocalDelivery delivery{store, nullptr};
    LocalSubmission submission;
  };
  void start() { life_ = std::make_unique<Life>(disk_, clock_); }

  FaultDisk disk_;
  ManualClock clock_;
  std::unique_ptr<Life> life_;
};

TEST(LocalSubmissionFaults, APowerCutAtEveryStepDoublesNothing) {
  std::uint64_t step = 1;
  for (bool fired = true; fired && !testing::Test::HasFailure(); ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    Mailboxes boxes(step);
    boxes.disk().fail_at(step, test::Failure::kill);
    // In the last round it was taken, and that was not noted.
    static_cast<void>(boxes.submit());
    fired = boxes.disk().fired();
    boxes.disk().clear_failure();
    boxes.change();
    EXPECT_TRUE(boxes.submit());
    EXPECT_EQ(boxes.inbox(reader).size(), 1U);
    EXPECT_EQ(boxes.reports_of(nobody), 1U);
    EXPECT_LE(boxes.reports_of(full), 1U);
    EXPECT_GE(boxes.reports_of(full) + boxes.inbox(full).size(), 1U);
  }
  EXPECT_GT(step, 20U);
}

}  // namespace
}  // namespace godwit::app
