/// What holds of a shared mail folder on every server. A test program includes this once and
/// instantiates SharedMailSuite.
#pragma once

#include <algorithm>

#include "conformance/folder_listener.hpp"
#include "conformance/shared_mail.hpp"

namespace godwit::conformance {

class SharedMailSuite : public testing::TestWithParam<SharedMailCase> {
 protected:
  using Right = SharedMailServer::Right;
  void SetUp() override {
    server_ = GetParam().make();
    if (!server_) GTEST_SKIP() << GetParam().name << " is not unpacked";
    server_->put("Subject: a\r\n\r\nx\r\n");
  }
  void open() {
    mail_ = server_->mail_of(server_->ann());
    team_.emplace(server_->key_of(*mail_, FolderRole::none, "Team"));
    inbox_.emplace(server_->key_of(*mail_, FolderRole::inbox, ""));
    uid_validity_ = server_->status(*mail_, *team_).uid_validity;
  }
  template <class T>
  bool refuses(Task<T> work) {
    const auto result = server_->get(std::move(work));
    return !result && result.error().code == Errc::refused;
  }
  std::uint32_t count(const FolderKey& key) { return server_->status(*mail_, key).messages; }

  std::unique_ptr<SharedMailServer> server_;
  std::shared_ptr<backend::Mail> mail_;
  std::optional<FolderKey> team_, inbox_;
  std::uint32_t uid_validity_ = 0;
};

TEST_P(SharedMailSuite, WhatIsNotSharedIsNotThere) {
  const auto mail = server_->mail_of(server_->ann());
  EXPECT_FALSE(server_->find(*mail, FolderRole::none, "Team"));
  server_->let(Right::read);
  server_->forget_rights();
  open();
  server_->let(Right::none);
  server_->forget_rights();
  const auto after = server_->mail_of(server_->ann());
  EXPECT_FALSE(server_->find(*after, FolderRole::none, "Team"));
  EXPECT_FALSE(server_->get(after->fetch(*team_, uid_validity_, {1})));
  EXPECT_EQ(server_->messages(), 1U);
}

TEST_P(SharedMailSuite, ReadOnlyOnesRefuseEveryChange) {
  server_->let(Right::read);
  open();
  EXPECT_EQ(server_->get(mail_->fetch(*team_, uid_validity_, {1})).value().size(), 1U);
  EXPECT_TRUE(refuses(mail_->store_flags(*team_, uid_validity_, 1, {.seen = true})));
  EXPECT_TRUE(refuses(mail_->expunge(*team_, uid_validity_, UidSet{{1, 1}})));
  EXPECT_TRUE(refuses(mail_->move(*team_, uid_validity_, 1, *inbox_)));
  const auto message = std::make_shared<const backend::StringSource>("Subject: x\r\n\r\nx\r\n");
  EXPECT_TRUE(refuses(mail_->append(*team_, message, {}, {})));
  EXPECT_TRUE(refuses(mail_->create_folder(*team_, "Sub")));
  EXPECT_TRUE(refuses(mail_->delete_folder(*team_)));
  EXPECT_EQ(count(*team_), 1U);
  EXPECT_EQ(count(*inbox_), 0U) << "a refused move leaves no copy";
}

TEST_P(SharedMailSuite, MessagesMoveBetweenOwnAndShared) {
  server_->let(Right::write);
  open();
  const auto there = server_->get(mail_->move(*team_, uid_validity_, 1, *inbox_));
  ASSERT_TRUE(there) << there.error().message;
  EXPECT_EQ(count(*team_), 0U);
  EXPECT_EQ(count(*inbox_), 1U);
  const auto own = server_->status(*mail_, *inbox_).uid_validity;
  const auto back = server_->get(mail_->move(*inbox_, own, *there, *team_));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(count(*team_), 1U);
  EXPECT_EQ(count(*inbox_), 0U);
  EXPECT_TRUE(server_->get(mail_->store_flags(*team_, uid_validity_, *back, {.seen = true})));
}

TEST_P(SharedMailSuite, NewMailIsTold) {
  if (!server_->tells()) GTEST_SKIP() << "it has no NOTIFY";
  server_->let(Right::read);
  open();
  FolderListener listener;
  const auto watch = mail_->watch(listener);
  ASSERT_TRUE(server_->wait_until([&] { return watch->authoritative(); }));
  listener.told.clear();
  server_->put("Subject: b\r\n\r\nx\r\n");
  EXPECT_TRUE(server_->wait_until([&] {
    return std::ranges::count(listener.told, team_->str()) > 0;
  })) << "it is told by the server, not found by a sweep";
}

}  // namespace godwit::conformance
