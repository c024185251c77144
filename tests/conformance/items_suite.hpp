/// Every promise of backend/items.hpp, for any backend of collections. A test program includes this
/// once, derives from `ItemsServer`, and instantiates ItemsSuite.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/items.hpp"
#include "run.hpp"

namespace godwit::conformance {

using backend::ItemCollection;

/// What a server cannot do, by name.
struct ItemsQuirks {
  bool any_bytes = true;      // false: it takes vCards only, and may write them in its own way
  bool tells_at_once = true;  // false: a watch finds out by looking
  bool knows_changes = true;  // false: a cursor that is not the present one is stale
  bool notes = true;          // false: it takes no journals
  bool notes_alone = false;   // it has notes and nothing else, and may write them in its own way
};

/// One server with one fresh account: made anew for every test.
class ItemsServer {
 public:
  virtual ~ItemsServer() = default;
  virtual const ItemsQuirks& quirks() const {
    static constexpr ItemsQuirks none;
    return none;
  }
  virtual backend::Items& items() = 0;
  /// Another connection to the same account.
  virtual backend::Items& other() = 0;
  /// Runs to the end; rethrows.
  virtual void run(Task<> work) { test::run_task(std::move(work)); }
  /// Lets time pass until `done()` or about ten seconds; what `done` said last.
  virtual bool wait_until(const std::function<bool()>& done) { return done(); }
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

  template <class T>
  T run(Task<T> work) {
    std::optional<T> out;
    server_->run(test::detail::store_result(std::move(work), out));
    return std::move(*out);
  }
  /// An item that says `words`, as the server takes it.
  std::string item(const std::string& href, const std::string& words) const {
    if (server_->quirks().notes_alone) {
      return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VJOURNAL\r\nUID:" + href +
             "\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:" + words +
             "\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n";
    }
    if (server_->quirks().any_bytes) return words;
    return "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:" + href + "\r\nFN:" + words + "\r\nN:" + words +
           ";;;;\r\nEND:VCARD\r\n";
  }
  bool is_item(const std::string& text, const std::string& href, const std::string& words) const {
    return server_->quirks().any_bytes ? text == item(href, words)
                                       : text.contains(name_of_words() + words + "\r\n");
  }
  std::string name_of_words() const {
    return server_->quirks().notes_alone ? "\r\nSUMMARY:" : "\r\nFN:";
  }
  ItemClass some_class() const {
    return server_->quirks().notes_alone ? ItemClass::notes : ItemClass::contacts;
  }
  FolderRole some_role() const {
    return server_->quirks().notes_alone ? FolderRole::notes : FolderRole::contacts;
  }
  Result<std::string> put_on(backend::Items& where, const std::string& href,
                             const std::string& words, backend::ItemCondition condition) {
    return run(where.put(contacts(), href, item(href, words), std::move(condition)));
  }

  /// Says what went wrong; std::expected does not.
  template <class T>
  static T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return *std::move(result);
  }

  FolderKey find(FolderRole role) {
    for (const auto& collection : run(items().collections())) {
      if (collection.role == role) return collection.key;
    }
    throw std::runtime_error("no such collection");
  }
  const FolderKey& contacts() {
    if (!contacts_) contacts_ = find(some_role());
    return *contacts_;
  }
  std::string put(const std::string& href, const std::string& words) {
    return must(put_on(items(), href, words, {}));
  }
  backend::ItemChanges changes(const std::string& since) {
    return must(run(items().changes(contacts(), since)));
  }

  std::unique_ptr<ItemsServer> server_;
  std::optional<FolderKey> contacts_;
};

TEST_P(ItemsSuite, AnAccountHasOneOfEachClass) {
  std::vector<std::pair<ItemClass, FolderRole>> seen;
  for (const auto& collection : run(items().collections())) {
    EXPECT_TRUE(backend::is_item_key(collection.key.view()));
    EXPECT_FALSE(collection.name.empty());
    if (collection.role != FolderRole::none)
      seen.emplace_back(collection.item_class, collection.role);
  }
  std::ranges::sort(seen);
  std::vector<std::pair<ItemClass, FolderRole>> wanted = {
      {ItemClass::calendar, FolderRole::calendar},
      {ItemClass::contacts, FolderRole::contacts},
      {ItemClass::tasks, FolderRole::tasks},
      {ItemClass::notes, FolderRole::notes}};
  if (!server_->quirks().notes) wanted.pop_back();
  if (server_->quirks().notes_alone) wanted = {{ItemClass::notes, FolderRole::notes}};
  EXPECT_EQ(seen, wanted);
}

TEST_P(ItemsSuite, CollectionsAreMadeRenamedAndRemoved) {
  const ItemClass own = some_class();
  const auto made = must(run(items().create_collection(own, "Club")));
  EXPECT_EQ(run(items().create_collection(own, "Club")).error().code, Errc::conflict);
  const auto calendar = run(items().create_collection(ItemClass::calendar, "Club"));
  EXPECT_EQ(calendar.has_value(), !server_->quirks().notes_alone);
  EXPECT_EQ(run(items().create_collection(own, "")).error().code, Errc::refused);
  EXPECT_EQ(run(items().create_collection(ItemClass::email, "Mail")).error().code, Errc::refused);
  EXPECT_TRUE(run(items().put(made, "a", item("a", "text"), {})));
  const auto before = run(items().collections());
  const auto standard = std::ranges::find(before, some_role(), &ItemCollection::role);
  ASSERT_NE(standard, before.end());
  EXPECT_EQ(run(items().rename_collection(made, standard->name)).error().code, Errc::conflict);
  EXPECT_TRUE(run(items().rename_collection(made, "Team")));
  const auto all = run(other().collections());
  const auto renamed = std::ranges::find(all, "Team", &ItemCollection::name);
  ASSERT_NE(renamed, all.end());
  EXPECT_EQ(renamed->key, made);
  EXPECT_TRUE(run(items().delete_collection(renamed->key)));
  EXPECT_EQ(run(items().delete_collection(made)).error().code, Errc::not_found);
  EXPECT_EQ(run(items().changes(made, "")).error().code, Errc::not_found);
  EXPECT_EQ(run(items().delete_collection(contacts())).error().code, Errc::refused);
}

TEST_P(ItemsSuite, TextsAreKeptByteForByte) {
  if (!server_->quirks().any_bytes) GTEST_SKIP() << "takes vCards only";
  std::string text = "BEGIN:VCARD\r\nX:\xFF";
  text += '\0';
  text += std::string(100'000, 'a') + "\nEND:VCARD\r\n";
  const auto etag = must(put_on(items(), "a.vcf", text, {}));
  const auto read = must(run(other().fetch(contacts(), {"none", "a.vcf"})));
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].text, text);
  EXPECT_EQ(read[0].etag, etag);
  EXPECT_EQ(
      run(items().put(contacts(), "b", std::string(backend::item_text_bytes_max + 1, 'a'), {}))
          .error()
          .code,
      Errc::too_large);
}

TEST_P(ItemsSuite, EventsAreFoundByTheirUid) {
  if (server_->quirks().notes_alone) GTEST_SKIP() << "has no calendar";
  const FolderKey calendar = find(FolderRole::calendar);
  const auto event = [](const std::string& uid) {
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:" + uid +
           "\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260102T100000Z\r\n"
           "DTEND:20260102T110000Z\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
  };
  EXPECT_TRUE(run(items().put(calendar, "first", event("one & <other>"), {})));
  EXPECT_TRUE(run(items().put(calendar, "second", event("another"), {})));
  const auto found = must(run(other().find_uid(calendar, "one & <other>")));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].href, "first");
  EXPECT_TRUE(found[0].text.contains("one & <other>"));
  const auto again = must(run(other().fetch(calendar, {"first"})));
  EXPECT_EQ(found[0].etag, again.at(0).etag);
  EXPECT_TRUE(must(run(other().find_uid(calendar, "nobody-has-this"))).empty());
  EXPECT_TRUE(run(items().remove(calendar, "first", std::nullopt)));
  EXPECT_TRUE(must(run(items().find_uid(calendar, "one & <other>"))).empty());
}

TEST_P(ItemsSuite, WritesHappenOnConditionOnly) {
  const auto first = put("a", "one");
  EXPECT_EQ(put_on(items(), "a", "two", {}).error().code, Errc::conflict);
  const auto second = must(put_on(items(), "a", "two", {first}));
  EXPECT_NE(first, second);
  EXPECT_EQ(put_on(items(), "a", "three", {first}).error().code, Errc::conflict);
  EXPECT_EQ(put_on(items(), "none", "three", {first}).error().code, Errc::conflict);
  EXPECT_EQ(run(items().remove(contacts(), "a", first)).error().code, Errc::conflict);
  const auto read = must(run(items().fetch(contacts(), {"a"})));
  ASSERT_EQ(read.size(), 1U);
  EXPECT_TRUE(is_item(read[0].text, "a", "two")) << read[0].text;
  EXPECT_EQ(read[0].etag, second);
  EXPECT_TRUE(run(items().remove(contacts(), "a", second)));
  EXPECT_TRUE(run(items().remove(contacts(), "a", second)));  // gone already
  EXPECT_TRUE(must(run(items().fetch(contacts(), {"a"}))).empty());
}

TEST_P(ItemsSuite, ChangesTellWhatIsNewSinceACursor) {
  put("a", "one");
  const auto b = put("b", "one");
  const auto first = changes("");
  EXPECT_EQ(first.changed.size(), 2U);
  EXPECT_EQ(must(run(items().cursor(contacts()))), first.cursor);
  const auto changed = must(put_on(other(), "b", "two", {b}));
  put("c", "one");
  EXPECT_TRUE(run(other().remove(contacts(), "a", std::nullopt)));
  if (!server_->quirks().knows_changes) {
    EXPECT_EQ(run(items().changes(contacts(), first.cursor)).error().code, Errc::stale);
    const auto all = changes("");
    EXPECT_EQ(all.changed.size(), 2U);
    EXPECT_TRUE(changes(all.cursor).changed.empty());
    return;
  }
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
  EXPECT_EQ(run(items().changes(contacts(), "nonsense")).error().code, Errc::stale);
  EXPECT_EQ(run(items().changes(contacts(), cursor + "9")).error().code, Errc::stale);
}

TEST_P(ItemsSuite, AWatchTellsAtOnce) {
  if (!server_->quirks().tells_at_once) GTEST_SKIP() << "finds out by looking";
  const FolderKey key = contacts();
  ItemsRecorder recorder;
  using Kind = backend::ChangeListener::Kind;
  const auto watch = items().watch(recorder);
  EXPECT_TRUE(watch->authoritative());
  const auto etag = must(put_on(other(), "a", "one", {}));
  EXPECT_TRUE(put_on(other(), "a", "two", {etag}));
  EXPECT_TRUE(run(other().remove(key, "a", std::nullopt)));
  EXPECT_TRUE(run(other().remove(key, "a", std::nullopt)));  // nothing happened
  EXPECT_EQ(recorder.told,
            (std::vector<std::pair<std::string, Kind>>(3, {key.str(), Kind::added})));
  recorder.told.clear();
  EXPECT_TRUE(run(other().create_collection(ItemClass::tasks, "More")));
  EXPECT_EQ(recorder.told, (std::vector<std::pair<std::string, Kind>>{{"", Kind::hierarchy}}));
}

TEST_P(ItemsSuite, AWatchFindsWhatOthersDid) {
  if (server_->quirks().tells_at_once) GTEST_SKIP() << "tells at once";
  ItemsRecorder recorder;
  using Kind = backend::ChangeListener::Kind;
  const FolderKey key = contacts();
  const auto watch = items().watch(recorder);
  const auto was_told = [&](const std::string& what, Kind kind) {
    const bool told = server_->wait_until(
        [&] { return std::ranges::count(recorder.told, std::pair(what, kind)) > 0; });
    recorder.told.clear();
    return told;
  };
  // Who waits has looked before.
  EXPECT_TRUE(run(items().cursor(key)));
  recorder.told.clear();
  const auto etag = must(put_on(other(), "a", "one", {}));
  EXPECT_TRUE(was_told(key.str(), Kind::added));
  EXPECT_TRUE(put_on(other(), "a", "two", {etag}));
  EXPECT_TRUE(was_told(key.str(), Kind::added));
  EXPECT_TRUE(run(other().remove(key, "a", std::nullopt)));
  EXPECT_TRUE(was_told(key.str(), Kind::added));
  EXPECT_TRUE(run(other().create_collection(some_class(), "More")));
  EXPECT_TRUE(was_told("", Kind::hierarchy));
}

}  // namespace godwit::conformance
