#include "client/device.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "base/fault.hpp"
#include "run.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"
#include "wbxml/pages/ping.hpp"

namespace godwit::client {
namespace {

namespace airsync = wbxml::airsync;
namespace hierarchy = wbxml::folder_hierarchy;

/// Answers in the order given, and remembers what was asked.
class Script final : public Transport {
 public:
  void then(const Node& document) { then(encode(document)); }
  void then(std::string body) {
    Answer answer{.status = 200, .headers = {}, .body = std::move(body)};
    answer.headers = {{"Content-Length", std::to_string(answer.body.size())},
                      {"Content-Type", "application/vnd.ms-sync.wbxml"}};
    answers_.push_back(std::move(answer));
  }
  Task<Answer> send(Wire request) override {
    asked.push_back(std::move(request));
    if (answers_.empty()) throw Fault(Fault::Kind::unavailable, "the script is over");
    Answer answer = std::move(answers_.front());
    answers_.pop_front();
    co_return answer;
  }
  std::vector<Wire> asked;

 private:
  std::deque<Answer> answers_;
};

Node synced(std::string key, std::vector<Node> commands) {
  Node collection(airsync::Collection,
                  {Node(airsync::SyncKey, std::move(key)), Node(airsync::CollectionId, "1"),
                   Node(airsync::Status, "1")});
  if (!commands.empty()) collection.add(Node(airsync::Commands, std::move(commands)));
  return Node(airsync::Sync, {Node(airsync::Collections, {std::move(collection)})});
}

Node add(std::string id, std::string subject) {
  return Node(airsync::Add,
              {Node(airsync::ServerId, std::move(id)),
               Node(airsync::ApplicationData, {Node(wbxml::email::Subject, std::move(subject)),
                                               Node(wbxml::email::Read, "0")})});
}

class DeviceTest : public testing::Test {
 protected:
  DeviceTest() : device(script, settings()) {}

  Device::Settings settings() {
    Device::Settings out;
    out.user = "anna@example.test";
    out.password = Secret("secret");
    out.on_violation = [this](const Violation& violation) {
      violations.push_back(violation.name());
    };
    return out;
  }
  /// Key 0, then a key with one message.
  void prime() {
    script.then(synced("k1", {}));
    script.then(synced("k2", {add("1:1", "One")}));
    const SyncOutcome outcome = test::run(device.sync_all("1", {}));
    EXPECT_TRUE(outcome.ok());
  }
  SyncOutcome sync() { return test::run(device.sync("1", {})); }

  Script script;
  Device device;
  std::vector<std::string> violations;
};

TEST_F(DeviceTest, HoldsWhatItWasTold) {
  prime();
  const Collection& held = device.collection("1");
  EXPECT_EQ(held.sync_key, "k2");
  ASSERT_EQ(held.items.size(), 1U);
  EXPECT_EQ(held.items.at("1:1").at("Subject"), "One");
  EXPECT_TRUE(violations.empty());
}

TEST_F(DeviceTest, RefusesAnAddOfAHeldItem) {
  prime();
  script.then(synced("k3", {add("1:1", "One")}));
  sync();
  EXPECT_EQ(violations, std::vector<std::string>{"add.repeats_held_item"});
}

TEST_F(DeviceTest, RefusesChangesOfWhatItDoesNotHold) {
  prime();
  script.then(synced("k3", {Node(airsync::Change,
                                 {Node(airsync::ServerId, "1:9"),
                                  Node(airsync::ApplicationData, {Node(wbxml::email::Read, "1")})}),
                            Node(airsync::Delete, {Node(airsync::ServerId, "1:8")})}));
  sync();
  EXPECT_EQ(violations,
            (std::vector<std::string>{"change.names_unheld_item", "delete.names_unheld_item"}));
}

TEST_F(DeviceTest, RefusesItemsInTheAnswerToKeyZero) {
  script.then(synced("k1", {add("1:1", "One")}));
  sync();
  EXPECT_EQ(violations, std::vector<std::string>{"sync.initial_with_items"});
}

TEST_F(DeviceTest, RefusesAnEmptyAnswerToCommands) {
  prime();
  device.set_read("1", "1:1", true);
  script.then(std::string());
  EXPECT_TRUE(sync().empty);
  EXPECT_EQ(violations, std::vector<std::string>{"sync.empty_answer_to_commands"});
}

TEST_F(DeviceTest, RepeatsALostRequestByteForByte) {
  prime();
  device.set_read("1", "1:1", true);
  device.lose_next_answer();
  script.then(synced("k3", {}));
  EXPECT_TRUE(sync().lost);
  EXPECT_EQ(device.collection("1").sync_key, "k2");
  EXPECT_EQ(device.collection("1").pending.size(), 1U);
  script.then(synced("k3", {}));
  const Outcome again = test::run(device.repeat_lost());
  EXPECT_TRUE(again.ok());
  EXPECT_EQ(script.asked.back().body, script.asked[script.asked.size() - 2].body);
  EXPECT_EQ(device.collection("1").sync_key, "k3");
  EXPECT_TRUE(device.collection("1").pending.empty());
  EXPECT_EQ(device.collection("1").items.at("1:1").at("Read"), "1");
  EXPECT_TRUE(violations.empty());
}

TEST_F(DeviceTest, KeepsARequestThatGotNoAnswer) {
  prime();
  device.remove("1", "1:1");
  EXPECT_THROW(sync(), Fault);
  EXPECT_TRUE(device.has_lost());
  device.forget_lost();
  script.then(synced("k3", {}));
  sync();
  EXPECT_TRUE(violations.empty());
  EXPECT_TRUE(device.collection("1").items.empty());
}

TEST_F(DeviceTest, StartsOverOnStatusThree) {
  prime();
  script.then(Node(
      airsync::Sync,
      {Node(airsync::Collections, {Node(airsync::Collection, {Node(airsync::CollectionId, "1"),
                                                              Node(airsync::Status, "3")})})}));
  EXPECT_EQ(sync().collections.at("1").status, 3);
  EXPECT_EQ(device.collection("1").sync_key, "0");
  script.then(synced("n1", {}));
  script.then(synced("n2", {add("1:1", "Another")}));
  test::run(device.sync_all("1", {}));
  EXPECT_EQ(violations, std::vector<std::string>{"add.id_names_another_item"});
}

TEST_F(DeviceTest, NoticesAnEndlessMoreAvailable) {
  prime();
  for (int i = 0; i < 20 && violations.empty(); ++i) {
    Node answer = synced("more" + std::to_string(i), {});
    answer.children[0].children[0].add(Node(airsync::MoreAvailable));
    script.then(answer);
    sync();
  }
  EXPECT_EQ(violations, std::vector<std::string>{"sync.more_available_loops"});
}

TEST_F(DeviceTest, ChecksTheHierarchy) {
  script.then(
      Node(hierarchy::FolderSync,
           {Node(hierarchy::Status, "1"), Node(hierarchy::SyncKey, "f1"),
            Node(hierarchy::Changes,
                 {Node(hierarchy::Count, "2"),
                  Node(hierarchy::Add,
                       {Node(hierarchy::ServerId, "1"), Node(hierarchy::ParentId, "7"),
                        Node(hierarchy::DisplayName, "Inbox"), Node(hierarchy::Type, "2")})})}));
  EXPECT_TRUE(test::run(device.folder_sync()).ok());
  EXPECT_EQ(violations, (std::vector<std::string>{"folder_sync.count", "folder.unknown_parent"}));
  ASSERT_NE(device.folder_of_type(2), nullptr);
}

TEST_F(DeviceTest, ThrowsWhereNobodyListens) {
  Device::Settings plain = settings();
  plain.on_violation = nullptr;
  Device strict(script, std::move(plain));
  script.then(Node(wbxml::ping::Ping, {Node(wbxml::ping::Status, "2")}));
  EXPECT_THROW(test::run(strict.ping({"1"}, 60U)), Violation);
}

TEST_F(DeviceTest, SpeaksBothFormsOfTheQuery) {
  script.then(synced("k1", {}));
  sync();
  EXPECT_TRUE(script.asked.back().target.contains("Cmd=Sync"));
  device.set_base64_query(true);
  script.then(synced("k2", {}));
  sync();
  const std::string& target = script.asked.back().target;
  EXPECT_FALSE(target.contains("Cmd="));
  const auto line = eas::parse_request_line(target.substr(target.find('?') + 1));
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->command, "Sync");
}

}  // namespace
}  // namespace godwit::client
