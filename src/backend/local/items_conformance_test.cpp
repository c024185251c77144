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

TEST(LocalItems, ARemovedUserLeavesNothing) {
  LocalFixture fixture;
  const auto account = fixture.add_user("ada@example.com");
  const auto items = fixture.store().open_items(account);
  const auto key = test::run(items->collections()).at(0).key;
  EXPECT_TRUE(test::run(items->put(key, "a", "text", {})));
  EXPECT_TRUE(test::run(fixture.users().remove("ada@example.com")));
  sqlite::Database database(sqlite::OpenOptions{.path = fixture.options().folder + "/mail.sqlite"});
  auto row =
      database.query("SELECT (SELECT count(*) FROM item) + (SELECT count(*) FROM collection)");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 0);
}

}  // namespace
}  // namespace godwit::conformance
