#include "store/sqlite/sqlite_store.hpp"

#include <filesystem>
#include <fstream>

#include "base/fault.hpp"
#include "conformance/store_suite.hpp"
#include "sqlite/database.hpp"

namespace godwit::store::test {
namespace {

class SqliteFixture final : public StoreFixture {
 public:
  SqliteFixture() {
    std::string pattern = testing::TempDir() + "/godwit-store-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    install_schema(options());
  }
  ~SqliteFixture() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Store> open() override { return std::make_unique<SqliteStore>(options()); }
  bool persistent() const override { return true; }
  bool concurrent() const override { return true; }
  SqliteOptions options() const { return {.path = folder_ + "/state.db"}; }

 private:
  std::string folder_;
};

std::unique_ptr<StoreFixture> make_sqlite() { return std::make_unique<SqliteFixture>(); }

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreSuite, testing::Values(&make_sqlite));

std::string message_of(const auto& work) {
  try {
    work();
  } catch (const Fault& fault) {
    return fault.what();
  }
  return "no fault";
}

TEST(SqliteStore, SchemasAreReportedInstalledAndUpdated) {
  const SqliteFixture fixture;
  SqliteOptions options = fixture.options();
  EXPECT_EQ(schema_status(options), (SchemaStatus{1, 1}));
  options.path += ".other";
  EXPECT_EQ(schema_status(options), (SchemaStatus{0, 1}));
  EXPECT_THROW(update_schema(options), Fault);
  EXPECT_THROW(SqliteStore{options}, Fault);
  install_schema(options);
  update_schema(options);
  check_integrity(options);
  EXPECT_EQ(schema_status(options), (SchemaStatus{1, 1}));
}

TEST(SqliteStore, OtherSchemasAreRefusedWithBothNumbers) {
  const SqliteFixture fixture;
  const SqliteOptions options = fixture.options();
  sqlite::Database({.path = options.path}).execute("PRAGMA user_version=9");
  EXPECT_NE(message_of([&] { SqliteStore{options}; }).find("schema 9, this program knows"),
            std::string::npos);
  EXPECT_NE(message_of([&] { update_schema(options); }).find("schema 9"), std::string::npos);
  sqlite::Database({.path = options.path}).execute("PRAGMA user_version=0");
  EXPECT_NE(message_of([&] { SqliteStore{options}; }).find("schema 0, this program needs 1"),
            std::string::npos);
}

TEST(SqliteStore, DamageIsNamed) {
  const SqliteFixture fixture;
  const SqliteOptions options = fixture.options();
  std::ofstream(options.path, std::ios::trunc) << std::string(9000, 'x');
  try {
    const SqliteStore store(options);
    FAIL() << "a damaged file was opened";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), Fault::Kind::corrupt);
  }
}

}  // namespace
}  // namespace godwit::store::test
