/// Every promise of backend/items.hpp, for any backend of collections. A test program includes this
/// once, derives from `ItemsServer`, and instantiates ItemsSuite.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backend/items.hpp"
#include "run.hpp"

namespace godwit::conformance {

/// One server with one fresh account: made anew for every test.
class ItemsServer {
 public:
  virtual ~ItemsServer() = default;
  virtual backend::Items& items() = 0;
  /// Another connection to the same account.
  virtual backend::Items& other() = 0;
};
using MakeItemsServer = std::unique_ptr<ItemsServer> (*)();

class ItemsRecorder final : public backend::ChangeListener {
 public:
  void changed(const UserId&, const std::optional<FolderKey>& folder, Kind kind) override {
    told.emplace_back(folder ? folder->str() : std::string(), kind);
  }
  std::vector<std::pair<std::string, Kind>> told;
};

class ItemsSuite : public testing::TestWithParam<MakeItemsServer> {
 protected:
  ItemsSuite() : server_(GetParam()()) {}
  backend::Items& items() { return server_->items(); }
  backend::Items& other() { return server_->other(); }

  FolderKey find(FolderRole role) {
    for (const auto& collection : test::run(items().collections())) {
      if (collection.role == role) return collection.key;
    }
    throw std::runtime_error("no such collection");
  }
  FolderKey contacts() { return find(FolderRole::contacts); }
  std::string put(const std::string& href, const std::string& text) {
    return test::run(items().put(contacts(), href, text, {})).value();
  }
  backend::ItemChanges changes(const std::string& since) {
    return test::run(items().changes(contacts(), since)).value();
  }

  std::unique_ptr<ItemsServer> server_;
};

TEST_P(ItemsSuite, AnAccountHasOneOfEachClass) {
  std::vector<std::pair<ItemClass, FolderRole>> seen;
  for (const auto& collection : test::run(items().collections())) {
    EXPECT_TRUE(backend::is_item_key(collection.key.view()));
    EXPECT_FALSE(collection.name.empty());
    if (collection.role != FolderRole::none)
      seen.emplace_back(collection.item_class, collection.role);
  }
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (std::vector<std::pair<ItemClass, FolderRole>>{
                      {ItemClass::calendar, FolderRole::calendar},
                      {ItemClass::contacts, FolderRole::contacts},
                      {ItemClass::tasks, FolderRole::tasks},
                      {ItemClass::notes, FolderRole::notes}}));
}

TEST_P(ItemsSuite, CollectionsAreMadeRenamedAndRemoved) {
  const auto made = test::run(items().create_collection(ItemClass::contacts, "Club")).value();
  EXPECT_EQ(test::run(items().create_collection(ItemClass::contacts, "Club")).error().code,
            Errc::conflict);
  EXPECT_TRUE(test::run(items().create_collection(ItemClass::notes, "Club")));
  EXPECT_EQ(test::run(items().create_collection(ItemClass::contacts, "")).error().code,
            Errc::refused);
  EXPECT_EQ(test::run(items().create_collection(ItemClass::email, "Mail")).error().code,
            Errc::refused);
  EXPECT_TRUE(test::run(items().put(made, "a", "text", {})));
  EXPECT_EQ(test::run(items().rename_collection(made, "Contacts")).error().code, Errc::conflict);
  EXPECT_TRUE(test::run(items().rename_collection(made, "Team")));
  const auto all = test::run(other().collections());
  EXPECT_TRUE(std::ranges::any_of(
      all, [&](const auto& each) { return each.key == made && each.name == "Team"; }));
  EXPECT_TRUE(test::run(items().delete_collection(made)));
  EXPECT_EQ(test::run(items().delete_collection(made)).error().code, Errc::not_found);
  EXPECT_EQ(test::run(items().changes(made, "")).error().code, Errc::not_found);
  EXPECT_EQ(test::run(items().delete_collection(contacts())).error().code, Errc::refused);
}

TEST_P(ItemsSuite, TextsAreKeptByteForByte) {
  std::string text = "BEGIN:VCARD\r\nX:\xFF";
  text += '\0';
  text += std::string(100'000, 'a') + "\nEND:VCARD\r\n";
  const auto etag = put("a.vcf", text);
  const auto read = test::run(other().fetch(contacts(), {"none", "a.vcf"})).value();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].text, text);
  EXPECT_EQ(read[0].etag, etag);
  EXPECT_EQ(test::run(items().put(contacts(), "b",
                                  std::string(backend::item_text_bytes_max + 1, 'a'), {}))
                .error()
                .code,
            Errc::too_large);
}

TEST_P(ItemsSuite, WritesHappenOnConditionOnly) {
  const auto first = put("a", "one");
  EXPECT_EQ(test::run(items().put(contacts(), "a", "two", {})).error().code, Errc::conflict);
  const auto second = test::run(items().put(contacts(), "a", "two", {first})).value();
  EXPECT_NE(first, second);
  EXPECT_EQ(test::run(items().put(contacts(), "a", "three", {first})).error().code, Errc::conflict);
  EXPECT_EQ(test::run(items().put(contacts(), "none", "three", {first})).error().code,
            Errc::conflict);
  EXPECT_EQ(test::run(items().remove(contacts(), "a", first)).error().code, Errc::conflict);
  EXPECT_EQ(test::run(items().fetch(contacts(), {"a"})).value().at(0).text, "two");
  EXPECT_TRUE(test::run(items().remove(contacts(), "a", second)));
  EXPECT_TRUE(test::run(items().remove(contacts(), "a", second)));  // gone already
  EXPECT_TRUE(test::run(items().fetch(contacts(), {"a"})).value().empty());
}

TEST_P(ItemsSuite, ChangesTellWhatIsNewSinceACursor) {
  put("a", "one");
  const auto b = put("b", "one");
  const auto first = changes("");
  EXPECT_EQ(first.changed.size(), 2U);
  EXPECT_EQ(test::run(items().cursor(contacts())).value(), first.cursor);
  const auto changed = test::run(other().put(contacts(), "b", "two", {b})).value();
  put("c", "one");
  EXPECT_TRUE(test::run(other().remove(contacts(), "a", std::nullopt)));
  const auto then = changes(first.cursor);
  EXPECT_EQ(then.removed, (std::vector<std::string>{"a"}));
  ASSERT_EQ(then.changed.size(), 2U);
  EXPECT_TRUE(std::ranges::find(then.changed, backend::ItemTag{"b", changed}) !=
              then.changed.end());
  EXPECT_EQ(changes(then.cursor).cursor, then.cursor);
  EXPECT_TRUE(changes(then.cursor).changed.empty());
  EXPECT_TRUE(changes("").removed.empty());
  // What was removed may come again under its name.
  put("a", "new");
  EXPECT_EQ(changes(then.cursor).changed.at(0).href, "a");
}

TEST_P(ItemsSuite, AForeignCursorIsStale) {
  const auto cursor = changes("").cursor;
  EXPECT_EQ(test::run(items().changes(contacts(), "nonsense")).error().code, Errc::stale);
  EXPECT_EQ(test::run(items().changes(contacts(), cursor + "9")).error().code, Errc::stale);
}

TEST_P(ItemsSuite, AWatchTellsAtOnce) {
  const FolderKey key = contacts();
  ItemsRecorder recorder;
  using Kind = backend::ChangeListener::Kind;
  const auto watch = items().watch(recorder);
  EXPECT_TRUE(watch->authoritative());
  const auto etag = test::run(other().put(key, "a", "one", {})).value();
  EXPECT_TRUE(test::run(other().put(key, "a", "two", {etag})));
  EXPECT_TRUE(test::run(other().remove(key, "a", std::nullopt)));
  EXPECT_TRUE(test::run(other().remove(key, "a", std::nullopt)));  // nothing happened
  EXPECT_EQ(recorder.told,
            (std::vector<std::pair<std::string, Kind>>(3, {key.str(), Kind::added})));
  recorder.told.clear();
  EXPECT_TRUE(test::run(other().create_collection(ItemClass::tasks, "More")));
  EXPECT_EQ(recorder.told, (std::vector<std::pair<std::string, Kind>>{{"", Kind::hierarchy}}));
}

}  // namespace godwit::conformance
