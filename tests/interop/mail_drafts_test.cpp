// Drafts and conversations over real mail systems, with another program at work in the mailbox.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "interop/mail_systems.hpp"
#include "server_fixture.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/item_operations.hpp"

namespace godwit::interop {
namespace {

namespace base = wbxml::airsyncbase;
namespace email = wbxml::email;
namespace operations = wbxml::item_operations;
using backend::Mail;
using client::Node;

class MailInterop : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string name = GetParam();
    if (name == "embedded") {
      system_ = std::make_unique<Embedded>();
    } else {
      if (!RunningServer::is_there(name)) GTEST_SKIP() << RunningServer::why_not(name);
      system_ = std::make_unique<Gateway>(*RunningServer::get(name, ""), loop_);
    }
    users_ = std::make_unique<Remembering>(system_->users());
    server_ = std::make_unique<test::TestServer>(
        test::Systems{clock_, random_, store_, system_->mail(), *users_, submission_},
        command::Settings{}, std::chrono::seconds(60));
    client::Device::Settings settings;
    settings.user = system_->add_user();
    settings.password = Secret("secret");
    elsewhere_ = system_->elsewhere(settings.user);
    user_ = settings.user;
    device_ = std::make_unique<client::Device>(*server_, std::move(settings));
    for (const char* folder : {"Drafts", "Sent", "Trash"}) {
      static_cast<void>(loop_.get(elsewhere_->create_folder(std::nullopt, folder)));
    }
    ASSERT_TRUE(loop_.get(device_->folder_sync()).ok());
    ASSERT_NE(device_->folder_of_type(3), nullptr);
    drafts_ = device_->folder_of_type(3)->id;
    ASSERT_TRUE(loop_.get(device_->sync_all(drafts_, {})).ok());
  }
  void TearDown() override {
    device_.reset();
    server_.reset();
  }

  FolderKey folder(FolderRole role) {
    for (const backend::MailFolder& each : loop_.get(elsewhere_->folders())) {
      if (each.role == role) return each.key;
    }
    throw std::runtime_error("no such folder");
  }
  std::vector<Message> messages(FolderRole role) {
    const FolderKey key = folder(role);
    const auto status = loop_.get(elsewhere_->status(key)).value();
    const auto uids = loop_.get(elsewhere_->search(key, std::nullopt)).value();
    return loop_.get(elsewhere_->fetch(key, status.uid_validity, uids.to_vector())).value();
  }
  void sync() { ASSERT_TRUE(loop_.get(device_->sync(drafts_, {})).ok()); }
  std::map<std::string, client::Item>& items() { return device_->collection(drafts_).items; }

  TestLoop loop_;
  ManualClock clock_;
  SeededRandom random_{1};
  store::MemoryStore store_;
  test::RecordingSubmission submission_{nullptr};
  std::unique_ptr<MailSystem> system_;
  std::unique_ptr<Remembering> users_;
  std::unique_ptr<test::TestServer> server_;
  std::unique_ptr<client::Device> device_;
  std::shared_ptr<Mail> elsewhere_;
  std::string user_, drafts_;
};

TEST_P(MailInterop, ADraftGoesBackAndForthAndOut) {
  device_->add(
      drafts_,
      {Node(email::To, "bruno@elsewhere.test;clara@elsewhere.test"), Node(email::Subject, "One"),
       Node(base::Body, {Node(base::Type, "1"), Node(base::Data, "First")}),
       Node(base::Attachments,
            {Node(base::Add, {Node(base::ClientId, "a1"), Node(base::Method, "1"),
                              Node::bytes(base::Content, std::string(100'000, 'x')),
                              Node(base::DisplayName, "x.bin")})})});
  sync();
  ASSERT_EQ(items().size(), 1U);
  const std::string id = items().begin()->first;
  auto there = messages(FolderRole::drafts);
  ASSERT_EQ(there.size(), 1U);
  EXPECT_TRUE(there[0].state.flags.draft);
  EXPECT_TRUE(there[0].header.contains("Subject: One"));
  ASSERT_EQ(there[0].structure.children.size(), 2U);

  // An edit: the phone keeps its id, the mailbox holds one message.
  device_->change(drafts_, id, {Node(email::Subject, "Two")});
  sync();
  there = messages(FolderRole::drafts);
  ASSERT_EQ(there.size(), 1U);
  EXPECT_TRUE(there[0].header.contains("Subject: Two"));
  ASSERT_EQ(there[0].structure.children.size(), 2U);
  sync();
  ASSERT_EQ(items().size(), 1U);
  EXPECT_EQ(items().begin()->first, id);
  const auto fetched = loop_.get(device_->fetch(drafts_, id, {}));
  EXPECT_EQ(fetched.fetch_status, 1);
  EXPECT_EQ(fetched.properties.at("IsDraft"), "1");

  // Another program edits it, as all do: a new message, the old one gone.
  const FolderKey key = folder(FolderRole::drafts);
  const auto status = loop_.get(elsewhere_->status(key)).value();
  Flags flags;
  flags.draft = flags.seen = true;
  const std::string text = "To: bruno@elsewhere.test\r\nSubject: Three\r\n\r\nThird.\r\n";
  ASSERT_TRUE(loop_.get(
      elsewhere_->append(key, std::make_shared<backend::StringSource>(text), flags, clock_.now())));
  ASSERT_TRUE(loop_.get(
      elsewhere_->expunge(key, status.uid_validity, UidSet::of(std::vector{there[0].state.uid}))));
  sync();
  ASSERT_EQ(items().size(), 1U);
  EXPECT_EQ(items().begin()->second.at("Subject"), "Three");

  device_->send_draft(drafts_, items().begin()->first, {Node(email::Subject, "Sent")});
  sync();
  ASSERT_EQ(submission_.sent().size(), 1U);
  EXPECT_TRUE(submission_.sent()[0].text.contains("Subject: Sent"));
  EXPECT_TRUE(submission_.sent()[0].text.contains("Third."));
  EXPECT_TRUE(messages(FolderRole::drafts).empty());
  ASSERT_EQ(messages(FolderRole::sent).size(), 1U);
  EXPECT_TRUE(items().empty());
}

TEST_P(MailInterop, AConversationIsMovedWithWhatComes) {
  const FolderKey inbox = folder(FolderRole::inbox);
  const auto put = [&](const std::string& header) {
    const std::string text = header + "From: b@elsewhere.test\r\n\r\nText.\r\n";
    return loop_.get(
        elsewhere_->append(inbox, std::make_shared<backend::StringSource>(text), {}, clock_.now()));
  };
  ASSERT_TRUE(put("Message-ID: <one@x.test>\r\nSubject: One\r\n"));
  ASSERT_TRUE(put("Message-ID: <two@x.test>\r\nReferences: <one@x.test>\r\nSubject: Re: One\r\n"));
  ASSERT_TRUE(put("Message-ID: <other@x.test>\r\nSubject: Other\r\n"));
  const std::string id = device_->folder_of_type(2)->id;
  ASSERT_TRUE(loop_.get(device_->sync_all(id, {})).ok());
  std::string conversation;
  for (const auto& [server_id, item] : device_->collection(id).items) {
    if (item.at("Subject") == "One") conversation = item.at("ConversationId");
  }
  const Node move(
      operations::ItemOperations,
      {Node(operations::Move, {Node::bytes(operations::ConversationId, conversation),
                               Node(operations::DstFldId, device_->folder_of_type(4)->id),
                               Node(operations::Options, {Node(operations::MoveAlways)})})});
  const auto answer = loop_.get(device_->send_raw(
      device_->wire("ItemOperations", client::encode(move), "application/vnd.ms-sync.wbxml")));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(messages(FolderRole::inbox).size(), 1U);
  EXPECT_EQ(messages(FolderRole::trash).size(), 2U);
  system_->deliver(user_,
                   "Message-ID: <three@x.test>\r\nReferences: <one@x.test>\r\n"
                   "Subject: Re: One\r\nFrom: b@elsewhere.test\r\n\r\nText.\r\n");
  ASSERT_TRUE(loop_.get(device_->sync_all(id, {})).ok());
  EXPECT_EQ(messages(FolderRole::inbox).size(), 1U);
  EXPECT_EQ(messages(FolderRole::trash).size(), 3U);
  EXPECT_EQ(device_->collection(id).items.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(All, MailInterop, testing::Values("embedded", "dovecot", "cyrus"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace godwit::interop
