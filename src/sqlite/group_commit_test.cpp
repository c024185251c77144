#include "sqlite/group_commit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

#include "run.hpp"

namespace godwit::sqlite {
namespace {

class GroupCommit : public testing::Test {
 protected:
  GroupCommit() {
    std::string pattern = testing::TempDir() + "/godwit-group-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    options.database = {.path = folder + "/a.db"};
    Database database(options.database);
    database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY) STRICT");
  }
  ~GroupCommit() override { std::filesystem::remove_all(folder); }

  static void insert(Database& database, std::int64_t i) {
    database.run("INSERT INTO t VALUES (?)", i);
  }
  static std::int64_t count(Database& database) {
    auto rows = database.query("SELECT count(*) FROM t");
    rows.step();
    return rows.integer(0);
  }

  std::string folder;
  CommitterOptions options;
};

TEST_F(GroupCommit, WritesAndReadsBack) {
  GroupCommitter committer(options);
  const auto id = test::run(committer.write([](Database& database) {
    insert(database, 7);
    return database.last_insert_id();
  }));
  EXPECT_EQ(id, 7);
  test::run(committer.write([](Database& database) { insert(database, 8); }));
  EXPECT_EQ(test::run(committer.read(count)), 2);
}

TEST_F(GroupCommit, OneFailingJobIsUndoneAlone) {
  constexpr int threads = 8;
  constexpr int rounds = 50;
  GroupCommitter committer(options);
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> callers;
    callers.reserve(threads);
    for (int thread = 0; thread < threads; ++thread) {
      callers.emplace_back([&committer, &failed, thread] {
        for (int round = 0; round < rounds; ++round) {
          const bool fails = round % 5 == 0;
          try {
            test::run(committer.write([=](Database& database) {
              insert(database, thread * rounds + round);
              if (fails) throw std::runtime_error("as planned");
            }));
          } catch (const std::runtime_error&) {
            ++failed;
          }
        }
      });
    }
  }
  EXPECT_EQ(failed, threads * rounds / 5);
  EXPECT_EQ(test::run(committer.read(count)), threads * rounds * 4 / 5);
  EXPECT_LE(committer.commits(), static_cast<unsigned>(threads * rounds));
}

TEST_F(GroupCommit, JobsThatWaitTogetherAreCommittedTogether) {
  constexpr int callers = 40;
  GroupCommitter committer(options);
  std::atomic<bool> open = false;
  std::atomic<int> started = 0;
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      test::run(committer.write([&](Database&) {
        started = 1;
        open.wait(false);
      }));
    });
    while (started == 0) std::this_thread::yield();
    for (int i = 0; i < callers; ++i) {
      threads.emplace_back([&committer, &started, i] {
        auto work = committer.write([i](Database& database) { insert(database, i); });
        ++started;
        test::run(std::move(work));
      });
    }
    while (started <= callers) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    open = true;
    open.notify_all();
  }
  EXPECT_EQ(test::run(committer.read(count)), callers);
  EXPECT_LT(committer.commits(), 10U);
}

TEST_F(GroupCommit, AFailedTransactionFailsAllOfItsJobs) {
  GroupCommitter committer(options);
  test::run(committer.write(
      [](Database& database) { database.execute("CREATE TABLE big (s TEXT) STRICT"); }));
  // Pages are limited on the writer's own connection.
  test::run(committer.write([](Database& database) {
    auto pages = database.query("PRAGMA max_page_count=5");
    pages.step();
  }));
  try {
    test::run(committer.write([](Database& database) {
      database.run("INSERT INTO big VALUES (?)", std::string(200'000, 'a'));
    }));
    FAIL() << "a full database took a write";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), Fault::Kind::quota);
  }
  test::run(committer.write([](Database& database) { insert(database, 1); }));
  EXPECT_EQ(test::run(committer.read(count)), 1);
}

TEST_F(GroupCommit, RefusesMoreThanItsQueueHolds) {
  options.queue_max = 1;
  GroupCommitter committer(options);
  std::atomic<bool> open = false;
  std::atomic<int> busy = 0;
  std::atomic<int> running = 0;
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      test::run(committer.write([&](Database&) {
        running = 1;
        open.wait(false);
      }));
    });
    while (running == 0) std::this_thread::yield();
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&committer, &busy, &open, i] {
        try {
          test::run(committer.write([i](Database& database) { insert(database, i); }));
        } catch (const Fault& fault) {
          if (fault.kind() == Fault::Kind::busy && ++busy == 2) {
            open = true;
            open.notify_all();
          }
        }
      });
    }
  }
  EXPECT_EQ(busy, 2);
  EXPECT_EQ(test::run(committer.read(count)), 1);
}

TEST_F(GroupCommit, ReadersSeeOnePoint) {
  GroupCommitter committer(options);
  const auto seen = test::run(committer.read([&](Database& database) {
    const auto before = count(database);
    std::jthread([&] { test::run(committer.write([](Database& d) { insert(d, 1); })); }).join();
    return count(database) - before;
  }));
  EXPECT_EQ(seen, 0);
  EXPECT_EQ(test::run(committer.read(count)), 1);
}

}  // namespace
}  // namespace godwit::sqlite
