#include "app/directory_folder.hpp"

#include <gtest/gtest.h>

#include "base/fault.hpp"
#include "convert/vcard.hpp"
#include "run.hpp"

namespace godwit::app {
namespace {

class SomeList final : public backend::DirectoryList {
 public:
  std::vector<backend::DirectoryEntry> people;
  bool down = false;
  int looks = 0;
  Task<std::vector<backend::DirectoryEntry>> everybody(std::size_t) override {
    ++looks;
    if (down) throw Fault(Fault::Kind::unavailable, "down");
    co_return people;
  }
};

struct Told final : backend::ChangeListener {
  int times = 0;
  void changed(const UserId&, const std::optional<FolderKey>&, Kind) override { ++times; }
};

struct DirectoryFolderTest : testing::Test {
  DirectoryFolderTest() {
    config.directory.folder = true;
    list.people = {person("1", "Ada Lovelace", "ada@example.org"),
                   person("2", "Bob", "bob@example.org")};
    open();
  }
  static backend::DirectoryEntry person(const std::string& id, const std::string& name,
                                        const std::string& address) {
    backend::DirectoryEntry entry;
    entry.id = id;
    entry.display_name = name;
    entry.address = address;
    return entry;
  }
  void open() {
    folder = make_directory_folder(&list, config, clock, random);
    items = folder->open_items({.user = UserId::parse("ann").value(),
                                .login = {},
                                .password = {},
                                .display_name = {},
                                .addresses = {}});
    shown = test::run(items->collections()).at(0);
  }
  backend::ItemChanges changes(const std::string& since) {
    return test::run(items->changes(shown->key, since)).value();
  }
  void later() { clock.advance(std::chrono::minutes(config.directory.folder_minutes)); }

  Config config;
  ManualClock clock;
  SeededRandom random{1};
  SomeList list;
  std::unique_ptr<DirectoryFolder> folder;
  std::shared_ptr<backend::Items> items;
  std::optional<backend::ItemCollection> shown;
};

TEST_F(DirectoryFolderTest, EverybodyIsACard) {
  EXPECT_TRUE(shown->read_only);
  EXPECT_EQ("Directory", shown->name);
  const auto all = changes("");
  ASSERT_EQ(2U, all.changed.size());
  const auto texts =
      test::run(items->fetch(shown->key, {all.changed[0].href, "nobody.vcf", all.changed[1].href}))
          .value();
  ASSERT_EQ(2U, texts.size());
  const std::string both = texts[0].text + texts[1].text;
  for (const char* text : {"Ada Lovelace", "ada@example.org", "bob@example.org"}) {
    EXPECT_TRUE(both.contains(text)) << both;
  }
  EXPECT_TRUE(convert::read_contact(texts[0].text));
}

TEST_F(DirectoryFolderTest, ASyncCostsItsChange) {
  const auto first = changes("");
  EXPECT_TRUE(changes(first.cursor).changed.empty());
  EXPECT_EQ(1, list.looks);
  list.people[0].title = "Countess";
  list.people.pop_back();
  list.people.push_back(person("3", "Eve", "eve@example.org"));
  EXPECT_EQ(first.cursor, changes(first.cursor).cursor);
  later();
  const auto next = changes(first.cursor);
  EXPECT_EQ(2U, next.changed.size());
  EXPECT_EQ(1U, next.removed.size());
  EXPECT_EQ(next.cursor, test::run(items->cursor(shown->key)).value());
  EXPECT_TRUE(changes(next.cursor).changed.empty());
  EXPECT_EQ(2U, changes("").changed.size());
  EXPECT_TRUE(changes("").removed.empty());
  EXPECT_EQ(2, list.looks);
}

TEST_F(DirectoryFolderTest, CursorsOfOthersAreStale) {
  const std::string cursor = changes("").cursor;
  open();
  for (const std::string& since : {cursor, std::string("x"), std::string("x:1"), cursor + "9"}) {
    const auto got = test::run(items->changes(shown->key, since));
    EXPECT_EQ(Errc::stale, got.error().code) << since;
  }
}

TEST_F(DirectoryFolderTest, NothingCanBeWritten) {
  const auto code = [](auto done) { return done.error().code; };
  const std::string href = changes("").changed.at(0).href;
  EXPECT_EQ(Errc::refused, code(test::run(items->put(shown->key, href, "x", {}))));
  EXPECT_EQ(Errc::refused, code(test::run(items->remove(shown->key, href, std::nullopt))));
  EXPECT_EQ(Errc::refused, code(test::run(items->rename_collection(shown->key, "x"))));
  EXPECT_EQ(Errc::refused, code(test::run(items->delete_collection(shown->key))));
  EXPECT_EQ(Errc::refused, code(test::run(items->create_collection(ItemClass::contacts, "x"))));
  const auto other = FolderKey::parse("//other").value();
  EXPECT_EQ(Errc::not_found, code(test::run(items->cursor(other))));
  EXPECT_EQ(Errc::not_found, code(test::run(items->put(other, href, "x", {}))));
}

TEST_F(DirectoryFolderTest, WhoWaitsIsToldAndADirectoryThatIsDownLosesNobody) {
  Told told;
  const auto first = changes("");
  auto watch = items->watch(told);
  EXPECT_TRUE(watch->authoritative());
  list.people.pop_back();
  later();
  changes(first.cursor);
  EXPECT_EQ(1, told.times);
  list.down = true;
  later();
  EXPECT_TRUE(changes(first.cursor).changed.empty());
  EXPECT_EQ(1U, changes("").changed.size());
  EXPECT_EQ(1, told.times);
  watch.reset();
  open();
  EXPECT_THROW(changes(""), Fault);
}

TEST_F(DirectoryFolderTest, IsThereWhenItIsAskedFor) {
  config.directory.folder = false;
  EXPECT_EQ(nullptr, make_directory_folder(&list, config, clock, random));
  config.directory.folder = true;
  EXPECT_EQ(nullptr, make_directory_folder(nullptr, config, clock, random));
}

}  // namespace
}  // namespace godwit::app
