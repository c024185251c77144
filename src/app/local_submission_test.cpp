#include "app/local_submission.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "backend/local/administration.hpp"
#include "backend/local/groups.hpp"
#include "backend/local/users.hpp"
#include "base/fault.hpp"
#include "base/files.hpp"
#include "run.hpp"

namespace godwit::app {
namespace {

class Outside final : public backend::Submission {
 public:
  Task<Result<>> submit(backend::Account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource>) override {
    for (const std::string& address : envelope.to) got.push_back(address);
    if (refuses) co_return fail(Errc::refused, "550 no");
    co_return Result<>{};
  }
  std::vector<std::string> got;
  bool refuses = false;
};

class LocalSubmissionTest : public testing::Test {
 protected:
  LocalSubmissionTest() {
    EXPECT_TRUE(test::run(users.add({.address = "ann@example.org", .password = Secret("pw")})));
  }
  ~LocalSubmissionTest() override { std::filesystem::remove_all(options.folder); }

  static backend::LocalOptions make_options(FileLayer& files) {
    backend::LocalOptions options{
        .folder = testing::TempDir() + "/godwit-submission-" + std::to_string(::getpid()),
        .domains = {"example.org"},
        .hash_memory_bytes = 8192,
        .hash_passes = 1};
    std::filesystem::remove_all(options.folder);
    backend::install_local_schema(options, files);
    return options;
  }
  Result<> submit(std::vector<std::string> to, const std::string& body = "body\r\n") {
    backend::Account account{*UserId::parse("bob@example.org"), "bob", Secret("x"), "", {}};
    auto message = std::make_shared<backend::StringSource>("Subject: x\r\n\r\n" + body);
    return test::run(
        submission.submit(account, {"bob@example.org", std::move(to), "id" + body}, message));
  }
  std::uint32_t messages(const std::string& user = "ann@example.org") {
    const auto account = test::run(users.find(user));
    const auto mail = store.open(*account);
    for (const auto& folder : test::run(mail->folders())) {
      if (folder.role == FolderRole::inbox) return test::run(mail->status(folder.key))->messages;
    }
    return 0;
  }

  static Result<> submit_patiently(backend::Submission& way, std::vector<std::string> to) {
    backend::Account account{*UserId::parse("bob@example.org"), "bob", Secret("x"), "", {}};
    auto message = std::make_shared<backend::StringSource>("Subject: Team\r\n\r\nbody\r\n");
    const std::string id = "id" + to.front();
    return test::run(way.submit(
        account, {.from = "bob@example.org", .to = std::move(to), .id = id, .patient = true},
        message));
  }
  /// Of somebody's inbox.
  std::string first_message(const std::string& user) {
    const auto mail = store.open(*test::run(users.find(user)));
    for (const auto& folder : test::run(mail->folders())) {
      if (folder.role != FolderRole::inbox) continue;
      const auto status = test::run(mail->status(folder.key)).value();
      std::vector<backend::PartRange> whole{{.uid = 1, .section = ""}};
      return test::run(mail->read(folder.key, status.uid_validity, whole)).value().at(0);
    }
    return {};
  }

  std::unique_ptr<FileLayer> files = system_files();
  ManualClock clock;
  backend::LocalOptions options = make_options(*files);
  backend::LocalStore store{options, *files, clock};
  backend::LocalUsers users{store};
  backend::LocalDelivery delivery{store, nullptr};
  Outside outside;
  LocalSubmission submission{delivery, &outside, clock, "mail.example.org"};
};

TEST_F(LocalSubmissionTest, EachRecipientGetsItByTheRightWay) {
  EXPECT_TRUE(submit({"ann@example.org", "carol@example.net"}));
  EXPECT_EQ(messages(), 1U);
  EXPECT_EQ(outside.got, std::vector<std::string>{"carol@example.net"});
}

TEST_F(LocalSubmissionTest, ARefusalReachesNobody) {
  const auto unknown = submit({"ann@example.org", "nobody@example.org"});
  EXPECT_EQ(unknown.error().message, "there is no mailbox nobody@example.org");
  outside.refuses = true;
  EXPECT_EQ(submit({"ann@example.org", "carol@example.net"}).error().message, "550 no");
  EXPECT_EQ(messages(), 0U);
}

/// Nobody would send it again: those who can be reached get it, and its user is told of the others.
TEST_F(LocalSubmissionTest, WhatTheServerWroteForAUserIsReported) {
  EXPECT_TRUE(test::run(users.add({.address = "bob@example.org", .password = Secret("pw")})));
  EXPECT_TRUE(test::run(users.add({.address = "full@example.org", .password = Secret("pw")})));
  EXPECT_TRUE(test::run(users.set_quota("full@example.org", 1)));
  const std::vector<std::string> all{"nobody@example.org", "ann@example.org", "full@example.org",
                                     "carol@example.net"};
  EXPECT_TRUE(submit_patiently(submission, all));
  EXPECT_EQ(messages("ann@example.org"), 1U);
  EXPECT_EQ(outside.got, std::vector<std::string>{"carol@example.net"});
  ASSERT_EQ(messages("bob@example.org"), 1U);
  std::string report = first_message("bob@example.org");
  for (const char* said : {"there is no mailbox nobody@example.org",
                           "the mailbox of full@example.org is full", "Subject: Team"}) {
    EXPECT_TRUE(report.contains(said)) << report;
  }
  EXPECT_FALSE(report.contains("ann@example.org"));
  EXPECT_FALSE(report.contains("carol@example.net"));

  LocalSubmission closed(delivery, nullptr, clock, "mail.example.org");
  EXPECT_TRUE(submit_patiently(closed, {"dora@example.net"}));
  EXPECT_EQ(messages("bob@example.org"), 2U);
}

TEST_F(LocalSubmissionTest, AReportComesThoughTheMailboxIsFull) {
  EXPECT_TRUE(test::run(users.add({.address = "bob@example.org", .password = Secret("pw")})));
  backend::LocalGroups groups(store, backend::LocalGroups::Outside::taken);
  EXPECT_TRUE(test::run(groups.add(
      {.address = "all@example.org", .members = {"bob@example.org", "ann@example.org"}})));
  EXPECT_TRUE(test::run(users.set_quota("bob@example.org", 1)));
  // Bob wrote, and of the group only he himself cannot get it.
  EXPECT_TRUE(submit({"all@example.org"}));
  EXPECT_EQ(messages("ann@example.org"), 1U);
  EXPECT_EQ(messages("bob@example.org"), 1U);

  // Beyond the bound nobody would know: the device is told instead, and nobody gets it twice.
  const auto used = backend::LocalDelivery::report_beyond_quota_bytes;
  EXPECT_TRUE(test::run(users.set_quota("bob@example.org", std::nullopt)));
  EXPECT_TRUE(submit({"bob@example.org"}, std::string(used, 'x')));
  EXPECT_TRUE(test::run(users.set_quota("bob@example.org", 1)));
  for (int i = 0; i < 2; ++i) {
    try {
      static_cast<void>(submit({"all@example.org"}, "another\r\n"));
      ADD_FAILURE() << "nobody was told";
    } catch (const Fault& fault) {
      EXPECT_EQ(fault.kind(), Fault::Kind::quota);
    }
  }
  EXPECT_EQ(messages("ann@example.org"), 2U);
  EXPECT_EQ(messages("bob@example.org"), 2U);
}

TEST_F(LocalSubmissionTest, WithoutAWayOutOthersAreRefused) {
  LocalSubmission closed(delivery, nullptr, clock, "mail.example.org");
  backend::Account account{*UserId::parse("bob@example.org"), "bob", Secret("x"), "", {}};
  auto message = std::make_shared<backend::StringSource>("Subject: x\r\n\r\nbody\r\n");
  const auto sent =
      test::run(closed.submit(account, {"bob@example.org", {"carol@example.net"}, "id"}, message));
  EXPECT_EQ(sent.error().code, Errc::refused);
}

}  // namespace
}  // namespace godwit::app
