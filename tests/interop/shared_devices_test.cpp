// A phone in mailboxes that other users share, on Dovecot, Cyrus and the embedded store: what it
// finds, fetches and may change there.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "asked.hpp"
#include "conformance/local_sharing.hpp"
#include "conformance/shared_mail_suite.hpp"
#include "interop/imap_sharing.hpp"
#include "server_fixture.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/find.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/search.hpp"

namespace godwit::interop {
namespace {

namespace airsync = wbxml::airsync;
namespace find = wbxml::find;
namespace operations = wbxml::item_operations;
namespace search = wbxml::search;
using client::Node;
using conformance::SharedMailCase;
using conformance::SharedMailServer;
using Right = SharedMailServer::Right;
using test::text_of;

/// Bob's "Team" holds one message; Ann's phone looks at it.
class SharedDevices : public testing::TestWithParam<SharedMailCase> {
 protected:
  void SetUp() override {
    sharing_ = GetParam().make();
    if (!sharing_) GTEST_SKIP() << GetParam().name << " is not unpacked";
    sharing_->put("Subject: The hedge\r\nFrom: c@elsewhere.test\r\n\r\nIt grows.\r\n");
    sharing_->let(Right::read);
    server_ = std::make_unique<test::TestServer>(
        test::Systems{clock_, random_, store_, sharing_->backend(), sharing_->users(), submission_},
        command::Settings{}, std::chrono::seconds(60));
    client::Device::Settings settings;
    settings.user = sharing_->ann();
    settings.password = Secret("secret");
    // This device takes back what 7 refuses to remove; phones do not, and so are sent it again.
    settings.on_violation = [](const client::Violation& violation) {
      EXPECT_EQ(violation.name(), "add.repeats_held_item");
    };
    device_ = std::make_unique<client::Device>(*server_, std::move(settings));
    ASSERT_TRUE(sharing_->get(device_->folder_sync()).ok());
    for (const auto& [id, folder] : device_->folders()) {
      if (folder.name == "Team") team_ = id;
    }
    ASSERT_NE(team_, "");
    ASSERT_TRUE(sharing_->get(device_->sync_all(team_, {})).ok());
    ASSERT_EQ(items().size(), 1U);
    message_ = items().begin()->first;
  }
  void TearDown() override {
    device_.reset();
    server_.reset();
  }

  std::uint32_t messages() { return sharing_->messages(); }
  std::map<std::string, client::Item>& items() { return device_->collection(team_).items; }

  Node ask(const std::string& command, const Node& request) {
    return test::document_of(
        sharing_->get(device_->send_raw(test::document_wire(*device_, command, request))));
  }
  Node search_mail(std::vector<Node> restrictions, std::vector<Node> options) {
    restrictions.emplace_back(search::FreeText, "hedge");
    return ask("Search", test::search_request(std::move(restrictions), std::move(options)));
  }

  std::unique_ptr<SharedMailServer> sharing_;
  ManualClock clock_;
  SeededRandom random_{1};
  store::MemoryStore store_;
  test::RecordingSubmission submission_{nullptr};
  std::unique_ptr<test::TestServer> server_;
  std::unique_ptr<client::Device> device_;
  std::string team_, message_;
};

TEST_P(SharedDevices, SearchAndFindSeeThem) {
  const auto everywhere = search_mail({}, {Node(search::DeepTraversal)});
  EXPECT_EQ(text_of(everywhere, airsync::CollectionId), team_);
  const auto here =
      search_mail({Node(airsync::CollectionId, team_)}, {Node(search::RebuildResults)});
  EXPECT_EQ(text_of(here, search::Total), "1");
  const std::string long_id = text_of(here, search::LongId);
  EXPECT_EQ(long_id, message_);

  const auto found = ask(
      "Find",
      Node(find::Find, {Node(find::SearchId, "5d2e1b1c-0d7f-4f39-9f0a-000000000001"),
                        Node(find::ExecuteSearch,
                             {Node(find::MailBoxSearchCriterion,
                                   {Node(find::Query, {Node(find::FreeText, "hedge"),
                                                       Node(airsync::CollectionId, team_)})})})}));
  EXPECT_EQ(text_of(found, airsync::ServerId), message_);
  EXPECT_EQ(text_of(found, find::Total), "1");

  const auto fetched = ask(
      "ItemOperations",
      Node(operations::ItemOperations, {Node(operations::Fetch, {Node(operations::Store, "Mailbox"),
                                                                 Node(search::LongId, long_id)})}));
  EXPECT_EQ(text_of(fetched.children.at(1), operations::Status), "1");
}

TEST_P(SharedDevices, WhatCanOnlyBeReadIsFetchedAndNotChanged) {
  const auto fetched = sharing_->get(device_->fetch(team_, message_, {}));
  EXPECT_EQ(fetched.fetch_status, 1);
  EXPECT_EQ(fetched.properties.at("Subject"), "The hedge");
  device_->set_read(team_, message_, true);
  auto outcome = sharing_->get(device_->sync(team_, {}));
  EXPECT_EQ(outcome.collections.at(team_).responses.at(message_), 7);
  sharing_->get(device_->sync(team_, {}));
  EXPECT_EQ(items().at(message_).at("Read"), "0") << "told what it is";
  device_->remove(team_, message_);
  outcome = sharing_->get(device_->sync(team_, {}));
  EXPECT_EQ(outcome.collections.at(team_).responses.at(message_), 7);
  sharing_->get(device_->sync(team_, {}));
  EXPECT_EQ(items().size(), 1U);
  EXPECT_EQ(
      sharing_->get(device_->move(message_, team_, device_->folder_of_type(2)->id)).move_status, 5);
  EXPECT_FALSE(sharing_->get(device_->empty_folder(team_, false)).ok());
  EXPECT_EQ(messages(), 1U);
}

TEST_P(SharedDevices, WhatMayBeWrittenIsChanged) {
  sharing_->let(Right::write);
  sharing_->forget_rights();
  device_->set_read(team_, message_, true);
  const auto outcome = sharing_->get(device_->sync(team_, {}));
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(
      sharing_->get(device_->move(message_, team_, device_->folder_of_type(2)->id)).move_status, 3);
  EXPECT_EQ(messages(), 0U);
}

TEST_P(SharedDevices, WhatIsSharedNoMoreIsNotFound) {
  sharing_->let(Right::none);
  sharing_->forget_rights();
  EXPECT_NE(sharing_->get(device_->fetch(team_, message_, {})).fetch_status, 1);
  const auto nothing = search_mail({}, {Node(search::DeepTraversal), Node(search::RebuildResults)});
  EXPECT_EQ(text_of(nothing, search::Total), "0");
  ASSERT_TRUE(sharing_->get(device_->folder_sync()).ok());
  EXPECT_FALSE(device_->folders().contains(team_));
}

const auto cases = testing::Values(
    imap_sharing("dovecot", "--shared yes"), imap_sharing("cyrus", ""),
    SharedMailCase{"local", [] { return std::make_unique<conformance::LocalSharing>(); }});

INSTANTIATE_TEST_SUITE_P(Servers, SharedDevices, cases,
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace godwit::interop

namespace godwit::conformance {
namespace {

INSTANTIATE_TEST_SUITE_P(Servers, SharedMailSuite, interop::cases,
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace godwit::conformance
