#include <gtest/gtest.h>

#include "command/test_bed.hpp"
#include "item/email.hpp"
#include "wbxml/pages/move.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::move;
using client::Node;

Node one_move(const std::string& item, const std::string& from, const std::string& to) {
  return Node(tag::Move,
              {Node(tag::SrcMsgId, item), Node(tag::SrcFldId, from), Node(tag::DstFldId, to)});
}

TEST(MoveItems, HappensOnceWhereverTheStoreGoesDown) {
  for (unsigned commits = 0; commits < 3; ++commits) {
    SCOPED_TRACE(commits);
    TestBed bed;
    const Uid uid = bed.deliver(bed.inbox(), "One", "one@example.test");
    bed.sync("Inbox");
    const std::string item = bed.server_id("Inbox", bed.inbox(), uid);
    bed.store().fail_after(commits);
    const auto first = test::run(bed.device().move(item, bed.id("Inbox"), bed.id("Projects")));
    bed.store().mend();
    bed.server().restart();
    EXPECT_EQ(first.http_status, commits < 2 ? 503 : 200);
    const auto again = test::run(bed.device().move(item, bed.id("Inbox"), bed.id("Projects")));
    EXPECT_EQ(again.move_status, 3);
    ASSERT_EQ(bed.mail().states(bed.projects()).size(), 1U);
    const Uid moved = bed.mail().states(bed.projects()).front().uid;
    EXPECT_EQ(again.new_id, bed.server_id("Projects", bed.projects(), moved));
    EXPECT_TRUE(bed.mail().states(bed.inbox()).empty());
  }
}

TEST(MoveItems, MessagesOfOneMessageIdAreNotTakenForEachOther) {
  TestBed bed;
  const Uid one = bed.deliver(bed.inbox(), "One", "same@example.test");
  const Uid two = bed.deliver(bed.inbox(), "One", "same@example.test");
  const Uid none = bed.deliver(bed.inbox(), "None");
  Node request(tag::MoveItems);
  for (const Uid uid : {one, two, none}) {
    request.add(
        one_move(bed.server_id("Inbox", bed.inbox(), uid), bed.id("Inbox"), bed.id("Projects")));
  }
  bed.store().fail_after(1);  // the intents are written, the outcomes are not
  EXPECT_EQ(bed.send("MoveItems", request).status, 503);
  bed.store().mend();
  const Node answer = bed.ask("MoveItems", request);
  std::set<std::string> ids;
  for (const Node* response : answer.all(tag::Response)) {
    EXPECT_EQ(response->text_of(tag::Status), "3");
    ids.insert(std::string(response->text_of(tag::DstMsgId)));
  }
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_EQ(bed.mail().states(bed.projects()).size(), 3U);
}

TEST(MoveItems, ARepeatedRequestIsAnsweredAsBeforeUntilTheDeviceHasSynced) {
  TestBed bed;
  const Uid uid = bed.deliver(bed.inbox(), "One");
  bed.sync("Inbox");
  const std::string item = bed.server_id("Inbox", bed.inbox(), uid);
  const Node request(tag::MoveItems, {one_move(item, bed.id("Inbox"), bed.id("Projects"))});
  const Node first = bed.ask("MoveItems", request);
  EXPECT_EQ(bed.ask("MoveItems", request), first);
  bed.sync("Inbox");
  const Node later = bed.ask("MoveItems", request);
  EXPECT_EQ(later.find(tag::Response)->text_of(tag::Status), "1");
}

TEST(MoveItems, ARepeatedRequestIsForgottenAfterTenMinutes) {
  TestBed bed;
  const std::string item = bed.server_id("Inbox", bed.inbox(), bed.deliver(bed.inbox(), "One"));
  const Node request(tag::MoveItems, {one_move(item, bed.id("Inbox"), bed.id("Projects"))});
  EXPECT_EQ(bed.ask("MoveItems", request).find(tag::Response)->text_of(tag::Status), "3");
  bed.clock().advance(std::chrono::minutes(10));
  EXPECT_EQ(bed.ask("MoveItems", request).find(tag::Response)->text_of(tag::Status), "1");
}

TEST(MoveItems, WhatIsKeptBesideTheMailboxGoesWithTheMessage) {
  TestBed bed;
  const std::string item = bed.server_id("Inbox", bed.inbox(), bed.deliver(bed.inbox(), "One"));
  FollowUp flag;
  flag.status = FollowUp::Status::active;
  std::vector<store::Write> writes;
  writes.push_back({{"anna@example.test", store::Kind::item, item}, 0, pack_follow_up(flag)});
  EXPECT_TRUE(test::run(bed.store().commit(std::move(writes))));
  const auto moved = test::run(bed.device().move(item, bed.id("Inbox"), bed.id("Projects")));
  EXPECT_EQ(moved.move_status, 3);
  EXPECT_FALSE(test::run(bed.store().get({"anna@example.test", store::Kind::item, item})));
  EXPECT_TRUE(test::run(bed.store().get({"anna@example.test", store::Kind::item, moved.new_id})));
}

TEST(MoveItems, WakesTheOtherDevicesOnly) {
  TestBed bed;
  const std::string item = bed.server_id("Inbox", bed.inbox(), bed.deliver(bed.inbox(), "One"));
  const UserId user = *UserId::parse("anna@example.test");
  const CollectionId projects = *CollectionId::parse(bed.id("Projects"));
  const auto before = bed.server().hub().counter(user, projects);
  test::run(bed.device().move(item, bed.id("Inbox"), bed.id("Projects")));
  EXPECT_NE(bed.server().hub().counter(user, projects).added, before.added);
}

TEST(MoveItems, RefusesWhatIsNoListOfMoves) {
  TestBed bed;
  Node many(tag::MoveItems);
  for (int i = 0; i < 1001; ++i) many.add(one_move("1:1." + std::to_string(i + 1), "1", "2"));
  EXPECT_EQ(bed.ask("MoveItems", many).text_of(tag::Status), "103");
  EXPECT_EQ(bed.ask("MoveItems", Node(tag::MoveItems)).text_of(tag::Status), "103");
}

TEST(MoveItems, TellsEveryMoveByItself) {
  TestBed bed;
  const std::string item = bed.server_id("Inbox", bed.inbox(), bed.deliver(bed.inbox(), "One"));
  const std::string inbox = bed.id("Inbox");
  Node two_targets = one_move("1:1.77", inbox, "2");
  two_targets.add(Node(tag::DstFldId, "3"));
  const Node request(tag::MoveItems,
                     {one_move("nonsense", inbox, bed.id("Projects")), one_move(item, inbox, "RI"),
                      one_move(item, inbox, bed.id("Projects")), std::move(two_targets)});
  std::vector<std::string> statuses;
  for (const Node* response : bed.ask("MoveItems", request).all(tag::Response)) {
    statuses.emplace_back(response->text_of(tag::Status));
  }
  EXPECT_EQ(statuses, (std::vector<std::string>{"1", "105", "5", "5"}));
  EXPECT_EQ(bed.mail().states(bed.inbox()).size(), 1U);
}

}  // namespace
}  // namespace godwit::command
