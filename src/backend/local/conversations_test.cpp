#include "backend/local/conversations.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "backend/local/core.hpp"
#include "backend/local/testing.hpp"

namespace godwit::backend::local {
namespace {

class Conversations : public testing::Test {
 protected:
  void deliver(const std::string& id, const std::string& references = {}) {
    std::string mail = "From: Eve <eve@example.net>\r\nMessage-ID: <" + id + "@x>\r\n";
    if (!references.empty()) mail += "References: <" + references + "@x>\r\n";
    fixture_.deliver(account_, mail + "Subject: s\r\n\r\n" + id + "\r\n");
  }
  static std::string conversation(const std::string& first) {
    return conversation_of("Message-ID: <" + first + "@x>\r\n\r\n");
  }
  std::optional<MailHits> find(const std::string& first) {
    std::vector<FolderKey> folders;
    for (const MailFolder& each : test::run(mail_->folders())) folders.push_back(each.key);
    return test::run(mail_->find_conversation(std::move(folders), conversation(first)));
  }
  std::uint64_t count(const FolderKey& folder) {
    return test::run(mail_->search(folder, std::nullopt)).value().count();
  }
  std::uint32_t count(FolderRole role) {
    return static_cast<std::uint32_t>(count(LocalFixture::folder(*mail_, role)));
  }
  void write(const std::string& sql) {
    auto job = [sql](Database& database) {
      database.run(sql);
      return true;
    };
    test::run(commit(fixture_.store().core(), std::move(job)));
  }

  LocalFixture fixture_;
  Account account_ = fixture_.add_user("ada@example.com");
  std::shared_ptr<Mail> mail_ = fixture_.store().open(account_);
};

TEST_F(Conversations, AreFoundInAllFoldersOfTheirUserAlone) {
  const Account other = fixture_.add_user("bob@example.com");
  deliver("a");
  deliver("b", "a");
  deliver("c");
  fixture_.deliver(other, "Message-ID: <d@x>\r\nReferences: <a@x>\r\n\r\nbob's\r\n");
  const auto inbox = LocalFixture::folder(*mail_, FolderRole::inbox);
  const auto archive = LocalFixture::folder(*mail_, FolderRole::archive);
  const auto status = test::run(mail_->status(inbox)).value();
  ASSERT_TRUE(test::run(mail_->move(inbox, status.uid_validity, 1, archive)));
  const auto hits = find("a").value();
  ASSERT_EQ(hits.hits.size(), 2U);
  EXPECT_EQ(hits.total, 2U);
  EXPECT_NE(hits.folders[hits.hits[0].folder].key, hits.folders[hits.hits[1].folder].key);
  EXPECT_EQ(find("c").value().hits.size(), 1U);
  EXPECT_TRUE(find("nobody").value().hits.empty());
  EXPECT_EQ(test::run(mail_->find_conversation({inbox}, conversation("a")))->hits.size(), 1U);
}

TEST_F(Conversations, OfOldMailAreCaughtUpWith) {
  for (int i = 0; i < 450; ++i) deliver(fmt::format("m{}", i), "first");
  deliver("other");
  write("UPDATE content SET conversation = NULL");
  EXPECT_FALSE(find("first"));
  EXPECT_EQ(test::run(fixture_.store().thread_old_mail()), 451U);
  EXPECT_EQ(find("first").value().hits.size(), 450U);
  EXPECT_EQ(test::run(fixture_.store().thread_old_mail()), 0U);
  const bool stopping = true;
  write("UPDATE content SET conversation = NULL");
  EXPECT_EQ(test::run(fixture_.store().thread_old_mail(&stopping)), 0U);
}

TEST_F(Conversations, GoWhereTheyAreToldWhenTheyAreDelivered) {
  struct Told final : ChangeListener {
    void changed(const UserId&, const std::optional<FolderKey>& folder, Kind) override {
      if (folder) folders.push_back(*folder);
    }
    std::vector<FolderKey> folders;
  } told;
  deliver("a");
  const auto target = test::run(mail_->create_folder(std::nullopt, "Projects")).value();
  ASSERT_TRUE(test::run(mail_->follow_conversation(conversation("a"), target)));
  const auto watch = mail_->watch(told);
  deliver("b", "a");
  EXPECT_EQ(told.folders, std::vector<FolderKey>{target});
  deliver("c");
  EXPECT_EQ(count(target), 1U);
  EXPECT_EQ(count(FolderRole::inbox), 2U);
  const Account other = fixture_.add_user("bob@example.com");
  fixture_.deliver(other, "Message-ID: <d@x>\r\nReferences: <a@x>\r\n\r\nbob's\r\n");
  EXPECT_EQ(count(target), 1U);
  ASSERT_TRUE(test::run(mail_->follow_conversation(conversation("a"), std::nullopt)));
  deliver("e", "a");
  EXPECT_EQ(count(target), 1U);
  EXPECT_EQ(count(FolderRole::inbox), 3U);
}

TEST_F(Conversations, ARuleEndsWithItsFolder) {
  const auto target = test::run(mail_->create_folder(std::nullopt, "Projects")).value();
  ASSERT_TRUE(test::run(mail_->follow_conversation(conversation("a"), target)));
  ASSERT_TRUE(test::run(mail_->delete_folder(target)));
  deliver("b", "a");
  EXPECT_EQ(count(FolderRole::inbox), 1U);
  EXPECT_FALSE(test::run(mail_->follow_conversation(conversation("a"), target)));
}

TEST_F(Conversations, OfManyRulesTheOldestGo) {
  const auto target = test::run(mail_->create_folder(std::nullopt, "Projects")).value();
  for (std::int64_t i = 0; i <= rules_max; ++i) {
    fixture_.clock().advance(std::chrono::seconds(1));
    ASSERT_TRUE(test::run(mail_->follow_conversation(conversation(fmt::format("m{}", i)), target)));
  }
  deliver("a", "m0");
  EXPECT_EQ(count(FolderRole::inbox), 1U);
  deliver("b", "m1");
  EXPECT_EQ(count(target), 1U);
}

}  // namespace
}  // namespace godwit::backend::local
