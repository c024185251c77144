#include "sqlite/database.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace godwit::sqlite {
namespace {

using std::operator""s;

class DatabaseTest : public testing::Test {
 protected:
  DatabaseTest() {
    std::string pattern = testing::TempDir() + "/godwit-sqlite-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    path = folder + "/a.db";
  }
  ~DatabaseTest() override { std::filesystem::remove_all(folder); }

  static Fault::Kind kind_of(const auto& work) {
    try {
      work();
    } catch (const Fault& fault) {
      return fault.kind();
    }
    ADD_FAILURE() << "no fault was thrown";
    return Fault::Kind::timed_out;
  }

  std::string folder;
  std::string path;
};

TEST_F(DatabaseTest, IsOpenedForDurability) {
  Database database({.path = path});
  auto mode = database.query("PRAGMA journal_mode");
  ASSERT_TRUE(mode.step());
  EXPECT_EQ(mode.text(0), "wal");
  auto sync = database.query("PRAGMA synchronous");
  ASSERT_TRUE(sync.step());
  EXPECT_EQ(sync.integer(0), 2);
}

TEST_F(DatabaseTest, KeepsEveryTypeOfValue) {
  Database database({.path = path});
  database.execute("CREATE TABLE t (i INTEGER, s TEXT, b BLOB) STRICT");
  const std::optional<std::string> nothing;
  EXPECT_EQ(database.run("INSERT INTO t VALUES (?, ?, ?)", -5, "", Blob{"\0x"s}), 1);
  EXPECT_EQ(database.run("INSERT INTO t VALUES (?, ?, ?)", nothing, nothing, Blob{}), 1);
  auto rows = database.query("SELECT i, s, b, b IS NULL FROM t ORDER BY rowid");
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.integer(0), -5);
  EXPECT_EQ(rows.optional_text(1), "");
  EXPECT_EQ(rows.text(2), "\0x"s);
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.optional_integer(0), std::nullopt);
  EXPECT_EQ(rows.optional_text(1), std::nullopt);
  EXPECT_EQ(rows.text(2), "");
  EXPECT_EQ(rows.integer(3), 0);
  EXPECT_FALSE(rows.step());
  EXPECT_THROW(database.query("SELECT ?", std::numeric_limits<std::uint64_t>::max()),
               std::logic_error);
}

TEST_F(DatabaseTest, CountsOnlyItsOwnChanges) {
  Database database({.path = path});
  database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY) STRICT");
  EXPECT_EQ(database.run("INSERT INTO t VALUES (1), (2)"), 2);
  EXPECT_EQ(database.run("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING"), 0);
  EXPECT_EQ(database.run("UPDATE t SET i = 9 WHERE i = 7"), 0);
  EXPECT_EQ(database.run("DELETE FROM t WHERE i = 2"), 1);
}

TEST_F(DatabaseTest, TheSameStatementCanBeOpenTwice) {
  Database database({.path = path});
  auto one = database.query("SELECT ?", 1);
  auto two = database.query("SELECT ?", 2);
  ASSERT_TRUE(one.step());
  ASSERT_TRUE(two.step());
  EXPECT_EQ(one.integer(0), 1);
  EXPECT_EQ(two.integer(0), 2);
}

TEST_F(DatabaseTest, ATransactionThatThrowsLeavesNothing) {
  Database database({.path = path});
  database.execute("CREATE TABLE t (i INTEGER) STRICT");
  EXPECT_THROW(transaction(database,
                           [&] {
                             database.run("INSERT INTO t VALUES (1)");
                             throw std::runtime_error("no");
                           }),
               std::runtime_error);
  const auto count = transaction(database, [&] {
    auto rows = database.query("SELECT count(*) FROM t");
    rows.step();
    return rows.integer(0);
  });
  EXPECT_EQ(count, 0);
  EXPECT_FALSE(database.in_transaction());
}

TEST_F(DatabaseTest, MigratesAndRefusesOtherSchemas) {
  constexpr std::array first = {"CREATE TABLE a (i INTEGER) STRICT"};
  constexpr std::array second = {"CREATE TABLE a (i INTEGER) STRICT",
                                 "CREATE TABLE b (i INTEGER) STRICT; INSERT INTO b VALUES (3)"};
  Database database({.path = path});
  EXPECT_EQ(schema_status(database, first), (SchemaStatus{0, 1}));
  EXPECT_THROW(require_schema(database, first), SchemaMismatch);
  migrate(database, first);
  EXPECT_EQ(schema_status(database, second), (SchemaStatus{1, 2}));
  try {
    require_schema(database, second);
    FAIL() << "an old schema was accepted";
  } catch (const SchemaMismatch& mismatch) {
    EXPECT_NE(std::string(mismatch.what()).find("has schema 1, this program needs 2"),
              std::string::npos);
  }
  migrate(database, second);
  migrate(database, second);
  require_schema(database, second);
  try {
    migrate(database, first);
    FAIL() << "a newer schema was accepted";
  } catch (const SchemaMismatch& mismatch) {
    EXPECT_NE(std::string(mismatch.what()).find("has schema 2, this program knows schemas up to 1"),
              std::string::npos);
  }
}

TEST_F(DatabaseTest, AFailedMigrationChangesNothing) {
  constexpr std::array broken = {"CREATE TABLE a (i INTEGER) STRICT", "CREATE TABLE a (i INTEGER)"};
  Database database({.path = path});
  EXPECT_THROW(migrate(database, broken), std::logic_error);
  EXPECT_EQ(schema_status(database, broken).current, 0);
  EXPECT_THROW(database.query("SELECT * FROM a"), std::logic_error);
}

TEST_F(DatabaseTest, DamageIsNamed) {
  {
    std::ofstream out(path);
    out << std::string(8192, 'x');
  }
  EXPECT_EQ(kind_of([&] { Database database({.path = path}); }), Fault::Kind::corrupt);
}

TEST_F(DatabaseTest, IntegrityIsChecked) {
  {
    Database database({.path = path});
    database.execute("CREATE TABLE t (s TEXT) STRICT");
    for (int i = 0; i < 200; ++i) database.run("INSERT INTO t VALUES (?)", std::string(1000, 'a'));
    database.check_integrity();
    database.checkpoint();
  }
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(5 * 4096);
    file << std::string(4096, '\x7F');
  }
  Database database({.path = path});
  EXPECT_EQ(kind_of([&] { database.check_integrity(); }), Fault::Kind::corrupt);
}

TEST_F(DatabaseTest, AnAbsentOrLockedOrReadOnlyDatabaseIsNamed) {
  EXPECT_EQ(kind_of([&] { Database database({.path = path, .access = Access::read_write}); }),
            Fault::Kind::unavailable);
  Database one({.path = path});
  one.execute("CREATE TABLE t (i INTEGER) STRICT");
  Database two({.path = path, .busy_timeout = std::chrono::milliseconds(1)});
  const Transaction held(one);
  EXPECT_EQ(kind_of([&] { two.run("INSERT INTO t VALUES (1)"); }), Fault::Kind::busy);
  Database reader({.path = path, .access = Access::read_only});
  EXPECT_EQ(kind_of([&] { reader.run("INSERT INTO t VALUES (1)"); }), Fault::Kind::unavailable);
}

TEST_F(DatabaseTest, AFullDatabaseIsAQuotaFault) {
  Database database({.path = path});
  database.execute("CREATE TABLE t (s TEXT) STRICT; PRAGMA max_page_count=4");
  EXPECT_EQ(kind_of([&] { database.run("INSERT INTO t VALUES (?)", std::string(100'000, 'a')); }),
            Fault::Kind::quota);
}

TEST_F(DatabaseTest, CopiesItself) {
  Database database({.path = path});
  database.execute("CREATE TABLE t (i INTEGER) STRICT; INSERT INTO t VALUES (4)");
  database.copy_to(folder + "/copy.db");
  Database copy({.path = folder + "/copy.db", .access = Access::read_only});
  auto rows = copy.query("SELECT i FROM t");
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.integer(0), 4);
}

}  // namespace
}  // namespace godwit::sqlite
