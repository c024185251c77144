#include <algorithm>

#include "backend/local/removed_items.hpp"
#include "backend/local/testing.hpp"
#include "conformance/items_suite.hpp"
#include "sqlite/database.hpp"

namespace godwit::conformance {
namespace {

using backend::local::LocalFixture;

class LocalItemsUnderTest final : public ItemsServer {
 public:
  backend::Items& items() override { return *items_; }
  backend::Items& other() override { return *other_; }

 private:
  LocalFixture fixture_;
  backend::Account account_ = fixture_.add_user("ada@example.com");
  std::shared_ptr<backend::Items> items_ = fixture_.store().open_items(account_);
  std::shared_ptr<backend::Items> other_ = fixture_.store().open_items(account_);
};

std::unique_ptr<ItemsServer> make_local() { return std::make_unique<LocalItemsUnderTest>(); }

INSTANTIATE_TEST_SUITE_P(Local, ItemsSuite, testing::Values(&make_local));

TEST(LocalItems, CursorsOfARestoredStoreAreStale) {
  LocalFixture fixture;
  const auto account = fixture.add_user("ada@example.com");
  const auto key = test::run(fixture.store().open_items(account)->collections()).at(0).key;
  const auto cursor = test::run(fixture.store().open_items(account)->cursor(key)).value();
  {
    sqlite::Database database(
        sqlite::OpenOptions{.path = fixture.options().folder + "/mail.sqlite"});
    database.run("INSERT INTO meta (name, value) VALUES ('restored', 1)");
  }
  fixture.reopen();
  const auto items = fixture.store().open_items(account);
  EXPECT_EQ(test::run(items->changes(key, cursor)).error().code, Errc::stale);
}

TEST(LocalItems, WhatWasRemovedCanBePutBackForAWhile) {
  LocalFixture fixture;
  const auto account = fixture.add_user("ada@example.com");
  fixture.add_user("bob@example.com");
  const auto items = fixture.store().open_items(account);
  const auto all = test::run(items->collections());
  const auto calendar =
      std::ranges::find(all, FolderRole::calendar, &backend::ItemCollection::role)->key;
  const std::string text =
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY;LANGUAGE=en:Team\r\nEND:VEVENT\r\n"
      "END:VCALENDAR\r\n";
  const auto remove = [&](const std::string& href) {
    EXPECT_TRUE(test::run(items->put(calendar, href, text, {})));
    EXPECT_TRUE(test::run(items->remove(calendar, href, std::nullopt)));
  };
  remove("a");
  backend::LocalRemovedItems removed(fixture.store());
  auto shown = test::run(removed.list("Ada@example.com")).value();
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].title, "Team");
  EXPECT_EQ(shown[0].folder, "Calendar");
  EXPECT_EQ(shown[0].item_class, ItemClass::calendar);
  EXPECT_EQ(test::run(removed.restore("bob@example.com", shown[0].number)).error().code,
            Errc::not_found);
  const auto cursor = test::run(items->cursor(calendar)).value();
  EXPECT_TRUE(test::run(removed.restore("ada@example.com", shown[0].number)));
  EXPECT_EQ(test::run(items->fetch(calendar, {"a"})).value().at(0).text, text);
  // A device learns of it as of any other.
  EXPECT_EQ(test::run(items->changes(calendar, cursor)).value().changed.size(), 1U);
  EXPECT_TRUE(test::run(removed.list("ada@example.com")).value().empty());
  // What has its name by now stays.
  EXPECT_TRUE(test::run(items->remove(calendar, "a", std::nullopt)));
  EXPECT_TRUE(test::run(items->put(calendar, "a", text, {})));
  shown = test::run(removed.list("ada@example.com")).value();
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(test::run(removed.restore("ada@example.com", shown[0].number)).error().code,
            Errc::conflict);
  // Thirty days, and a thousand of one folder.
  fixture.clock().advance(std::chrono::days(31));
  remove("b");
  EXPECT_EQ(test::run(removed.list("ada@example.com")).value().size(), 1U);
  for (int i = 0; i < 1'000; ++i) remove("c" + std::to_string(i));
  shown = test::run(removed.list("ada@example.com")).value();
  EXPECT_EQ(shown.size(), 1'000U);
  sqlite::Database database(sqlite::OpenOptions{.path = fixture.options().folder + "/mail.sqlite"});
  auto row = database.query("SELECT count(*), min(href) FROM removed_item");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 1'000);
  EXPECT_EQ(row.text(1), "c0");
  EXPECT_EQ(test::run(removed.list("nobody@example.com")).error().code, Errc::not_found);
}

TEST(LocalItems, ARemovedUserLeavesNothing) {
  LocalFixture fixture;
  const auto account = fixture.add_user("ada@example.com");
  const auto items = fixture.store().open_items(account);
  const auto key = test::run(items->collections()).at(0).key;
  EXPECT_TRUE(test::run(items->put(key, "a", "text", {})));
  EXPECT_TRUE(test::run(items->put(key, "b", "text", {})));
  EXPECT_TRUE(test::run(items->remove(key, "b", std::nullopt)));
  EXPECT_TRUE(test::run(fixture.users().remove("ada@example.com")));
  sqlite::Database database(sqlite::OpenOptions{.path = fixture.options().folder + "/mail.sqlite"});
  auto row = database.query(
      "SELECT (SELECT count(*) FROM item) + (SELECT count(*) FROM collection)"
      " + (SELECT count(*) FROM removed_item)");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 0);
}

}  // namespace
}  // namespace godwit::conformance
