#include "backend/memory/memory.hpp"

#include <gtest/gtest.h>

#include "run.hpp"

namespace godwit::backend {
namespace {

struct MemoryMailTest : testing::Test {
  MemoryMailTest()
      : server(clock),
        account(server.add_user("ada@example.com", "secret", "Ada")),
        mail(server.mail(account.user)),
        inbox(mail.find_folder(FolderRole::inbox).value()) {}

  static std::shared_ptr<const MessageSource> source() {
    return std::make_shared<const StringSource>("Subject: x\r\n\r\nbody\r\n");
  }

  ManualClock clock;
  MemoryServer server;
  Account account;
  MemoryMail& mail;
  FolderKey inbox;
};

TEST_F(MemoryMailTest, SignsInByAddressAndLocalPart) {
  EXPECT_EQ("Ada", test::run(server.sign_in("ada", Secret("secret")))->display_name);
  EXPECT_TRUE(test::run(server.sign_in("ada@example.com", Secret("secret"))));
  EXPECT_EQ(Errc::refused, test::run(server.sign_in("ada", Secret("wrong"))).error().code);
  EXPECT_EQ(Errc::refused, test::run(server.sign_in("bob", Secret("secret"))).error().code);
}

TEST_F(MemoryMailTest, AFailingCallDoesNothing) {
  mail.fail_next(1);
  EXPECT_THROW(static_cast<void>(test::run(mail.append(inbox, source(), {}, Time{}))), Fault);
  EXPECT_TRUE(mail.states(inbox).empty());
  EXPECT_TRUE(test::run(mail.append(inbox, source(), {}, Time{})));
}

TEST_F(MemoryMailTest, ALostAnswerLeavesTheWorkDone) {
  mail.fail_next(1, Fault::Kind::timed_out, MemoryMail::Mishap::after);
  EXPECT_THROW(static_cast<void>(test::run(mail.append(inbox, source(), {}, Time{}))), Fault);
  EXPECT_EQ(1U, mail.states(inbox).size());
}

TEST_F(MemoryMailTest, ManyMessagesShareOneModseq) {
  const UidSet uids = mail.deliver_together(inbox, {"a: b\r\n\r\n", "a: c\r\n\r\n"});
  const auto states = mail.states(inbox);
  ASSERT_EQ(2U, states.size());
  EXPECT_EQ(states[0].modseq, states[1].modseq);
  EXPECT_EQ(2U, uids.count());
}

TEST_F(MemoryMailTest, ANewUidValidityMakesPositionsStale) {
  mail.deliver(inbox, "a: b\r\n\r\n");
  const auto before = test::run(mail.changes(inbox, {}, {}))->cursor;
  mail.change_uid_validity(inbox);
  EXPECT_EQ(Errc::stale, test::run(mail.changes(inbox, before, {})).error().code);
  EXPECT_EQ(1U, mail.states(inbox).size());
}

TEST_F(MemoryMailTest, AFullMailboxTakesNothing) {
  mail.set_quota(10);
  try {
    static_cast<void>(test::run(mail.append(inbox, source(), {}, Time{})));
    FAIL() << "the mail was taken";
  } catch (const Fault& fault) {
    EXPECT_EQ(Fault::Kind::quota, fault.kind());
  }
  EXPECT_TRUE(mail.states(inbox).empty());
}

TEST_F(MemoryMailTest, FoldersAreFoundByPath) {
  const FolderKey top = mail.add_folder(std::nullopt, "Top");
  const FolderKey below = mail.add_folder(top, "Below");
  EXPECT_EQ(below, mail.find_folder(std::vector<std::string>{"Top", "Below"}));
  mail.rename(top, "Other");
  EXPECT_FALSE(mail.find_folder(std::vector<std::string>{"Top", "Below"}));
  mail.remove_folder(top);
  EXPECT_FALSE(mail.find_folder(std::vector<std::string>{"Other"}));
}

}  // namespace
}  // namespace godwit::backend
