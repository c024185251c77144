// A phone in mailboxes that other users share, on Dovecot and Cyrus: what it finds, fetches and may
// change there.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "asked.hpp"
#include "backend/imap/connection.hpp"
#include "interop/imap_servers.hpp"
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
using backend::imap::Command;
using backend::imap::Connection;
using backend::imap::ImapServer;
using client::Node;
using test::text_of;

struct Server {
  const char* name;
  const char* options;
};

/// Bob's "Team" holds one message; Ann's phone looks at it.
class SharedDevices : public testing::TestWithParam<Server> {
 protected:
  void SetUp() override {
    const std::string name = GetParam().name;
    if (!RunningServer::is_there(name)) GTEST_SKIP() << RunningServer::why_not(name);
    settings_.host = "127.0.0.1";
    settings_.port = RunningServer::get(name, GetParam().options)->port("IMAP_PORT");
    settings_.encryption = backend::imap::Encryption::none;
    settings_.shared.which = backend::SharedRule::Which::all;
    ann_ = fresh_user();
    bob_ = fresh_user();
    as(ann_, Command("NOOP"));
    as(bob_, Command("CREATE").string("Team"));
    put("Subject: The hedge\r\nFrom: c@elsewhere.test\r\n\r\nIt grows.\r\n");
    grant("lr");
    gateway_ = std::make_unique<ImapServer>(settings_, loop_.executor(), random_);
    server_ = std::make_unique<test::TestServer>(
        test::Systems{clock_, random_, store_, *gateway_, *gateway_, submission_},
        command::Settings{}, std::chrono::seconds(60));
    client::Device::Settings settings;
    settings.user = ann_;
    settings.password = Secret("secret");
    // This device takes back what 7 refuses to remove; phones do not, and so are sent it again.
    settings.on_violation = [](const client::Violation& violation) {
      EXPECT_EQ(violation.name(), "add.repeats_held_item");
    };
    device_ = std::make_unique<client::Device>(*server_, std::move(settings));
    ASSERT_TRUE(loop_.get(device_->folder_sync()).ok());
    for (const auto& [id, folder] : device_->folders()) {
      if (folder.name == "Team") team_ = id;
    }
    ASSERT_NE(team_, "");
    ASSERT_TRUE(loop_.get(device_->sync_all(team_, {})).ok());
    ASSERT_EQ(items().size(), 1U);
    message_ = items().begin()->first;
  }
  void TearDown() override {
    device_.reset();
    server_.reset();
  }

  Task<> talk(std::string user, Command command) {
    auto connection = co_await Connection::open(settings_, {user, Secret("secret")});
    const auto done = co_await connection->run(std::move(command), settings_.command_limit);
    EXPECT_TRUE(done.ok()) << done.status.text;
    connection->close();
  }
  void as(const std::string& user, Command command) { loop_.run(talk(user, std::move(command))); }
  void grant(const std::string& rights) {
    as(bob_, Command("SETACL").string("Team").string(ann_).string(rights));
  }
  void put(const std::string& text) {
    ImapServer elsewhere(settings_, loop_.executor(), random_);
    const auto bob = loop_.get(elsewhere.sign_in(bob_, Secret("secret"))).value();
    ASSERT_TRUE(loop_.get(elsewhere.open(bob)->append(
        FolderKey::parse("Team").value(), std::make_shared<const backend::StringSource>(text), {},
        clock_.now())));
  }
  std::uint32_t messages() {
    ImapServer elsewhere(settings_, loop_.executor(), random_);
    const auto bob = loop_.get(elsewhere.sign_in(bob_, Secret("secret"))).value();
    return loop_.get(elsewhere.open(bob)->status(FolderKey::parse("Team").value()))->messages;
  }
  std::map<std::string, client::Item>& items() { return device_->collection(team_).items; }

  Node ask(const std::string& command, const Node& request) {
    return test::document_of(
        loop_.get(device_->send_raw(test::document_wire(*device_, command, request))));
  }
  Node search_mail(std::vector<Node> restrictions, std::vector<Node> options) {
    restrictions.emplace_back(search::FreeText, "hedge");
    return ask("Search", test::search_request(std::move(restrictions), std::move(options)));
  }

  backend::imap::Settings settings_;
  TestLoop loop_;
  ManualClock clock_;
  SeededRandom random_{1};
  store::MemoryStore store_;
  test::RecordingSubmission submission_{nullptr};
  std::unique_ptr<ImapServer> gateway_;
  std::unique_ptr<test::TestServer> server_;
  std::unique_ptr<client::Device> device_;
  std::string ann_, bob_, team_, message_;
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
  const auto fetched = loop_.get(device_->fetch(team_, message_, {}));
  EXPECT_EQ(fetched.fetch_status, 1);
  EXPECT_EQ(fetched.properties.at("Subject"), "The hedge");
  device_->set_read(team_, message_, true);
  auto outcome = loop_.get(device_->sync(team_, {}));
  EXPECT_EQ(outcome.collections.at(team_).responses.at(message_), 7);
  loop_.get(device_->sync(team_, {}));
  EXPECT_EQ(items().at(message_).at("Read"), "0") << "told what it is";
  device_->remove(team_, message_);
  outcome = loop_.get(device_->sync(team_, {}));
  EXPECT_EQ(outcome.collections.at(team_).responses.at(message_), 7);
  loop_.get(device_->sync(team_, {}));
  EXPECT_EQ(items().size(), 1U);
  EXPECT_EQ(loop_.get(device_->move(message_, team_, device_->folder_of_type(2)->id)).move_status,
            5);
  EXPECT_FALSE(loop_.get(device_->empty_folder(team_, false)).ok());
  EXPECT_EQ(messages(), 1U);
}

TEST_P(SharedDevices, WhatMayBeWrittenIsChanged) {
  grant("lrwstipekx");
  gateway_->forget_user(UserId::parse(ann_).value());  // rights are seen when it is selected anew
  device_->set_read(team_, message_, true);
  const auto outcome = loop_.get(device_->sync(team_, {}));
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(loop_.get(device_->move(message_, team_, device_->folder_of_type(2)->id)).move_status,
            3);
  EXPECT_EQ(messages(), 0U);
}

TEST_P(SharedDevices, WhatIsSharedNoMoreIsNotFound) {
  as(bob_, Command("DELETEACL").string("Team").string(ann_));
  gateway_->forget_user(UserId::parse(ann_).value());
  EXPECT_NE(loop_.get(device_->fetch(team_, message_, {})).fetch_status, 1);
  const auto nothing = search_mail({}, {Node(search::DeepTraversal), Node(search::RebuildResults)});
  EXPECT_EQ(text_of(nothing, search::Total), "0");
  ASSERT_TRUE(loop_.get(device_->folder_sync()).ok());
  EXPECT_FALSE(device_->folders().contains(team_));
}

INSTANTIATE_TEST_SUITE_P(Servers, SharedDevices,
                         testing::Values(Server{"dovecot", "--shared yes"}, Server{"cyrus", ""}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace godwit::interop
