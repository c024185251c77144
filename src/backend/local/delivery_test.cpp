#include "backend/local/delivery.hpp"

#include <gtest/gtest.h>

#include "backend/local/testing.hpp"
#include "base/fault.hpp"

namespace godwit::backend::local {
namespace {

using Outcome = LocalDelivery::Outcome;

std::shared_ptr<const MessageSource> source(std::string text) {
  return std::make_shared<const StringSource>(std::move(text));
}

std::string small_message(const std::string& subject = "hello") {
  return "From: eve@example.net\r\nTo: ada@example.com\r\nSubject: " + subject +
         "\r\nMessage-ID: <" + subject + "@example.net>\r\n\r\nbody\r\n";
}

/// A mail with an attachment of `bytes` octets as encoded.
std::string with_attachment(const std::string& subject, std::size_t bytes) {
  std::string base64;
  for (std::size_t line = 0; base64.size() < bytes; ++line) {
    base64 += std::string(70, static_cast<char>('A' + line % 26)) + std::to_string(100000 + line) +
              "\r\n";
  }
  return "From: eve@example.net\r\nSubject: " + subject +
         "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
         "--b\r\nContent-Type: text/plain\r\n\r\n" +
         subject +
         "\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64 + "--b--\r\n";
}

struct LocalDeliveryTest : testing::Test {
  std::vector<Outcome> deliver(std::vector<std::string> to, std::string text,
                               std::string from = "eve@example.net") {
    return test::run(
        fixture.delivery().deliver({.from = std::move(from), .to = std::move(to)}, source(text)));
  }
  std::vector<std::string> inbox_of(const Account& account) {
    const auto mail = fixture.store().open(account);
    const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
    const auto status = test::run(mail->status(inbox)).value();
    std::vector<std::string> out;
    for (const Uid uid : test::run(mail->search(inbox, std::nullopt))->to_vector()) {
      out.push_back(
          test::run(mail->read(inbox, status.uid_validity, {PartRange{.uid = uid, .section = ""}}))
              .value()
              .at(0));
    }
    return out;
  }

  LocalFixture fixture;
  Account ada = fixture.add_user("ada@example.com");
  Account bob = fixture.add_user("bob@example.com");
};

TEST_F(LocalDeliveryTest, PutsTheTraceOnTop) {
  const auto outcomes = test::run(fixture.delivery().deliver(
      {.from = "eve@example.net", .to = {"ada@example.com"}, .trace = "Received: from x\r\n"},
      source(small_message())));
  EXPECT_EQ(std::vector{Outcome::stored}, outcomes);
  EXPECT_EQ(std::vector{"Return-Path: <eve@example.net>\r\nDelivered-To: ada@example.com\r\n"
                        "Received: from x\r\n" +
                        small_message()},
            inbox_of(ada));
}

TEST_F(LocalDeliveryTest, ReadsAcrossTheTraceByOffset) {
  deliver({"ada@example.com"}, small_message());
  const auto mail = fixture.store().open(ada);
  const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
  const auto status = test::run(mail->status(inbox)).value();
  const std::string whole = inbox_of(ada).at(0);
  for (std::uint64_t offset = 0; offset <= whole.size(); offset += 7) {
    for (const std::uint64_t length : {0U, 5U, 60U, 1000U}) {
      const auto bytes =
          test::run(mail->read(inbox, status.uid_validity,
                               {{.uid = 1, .section = "", .offset = offset, .length = length}}));
      EXPECT_EQ(whole.substr(offset, length), bytes->at(0)) << offset << " " << length;
    }
  }
  const auto parts = test::run(mail->read(
      inbox, status.uid_validity, {{.uid = 1, .section = "HEADER"}, {.uid = 1, .section = "1"}}));
  EXPECT_EQ(whole.substr(0, whole.size() - 6), parts->at(0));
  EXPECT_EQ("body\r\n", parts->at(1));
}

TEST_F(LocalDeliveryTest, KnowsAliasesDetailsAndStrangers) {
  ASSERT_TRUE(fixture.change_person("ada@example.com", {.aliases = {{"office@example.org"}}}));
  const auto outcomes =
      deliver({"Office@Example.ORG", "ada+lists@example.com", "nobody@example.com", "x@y", "odd"},
              small_message());
  // Two addresses of one user are one delivery.
  EXPECT_EQ((std::vector{Outcome::stored, Outcome::repeated, Outcome::unknown_user,
                         Outcome::unknown_user, Outcome::unknown_user}),
            outcomes);
  EXPECT_EQ(1U, inbox_of(ada).size());
  EXPECT_EQ(Outcome::stored, test::run(fixture.delivery().accepts("office@example.org", 0)));
  EXPECT_EQ(Outcome::unknown_user, test::run(fixture.delivery().accepts("zoe@example.com", 0)));
  EXPECT_TRUE(fixture.delivery().is_local("anybody@EXAMPLE.org"));
  EXPECT_FALSE(fixture.delivery().is_local("anybody@example.net"));
}

TEST_F(LocalDeliveryTest, SeveralRecipientsShareOneBlob) {
  const std::string text = small_message();
  EXPECT_EQ((std::vector{Outcome::stored, Outcome::stored}),
            deliver({"ada@example.com", "bob@example.com"}, text));
  EXPECT_EQ(1U, fixture.blobs());
  EXPECT_TRUE(inbox_of(bob).at(0).ends_with(text));
}

TEST_F(LocalDeliveryTest, TheSameAttachmentIsHeldOnce) {
  const std::size_t size = 200'000;
  for (int i = 0; i < 5; ++i) {
    deliver({"ada@example.com"}, with_attachment("number " + std::to_string(i), size));
  }
  EXPECT_EQ(6U, fixture.blobs());  // the attachment, and what is around it five times
  const auto texts = inbox_of(ada);
  ASSERT_EQ(5U, texts.size());
  EXPECT_TRUE(texts[3].ends_with(with_attachment("number 3", size)));
}

TEST_F(LocalDeliveryTest, TheLastUseTakesTheBlobsAlong) {
  deliver({"ada@example.com"}, with_attachment("one", 100'000));
  deliver({"bob@example.com"}, with_attachment("two", 100'000));
  EXPECT_EQ(3U, fixture.blobs());
  const auto mail = fixture.store().open(ada);
  const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
  const auto status = test::run(mail->status(inbox)).value();
  ASSERT_TRUE(test::run(mail->expunge(inbox, status.uid_validity, UidSet{{1, 1}})));
  EXPECT_EQ(2U, fixture.blobs());
  EXPECT_TRUE(inbox_of(bob).at(0).ends_with(with_attachment("two", 100'000)));
  ASSERT_TRUE(test::run(fixture.users().remove("bob@example.com")));
  EXPECT_EQ(0U, fixture.blobs());
}

TEST_F(LocalDeliveryTest, ARedeliveryIsTakenAndStoredOnce) {
  EXPECT_EQ(std::vector{Outcome::stored}, deliver({"ada@example.com"}, small_message()));
  EXPECT_EQ(std::vector{Outcome::repeated}, deliver({"ada@example.com"}, small_message()));
  EXPECT_EQ((std::vector{Outcome::repeated, Outcome::stored}),
            deliver({"ada@example.com", "bob@example.com"}, small_message()));
  EXPECT_EQ(1U, inbox_of(ada).size());
  EXPECT_EQ(std::vector{Outcome::stored},
            deliver({"ada@example.com"}, small_message(), "another@example.net"));
  fixture.clock().advance(std::chrono::hours(24 * 5 + 1));
  EXPECT_EQ(std::vector{Outcome::stored}, deliver({"ada@example.com"}, small_message()));
  EXPECT_EQ(3U, inbox_of(ada).size());
}

TEST_F(LocalDeliveryTest, ARedeliveryIsRecognisedAfterARestartAndAnExpunge) {
  deliver({"ada@example.com"}, small_message());
  fixture.reopen();
  const auto mail = fixture.store().open(ada);
  const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
  const auto status = test::run(mail->status(inbox)).value();
  ASSERT_TRUE(test::run(mail->expunge(inbox, status.uid_validity, UidSet{{1, 1}})));
  EXPECT_EQ(std::vector{Outcome::repeated}, deliver({"ada@example.com"}, small_message()));
  EXPECT_TRUE(inbox_of(ada).empty());
  EXPECT_EQ(0U, fixture.blobs());
}

TEST_F(LocalDeliveryTest, AFullMailboxRefusesOnlyItsOwner) {
  ASSERT_TRUE(test::run(fixture.users().set_quota("ada@example.com", 100)));
  EXPECT_EQ((std::vector{Outcome::over_quota, Outcome::stored}),
            deliver({"ada@example.com", "bob@example.com"}, small_message()));
  EXPECT_EQ(Outcome::over_quota, test::run(fixture.delivery().accepts("ada@example.com", 101)));
  EXPECT_EQ(Outcome::stored, test::run(fixture.delivery().accepts("ada@example.com", 100)));
  const auto mail = fixture.store().open(ada);
  const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
  try {
    (void)test::run(mail->append(inbox, source(small_message()), {}, Time{}));
    FAIL() << "the mailbox took it";
  } catch (const Fault& fault) {
    EXPECT_EQ(Fault::Kind::quota, fault.kind());
  }
  // Room again: it was no delivery before, so it is none that repeats.
  ASSERT_TRUE(test::run(fixture.users().set_quota("ada@example.com", std::nullopt)));
  EXPECT_EQ(std::vector{Outcome::stored}, deliver({"ada@example.com"}, small_message()));
}

TEST_F(LocalDeliveryTest, WhatThisServerReportsMayExceedTheQuotaWithinABound) {
  constexpr std::uint64_t beyond = LocalDelivery::report_beyond_quota_bytes;
  ASSERT_TRUE(test::run(fixture.users().set_quota("ada@example.com", 100)));
  const auto report = [&](std::uint64_t bytes) {
    LocalDelivery::Envelope envelope{.from = "", .to = {"ada@example.com"}};
    envelope.beyond_quota_bytes = beyond;
    return test::run(
        fixture.delivery().deliver(std::move(envelope), source(std::string(bytes, 'r'))));
  };
  EXPECT_EQ(std::vector{Outcome::over_quota}, report(beyond + 100));  // and Return-Path
  EXPECT_EQ(std::vector{Outcome::stored}, report(beyond - 1000));
  EXPECT_EQ(std::vector{Outcome::over_quota}, report(2000));
  EXPECT_EQ(std::vector{Outcome::over_quota}, deliver({"ada@example.com"}, "x"));
}

TEST_F(LocalDeliveryTest, WhatIsRemovedGivesRoomAgain) {
  const std::uint64_t size = inbox_of(ada).size() + 400;
  ASSERT_TRUE(test::run(fixture.users().set_quota("ada@example.com", size)));
  EXPECT_EQ(std::vector{Outcome::stored}, deliver({"ada@example.com"}, small_message("a")));
  EXPECT_EQ(std::vector{Outcome::stored}, deliver({"ada@example.com"}, small_message("b")));
  EXPECT_EQ(std::vector{Outcome::over_quota}, deliver({"ada@example.com"}, small_message("c")));
  const auto mail = fixture.store().open(ada);
  const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
  const auto status = test::run(mail->status(inbox)).value();
  ASSERT_TRUE(test::run(mail->expunge(inbox, status.uid_validity, UidSet{{1, 2}})));
  EXPECT_EQ(0U, test::run(fixture.users().list()).at(0).used_bytes);
  EXPECT_EQ(std::vector{Outcome::stored}, deliver({"ada@example.com"}, small_message("c")));
}

}  // namespace
}  // namespace godwit::backend::local
