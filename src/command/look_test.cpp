// What requests with nothing new cost the backend (engine.md §1), and that it is asked when need
// be.
#include "command/look.hpp"

#include <gtest/gtest.h>

#include "command/test_bed.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/get_item_estimate.hpp"

namespace godwit::command {
namespace {

using client::Node;

class LookTest : public ::testing::Test {
 protected:
  LookTest() {
    bed.deliver(bed.inbox(), "One");
    for (const char* name : {"Inbox", "Trash", "Projects"}) {
      bed.sync(name);
      ids.push_back(bed.id(name));
    }
    test::run(bed.device().sync_many(all(), {}));  // proves the last keys
  }

  std::vector<std::pair<std::string, client::SyncOptions>> all() const {
    std::vector<std::pair<std::string, client::SyncOptions>> out;
    out.reserve(ids.size());
    for (const std::string& id : ids) out.emplace_back(id, client::SyncOptions());
    return out;
  }
  client::SyncOutcome sync() {
    auto outcome = test::run(bed.device().sync_many(all(), {}));
    EXPECT_TRUE(outcome.ok());
    return outcome;
  }
  client::PingOutcome ping() { return test::run(bed.device().ping(ids, 60)); }
  /// The number of items, of all folders.
  unsigned estimate() {
    Node collections(wbxml::get_item_estimate::Collections);
    for (const std::string& id : ids) {
      collections.add(Node(wbxml::get_item_estimate::Collection,
                           {Node(wbxml::airsync::SyncKey, bed.device().collection(id).sync_key),
                            Node(wbxml::get_item_estimate::CollectionId, id)}));
    }
    const Node answer =
        bed.ask("GetItemEstimate", Node(wbxml::get_item_estimate::GetItemEstimate, {collections}));
    unsigned sum = 0;
    for (const Node& response : answer.children) {
      const Node* one = response.find(wbxml::get_item_estimate::Collection);
      if (one == nullptr) continue;
      sum += static_cast<unsigned>(
          std::stoul(std::string(one->text_of(wbxml::get_item_estimate::Estimate))));
    }
    return sum;
  }
  /// Calls of the backend while `work` was done.
  template <class Work>
  std::uint64_t calls(Work work) {
    const auto before = bed.mail().calls();
    work();
    return bed.mail().calls() - before;
  }

  TestBed bed;
  std::vector<std::string> ids;
};

TEST_F(LookTest, WithoutAWatchThereIsOneRoundForTheWholeRequest) {
  bed.mail().set_watch_authoritative(false);
  EXPECT_EQ(calls([&] { sync(); }), 1U);
  EXPECT_EQ(calls([&] { EXPECT_EQ(ping().status, 1); }), 1U);
  EXPECT_EQ(calls([&] { EXPECT_EQ(ping().status, 1); }), 1U);
  EXPECT_EQ(calls([&] { EXPECT_EQ(estimate(), 0U); }), 1U);
  EXPECT_EQ(calls([&] { sync(); }), 1U);
}

TEST_F(LookTest, WhileTheWatchTellsAllNothingIsAsked) {
  EXPECT_EQ(ping().status, 1);
  EXPECT_EQ(calls([&] {
              EXPECT_EQ(ping().status, 1);
              EXPECT_TRUE(sync().empty);
              EXPECT_EQ(estimate(), 0U);
              client::SyncRequest hanging;
              hanging.wait_minutes = 1;
              EXPECT_TRUE(test::run(bed.device().sync_many(all(), hanging)).empty);
            }),
            0U);
}

TEST_F(LookTest, WhatWasToldIsLookedAt) {
  EXPECT_EQ(ping().status, 1);
  bed.deliver(bed.projects(), "News");
  EXPECT_EQ(estimate(), 1U);
  EXPECT_EQ(ping().folders, std::vector{bed.id("Projects")});
  EXPECT_EQ(sync().collections[bed.id("Projects")].added.size(), 1U);
  sync();  // the new key is proved
  EXPECT_EQ(calls([&] { sync(); }), 0U);
}

TEST_F(LookTest, AfterAGapItIsLookedAt) {
  EXPECT_EQ(ping().status, 1);
  bed.mail().set_watch_authoritative(false);
  bed.deliver(bed.inbox(), "Untold");
  EXPECT_EQ(sync().collections[bed.id("Inbox")].added.size(), 1U);
  bed.deliver(bed.inbox(), "Untold as well");
  bed.mail().add_folder(std::nullopt, "Untold");
  bed.mail().set_watch_authoritative(true);
  EXPECT_EQ(sync().collections[bed.id("Inbox")].added.size(), 1U);
  EXPECT_EQ(ping().status, 7);  // [MS-ASCMD] Status (Ping): the hierarchy has to be synced
  EXPECT_TRUE(test::run(bed.device().folder_sync()).ok());
  EXPECT_EQ(ping().status, 1);
  EXPECT_EQ(calls([&] { EXPECT_EQ(ping().status, 1); }), 0U);
}

TEST_F(LookTest, AFolderMadeElsewhereIsLookedAt) {
  EXPECT_EQ(ping().status, 1);
  bed.mail().add_folder(std::nullopt, "Made");
  EXPECT_EQ(ping().status, 7);
}

TEST_F(LookTest, OwnChangesAreTakenInAndNoNews) {
  EXPECT_EQ(ping().status, 1);
  bed.device().set_read(bed.id("Inbox"), bed.server_id("Inbox", bed.inbox(), 1), true);
  sync();
  EXPECT_EQ(ping().status, 1);
  EXPECT_EQ(calls([&] {
              EXPECT_EQ(ping().status, 1);
              EXPECT_TRUE(sync().empty);
            }),
            0U);
}

TEST_F(LookTest, OwnMovesAreOwedButEndNoPing) {
  const Uid other = bed.deliver(bed.inbox(), "Two");
  sync();
  const auto first = bed.server_id("Inbox", bed.inbox(), 1);
  const auto moved = test::run(bed.device().move(first, bed.id("Inbox"), bed.id("Projects")));
  EXPECT_EQ(moved.move_status, 3);
  bed.device().remove(bed.id("Inbox"), bed.server_id("Inbox", bed.inbox(), other));
  bed.sync("Inbox");
  EXPECT_EQ(ping().status, 1);
  EXPECT_EQ(ping().status, 1);
  bed.deliver(bed.trash(), "Somebody else's");
  EXPECT_EQ(ping().folders, std::vector{bed.id("Trash")});
  auto synced = sync();
  EXPECT_EQ(synced.collections[bed.id("Projects")].added, std::vector{moved.new_id});
  EXPECT_EQ(synced.collections[bed.id("Trash")].added.size(), 2U);
}

TEST_F(LookTest, AFilterMovesOnWithTheDays) {
  client::SyncOptions week;
  week.options = client::mail_options(3, 1, {});  // [MS-ASCMD] FilterType: one week
  EXPECT_TRUE(test::run(bed.device().sync(bed.id("Inbox"), week)).ok());
  EXPECT_EQ(ping().status, 1);
  bed.clock().advance(std::chrono::days(9));
  EXPECT_EQ(ping().folders, std::vector{bed.id("Inbox")});
  EXPECT_EQ(sync().collections[bed.id("Inbox")].soft_deleted.size(), 1U);
}

}  // namespace
}  // namespace godwit::command
