#include "sync/item_state.hpp"

#include <gtest/gtest.h>

#include "backend/memory/memory_items.hpp"
#include "run.hpp"
#include "store/memory/memory_store.hpp"
#include "sync/item_chunks.hpp"

namespace godwit::sync {
namespace {

using Status = ItemEntry::Status;

struct ItemStateTest : testing::Test {
  std::string put(const std::string& href, const std::string& text) {
    const auto there = test::run(items->fetch(key, {href})).value();
    std::optional<std::string> etag;
    if (!there.empty()) etag = there.front().etag;
    return test::run(items->put(key, href, text, {etag})).value();
  }
  void remove(const std::string& href) {
    ASSERT_TRUE(test::run(items->remove(key, href, std::nullopt)));
  }
  void refreshed(ItemDay floor = item_day_first) {
    ASSERT_TRUE(test::run(chunks.refresh(*items, key, state, floor)));
  }
  std::vector<std::string> hrefs(Status status, std::size_t limit = 9) {
    return test::run(chunks.find(state, status, limit));
  }
  /// As the next request finds it; what was written meanwhile.
  std::vector<store::Write> stored() {
    auto writes = chunks.save(state);
    EXPECT_TRUE(test::run(store.commit(writes)));
    state = unpack_item_state(pack(state)).value();
    return writes;
  }
  /// As after an answer that was acknowledged.
  void hold_all() {
    for (auto& [href, entry] : state.items) entry.status = Status::held;
  }

  std::shared_ptr<backend::MemoryItems> items =
      std::make_shared<backend::MemoryItems>(UserId::parse("ada@example.com").value());
  FolderKey key = items->find(FolderRole::contacts);
  store::MemoryStore store;
  ItemChunks chunks{store, "ada@example.com", "phone/7"};
  ItemState state;
};

TEST_F(ItemStateTest, FollowsTheCollection) {
  put("a", "one");
  put("b", "one");
  refreshed();
  EXPECT_EQ(hrefs(Status::todo), (std::vector<std::string>{"a", "b"}));
  remove("b");
  refreshed();
  EXPECT_EQ(hrefs(Status::todo), (std::vector<std::string>{"a"}));
  hold_all();
  put("a", "two");
  refreshed();
  EXPECT_EQ(state.items.at("a").status, Status::dirty);
  remove("a");
  refreshed();
  EXPECT_EQ(state.items.at("a").status, Status::gone);
  put("a", "again");
  refreshed();
  EXPECT_EQ(state.items.at("a").status, Status::dirty);
}

TEST_F(ItemStateTest, TheDevicesOwnWritingIsNoNews) {
  put("a", "one");
  refreshed();
  hold_all();
  state.items.at("a").etag = put("a", "two");
  refreshed();
  EXPECT_FALSE(state.pending());
}

TEST_F(ItemStateTest, AStaleCursorCostsAListingAndNothingElse) {
  put("a", "one");
  put("b", "one");
  put("c", "one");
  refreshed();
  hold_all();
  remove("a");
  put("b", "two");
  items->forget_cursors();
  refreshed();
  EXPECT_EQ(state.items.at("a").status, Status::gone);
  EXPECT_EQ(state.items.at("b").status, Status::dirty);
  EXPECT_EQ(state.items.at("c").status, Status::held);
}

TEST_F(ItemStateTest, WhatWasSetAsideIsTriedAgainWhenItChanges) {
  put("a", "one");
  refreshed();
  state.items.at("a").status = Status::aside;
  refreshed();
  EXPECT_FALSE(state.pending());
  put("a", "two");
  refreshed();
  EXPECT_EQ(state.items.at("a").status, Status::todo);
}

TEST_F(ItemStateTest, IsKeptWhole) {
  put("a", "one");
  refreshed();
  state.items.at("a").digests = std::string("\0\1", 2);
  state.items.at("a").lasts = -3;
  state.supported = {{1, 5}, {12, 7}};
  state.filter_type = 4;
  state.again = {"1:aa", "1:bb"};
  state.leave = {"1:cc"};
  const auto before = state.items;
  const auto supported = state.supported;
  stored();
  EXPECT_TRUE(state.items.empty());
  EXPECT_EQ(state.size(), 1U);
  EXPECT_EQ(state.count(Status::todo), 1U);
  EXPECT_EQ(hrefs(Status::todo), (std::vector<std::string>{"a"}));
  EXPECT_EQ(state.items, before);
  EXPECT_EQ(state.supported, supported);
  EXPECT_EQ(state.filter_type, 4);
  EXPECT_EQ(state.again.size(), 2U);
  EXPECT_EQ(state.leave.size(), 1U);
  EXPECT_EQ(state.count_pending(), 4U);
  EXPECT_FALSE(unpack_item_state(pack(state) + "x"));
  EXPECT_FALSE(unpack_item_state(""));
}

TEST(ItemStates, OneFromBeforeRepairsIsRead) {
  ItemState state;
  state.started = true;
  state.cursor = "here";
  std::string bytes = pack(state);
  ASSERT_EQ(bytes.front(), '\x03');
  bytes.front() = '\x02';
  bytes.resize(bytes.size() - 2);
  EXPECT_EQ(unpack_item_state(bytes).value(), state);
}

TEST_F(ItemStateTest, AChangeWritesItsChunkAlone) {
  constexpr int count = 3'000;
  for (int i = 0; i < count; ++i) put("item" + std::to_string(i), "one");
  refreshed();
  hold_all();
  const auto all = stored();
  EXPECT_EQ(state.chunks.size(), 64U);
  EXPECT_EQ(all.size(), 64U);
  EXPECT_FALSE(state.pending());
  put("item7", "two");
  refreshed();
  EXPECT_LT(state.items.size(), 200U);
  EXPECT_EQ(stored().size(), 1U);
  EXPECT_EQ(state.count(Status::dirty), 1U);
  EXPECT_EQ(state.count(Status::held), std::size_t{count - 1});
  EXPECT_EQ(hrefs(Status::dirty), (std::vector<std::string>{"item7"}));
}

TEST_F(ItemStateTest, GrowsWithItsItems) {
  put("first", "one");
  refreshed();
  hold_all();
  stored();
  EXPECT_EQ(state.chunks.size(), 1U);
  for (int i = 0; i < 1'000; ++i) put("item" + std::to_string(i), "one");
  refreshed();
  EXPECT_GT(state.chunks.size(), 8U);
  stored();
  EXPECT_EQ(state.size(), 1'001U);
  EXPECT_EQ(hrefs(Status::held), (std::vector<std::string>{"first"}));
}

TEST_F(ItemStateTest, TheGenerationBeforeKeepsItsChunks) {
  put("a", "one");
  refreshed();
  stored();
  Relationship before;
  before.acknowledged_state = pack(state);
  hrefs(Status::todo);
  hold_all();
  stored();
  Relationship after = before;
  after.offered_state = pack(state);
  EXPECT_TRUE(chunks.collect(before, after).empty());
  state = unpack_item_state(after.acknowledged_state).value();
  EXPECT_EQ(hrefs(Status::todo), (std::vector<std::string>{"a"}));
  // Acknowledged: the first one has no use any more.
  Relationship acknowledged;
  acknowledged.acknowledged_state = after.offered_state;
  const auto unused = chunks.collect(after, acknowledged);
  ASSERT_EQ(unused.size(), 1U);
  EXPECT_EQ(unused.front().key.name, "phone/7/1");
  EXPECT_EQ(test::run(chunks.clear()).size(), 2U);
}

TEST_F(ItemStateTest, AChunkThatIsLostIsNotTakenForEmpty) {
  put("a", "one");
  refreshed();
  stored();
  ASSERT_TRUE(test::run(store.commit(test::run(chunks.clear()))));
  EXPECT_FALSE(chunks.lost());
  hrefs(Status::todo);
  EXPECT_TRUE(chunks.lost());
}

TEST_F(ItemStateTest, TheWindowMovesOverItems) {
  put("old", "one");
  put("new", "one");
  refreshed();
  state.items.at("old") = {.status = Status::held, .etag = "1", .lasts = 10};
  state.items.at("new") = {.status = Status::held, .etag = "2", .lasts = 20};
  stored();
  refreshed(11);
  EXPECT_EQ(hrefs(Status::soft), (std::vector<std::string>{"old"}));
  EXPECT_EQ(hrefs(Status::held), (std::vector<std::string>{"new"}));
  state.items.at("old").status = Status::outside;
  stored();
  refreshed(5);
  EXPECT_EQ(hrefs(Status::todo), (std::vector<std::string>{"old"}));
  EXPECT_EQ(hrefs(Status::held), (std::vector<std::string>{"new"}));
}

TEST_F(ItemStateTest, IdsAreShortAndOfTheirCollection) {
  const std::string href(backend::href_bytes_max, 'x');
  state.items[href].status = Status::held;
  const auto id = format_item_id("123456", href);
  EXPECT_LE(id.size(), 64U);
  ASSERT_NE(find_href(state, "123456", id), nullptr);
  EXPECT_EQ(find_href(state, "7", id), nullptr);
}

}  // namespace
}  // namespace godwit::sync
