#include "sync/item_state.hpp"

#include <gtest/gtest.h>

#include "backend/memory/memory_items.hpp"
#include "run.hpp"

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
  void refreshed() { ASSERT_TRUE(test::run(refresh(*items, key, state))); }
  /// As after an answer that was acknowledged.
  void hold_all() {
    for (auto& [href, entry] : state.items) entry.status = Status::held;
  }

  std::shared_ptr<backend::MemoryItems> items =
      std::make_shared<backend::MemoryItems>(UserId::parse("ada@example.com").value());
  FolderKey key = items->find(FolderRole::contacts);
  ItemState state;
};

TEST_F(ItemStateTest, FollowsTheCollection) {
  put("a", "one");
  put("b", "one");
  refreshed();
  EXPECT_EQ(hrefs_of(state, Status::todo, 9), (std::vector<std::string>{"a", "b"}));
  remove("b");
  refreshed();
  EXPECT_EQ(hrefs_of(state, Status::todo, 9), (std::vector<std::string>{"a"}));
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

TEST_F(ItemStateTest, IsPackedWhole) {
  put("a", "one");
  refreshed();
  state.items.at("a").digests = std::string("\0\1", 2);
  state.supported = {{1, 5}, {12, 7}};
  EXPECT_EQ(unpack_item_state(pack(state)).value(), state);
  EXPECT_FALSE(unpack_item_state(pack(state) + "x"));
  EXPECT_FALSE(unpack_item_state(""));
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
