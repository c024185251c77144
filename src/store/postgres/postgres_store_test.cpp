#include "store/postgres/postgres_store.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "base/fault.hpp"
#include "conformance/store_suite.hpp"
#include "run.hpp"
#include "store/postgres/connection.hpp"

namespace godwit::store::test {
namespace {

using postgres::Connection;

std::string server() {
  const char* settings = std::getenv("GODWIT_PG");
  return settings ? settings : "";
}

constexpr const char* reason =
    "needs a PostgreSQL: set GODWIT_PG to what `tests/parts/postgres.sh start RUNDIR` prints";

/// A schema of its own in the server's database, so that tests do not meet.
class PostgresFixture final : public StoreFixture {
 public:
  PostgresFixture() {
    if (server().empty()) return;
    static std::atomic<int> count = 0;
    name_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    Connection(server()).execute("CREATE SCHEMA " + name_);
    install_schema(options());
  }
  ~PostgresFixture() override {
    if (!name_.empty()) Connection(server()).execute("DROP SCHEMA " + name_ + " CASCADE");
  }

  std::unique_ptr<Store> open() override { return std::make_unique<PostgresStore>(options()); }
  bool persistent() const override { return true; }
  bool concurrent() const override { return true; }
  std::string unavailable() const override { return server().empty() ? reason : ""; }
  PostgresOptions options() const {
    return {.connection = server() + " options='-c search_path=" + name_ + "'"};
  }

 private:
  std::string name_;
};

std::unique_ptr<StoreFixture> make_postgres() { return std::make_unique<PostgresFixture>(); }

INSTANTIATE_TEST_SUITE_P(Postgres, StoreSuite, testing::Values(&make_postgres));

class PostgresStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    if (server().empty()) GTEST_SKIP() << reason;
  }
};

std::string message_of(const auto& work) {
  try {
    work();
  } catch (const Fault& fault) {
    return fault.what();
  }
  return "no fault";
}

TEST_F(PostgresStoreTest, SchemasAreReportedInstalledAndRefused) {
  const PostgresFixture fixture;
  const PostgresOptions options = fixture.options();
  EXPECT_EQ(schema_status(options), (SchemaStatus{1, 1}));
  update_schema(options);
  Connection connection(options.connection);
  connection.execute("UPDATE godwit_schema SET version = 9");
  EXPECT_NE(message_of([&] { PostgresStore{options}; }).find("schema 9, this program knows"),
            std::string::npos);
  EXPECT_NE(message_of([&] { install_schema(options); }).find("schema 9"), std::string::npos);
  connection.execute("DROP TABLE godwit_record; DROP TABLE godwit_schema");
  EXPECT_EQ(schema_status(options), (SchemaStatus{0, 1}));
  EXPECT_NE(message_of([&] { PostgresStore{options}; }).find("schema 0, this program needs 1"),
            std::string::npos);
  EXPECT_NE(message_of([&] { update_schema(options); }).find("schema install"), std::string::npos);
  install_schema(options);
  EXPECT_EQ(schema_status(options), (SchemaStatus{1, 1}));
}

TEST_F(PostgresStoreTest, ABrokenConnectionIsReplaced) {
  const PostgresFixture fixture;
  PostgresStore store(fixture.options());
  const Key key{"ann", Kind::device, "phone"};
  ASSERT_TRUE(godwit::test::run(store.commit({{key, 0, "one"}})));
  for (int round = 0; round < 5; ++round) {
    Connection(server()).execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'godwit' AND pid <> pg_backend_pid()");
    EXPECT_EQ(godwit::test::run(store.get(key))->value, "one");
  }
}

// A transaction that is killed on the way, and one that deadlocks, are tried again.
TEST_F(PostgresStoreTest, CommitsSurviveLostConnections) {
  const PostgresFixture fixture;
  PostgresStore store(fixture.options());
  std::atomic<bool> done = false;
  std::atomic<int> finished = 0;
  // Once a commit at the most: they are tried again a few times, not for ever.
  std::jthread killer([&done, &finished] {
    Connection connection(server());
    while (!done) {
      const int before = finished;
      connection.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
          " WHERE application_name = 'godwit' AND pid <> pg_backend_pid()");
      while (!done && finished == before) std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  int unknown = 0;
  std::uint64_t acknowledged = 0;
  for (int i = 0; i < 200; ++i) {
    try {
      if (godwit::test::run(store.commit(
              {{{"ann", Kind::device, "a"}, {}, "x"}, {{"ann", Kind::device, "b"}, {}, "x"}}))) {
        ++acknowledged;
      }
    } catch (const Fault& fault) {
      EXPECT_EQ(fault.kind(), Fault::Kind::timed_out) << fault.what();
      ++unknown;
    }
    ++finished;
  }
  done = true;
  killer.join();
  const auto a = godwit::test::run(store.get({"ann", Kind::device, "a"}));
  const auto b = godwit::test::run(store.get({"ann", Kind::device, "b"}));
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->revision, b->revision);
  EXPECT_GE(a->revision, acknowledged);
  EXPECT_LE(a->revision, acknowledged + static_cast<unsigned>(unknown));
}

TEST(PostgresStore, AnAbsentServerIsUnavailable) {
  const PostgresOptions options{.connection = "host=/nonexistent user=godwit dbname=godwit"};
  try {
    const PostgresStore store(options);
    FAIL() << "connected to nothing";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), Fault::Kind::unavailable);
  }
}

}  // namespace
}  // namespace godwit::store::test
