/// A collection that another user shares, on any server: what may be done in it. `get` runs a task
/// to its end and gives what it gives.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "backend/items.hpp"

namespace godwit::conformance {

inline const std::string shared_event =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nBEGIN:VEVENT\r\nUID:one\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nDTEND:20260105T100000Z\r\n"
    "SUMMARY:Plan\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// Whoever may write in it may not rename or remove it.
template <class Get>
void expect_not_ours(Get get, backend::Items& items, const FolderKey& shared) {
  const auto renamed = get(items.rename_collection(shared, "Mine"));
  ASSERT_FALSE(renamed);
  EXPECT_EQ(renamed.error().code, Errc::refused);
  const auto removed = get(items.delete_collection(shared));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, Errc::refused);
}

/// It holds one item, which can be read and not be changed.
template <class Get>
void expect_read_only(Get get, backend::Items& items, const FolderKey& shared) {
  const auto there = get(items.changes(shared, ""));
  ASSERT_TRUE(there) << there.error().message;
  ASSERT_EQ(there->changed.size(), 1U);
  const auto text = get(items.fetch(shared, {there->changed.front().href}));
  ASSERT_TRUE(text);
  ASSERT_EQ(text->size(), 1U);
  EXPECT_NE(text->front().text.find("SUMMARY:Plan"), std::string::npos);
  const auto refuses = [](const auto& result) {
    return !result && result.error().code == Errc::refused;
  };
  const std::string href = text->front().href;
  EXPECT_TRUE(refuses(get(items.put(shared, "new", shared_event, {}))));
  EXPECT_TRUE(refuses(get(items.put(shared, href, shared_event, {text->front().etag}))));
  EXPECT_TRUE(refuses(get(items.remove(shared, href, std::nullopt))));
  expect_not_ours(get, items, shared);
  EXPECT_EQ(get(items.changes(shared, there->cursor)).value().changed.size(), 0U);
}

/// It holds one item. `count`: how many its owner sees in it.
template <class Get, class Count>
void expect_writable(Get get, backend::Items& items, const FolderKey& shared, Count count) {
  std::string other = shared_event;
  other.replace(other.find("UID:one"), 7, "UID:two");
  const auto etag = get(items.put(shared, "two", other, {}));
  ASSERT_TRUE(etag) << etag.error().message;
  EXPECT_EQ(count(), 2U);
  expect_not_ours(get, items, shared);
  EXPECT_TRUE(get(items.remove(shared, "two", std::nullopt)));
  EXPECT_EQ(count(), 1U);
}

}  // namespace godwit::conformance
