#include "faults/fault_disk.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>

#include "base/fault.hpp"
#include "run.hpp"
#include "sqlite/group_commit.hpp"

namespace godwit::test {
namespace {

using sqlite::CommitterOptions;
using sqlite::Database;
using sqlite::GroupCommitter;

sqlite::OpenOptions on(const FaultDisk& disk) {
  return {.path = "/state.db", .vfs = disk.vfs_name(), .cache_bytes = 64 * 1024};
}

void make_table(const FaultDisk& disk) {
  Database database(on(disk));
  database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, part INTEGER, s TEXT) STRICT");
}

/// Two rows of which a reader must never see one alone.
void put_pair(Database& database, std::int64_t i, const std::string& text) {
  database.run("INSERT INTO t VALUES (?, 1, ?)", 2 * i, text);
  database.run("INSERT INTO t VALUES (?, 2, ?)", 2 * i + 1, text);
}

TEST(FaultDisk, ServesDatabasesWithSeveralConnections) {
  FaultDisk disk(1);
  make_table(disk);
  GroupCommitter committer(CommitterOptions{.database = on(disk)});
  run(committer.write([](Database& database) { put_pair(database, 1, "x"); }));
  EXPECT_EQ(run(committer.read([](Database& database) {
              auto rows = database.query("SELECT count(*) FROM t");
              rows.step();
              return rows.integer(0);
            })),
            2);
}

TEST(FaultDisk, ForgetsFilesThatWereNotSynced) {
  int content_kept = 0;
  int content_lost = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    FaultDisk disk(seed);
    auto files = disk.files();
    files->make_folders("/a/b");
    const auto synced = files->create("/a/b/synced");
    synced->append("hello");
    synced->sync();
    files->sync_folder("/a/b/");
    synced->append(std::string(2000, 'x'));
    const auto loose = files->create("/a/b/loose");
    loose->append("gone?");
    loose->sync();
    disk.kill();
    EXPECT_THROW(files->list("/a/b"), Fault);
    EXPECT_THROW(synced->append("x"), Fault);
    disk.restart();
    EXPECT_THROW(files->list("/a/b"), Fault);
    files = disk.files();
    const std::string left = read_file(*files, "/a/b/synced", 10000);
    EXPECT_EQ(left.substr(0, 5), "hello");
    if (files->exists("/a/b/loose")) EXPECT_EQ(read_file(*files, "/a/b/loose", 99), "gone?");
    ++(left.size() == 2005 && left.back() == 'x' ? content_kept : content_lost);
  }
  EXPECT_GT(content_kept, 20);
  EXPECT_GT(content_lost, 20);
}

void write_durably(FileLayer& files, const std::string& path, const std::string& bytes) {
  const std::string beside = path + ".new";
  const auto file = files.create(beside);
  file->append(bytes);
  file->sync();
  files.rename(beside, path);
  files.sync_folder("/");
}

TEST(FaultDisk, ADurableWriteIsOldOrNewAtEveryStep) {
  for (std::uint64_t step = 1;; ++step) {
    FaultDisk disk(step);
    write_durably(*disk.files(), "/f", "old");
    disk.fail_at(step, Failure::kill);
    bool done = false;
    try {
      write_durably(*disk.files(), "/f", std::string(3000, 'n'));
      done = true;
    } catch (const Fault&) {
      EXPECT_TRUE(disk.is_down());
    }
    const bool fired = disk.fired();
    disk.kill();
    disk.restart();
    const std::string left = read_file(*disk.files(), "/f", 10000);
    EXPECT_TRUE(left == std::string(3000, 'n') || (!done && left == "old")) << "at step " << step;
    if (!fired) break;
  }
}

TEST(FaultDisk, FailsTheChosenOperation) {
  FaultDisk disk(1);
  auto files = disk.files();
  const auto file = files->create("/f");
  disk.fail_at(2, Failure::full);
  file->append("1");
  try {
    file->append("2");
    FAIL() << "the second write worked";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), Fault::Kind::quota);
  }
  file->append("3");
  EXPECT_EQ(read_file(*files, "/f", 9), "13");
}

struct Left {
  std::map<std::int64_t, std::string> rows;
};

/// What is there after a kill: the database is whole and every pair is complete.
Left look(const FaultDisk& disk) {
  Database database(on(disk));
  database.check_integrity();
  Left left;
  auto rows = database.query("SELECT i, s FROM t");
  while (rows.step()) left.rows[rows.integer(0)] = rows.text(1);
  for (const auto& [i, text] : left.rows) {
    const auto twin = left.rows.find(i ^ 1);
    EXPECT_TRUE(twin != left.rows.end() && twin->second == text) << "half of pair " << i / 2;
  }
  return left;
}

// Acknowledged data survives every kill, at every operation, over many lives of one image;
// what was not acknowledged is there whole or not at all.
TEST(FaultDisk, AcknowledgedCommitsSurviveEveryKill) {
  int kills = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    FaultDisk disk(seed);
    std::mt19937_64 random(seed);
    make_table(disk);
    std::map<std::int64_t, std::string> acknowledged;
    std::int64_t next = 1;
    for (int life = 0; life < 15; ++life) {
      disk.fail_at(random() % 150 + 1, Failure::kill);
      try {
        GroupCommitter committer(CommitterOptions{.database = on(disk), .readers = 1});
        for (int i = 0; i < 40; ++i, ++next) {
          const std::string text(random() % 6000, static_cast<char>('a' + random() % 26));
          run(committer.write([next, text](Database& d) { put_pair(d, next, text); }));
          acknowledged[next] = text;
        }
      } catch (const Fault&) {
        EXPECT_TRUE(disk.is_down());
        ++next;
      }
      disk.kill();
      ++kills;
      disk.restart();
      const Left left = look(disk);
      for (const auto& [i, text] : acknowledged) {
        const auto found = left.rows.find(2 * i);
        ASSERT_TRUE(found != left.rows.end()) << "lost pair " << i << ", seed " << seed;
        ASSERT_EQ(found->second, text);
      }
    }
  }
  EXPECT_EQ(kills, 12 * 15);
}

TEST(FaultDisk, SharedTransactionsSurviveEveryKill) {
  constexpr int writers = 4;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    FaultDisk disk(seed);
    make_table(disk);
    std::map<std::int64_t, bool> acknowledged;
    std::mutex mutex;
    disk.fail_at(40 + seed * 37, Failure::kill);
    {
      GroupCommitter committer(CommitterOptions{.database = on(disk), .readers = 1});
      std::vector<std::jthread> threads;
      threads.reserve(writers);
      for (int writer = 0; writer < writers; ++writer) {
        threads.emplace_back([&, writer] {
          for (std::int64_t i = 0; i < 100; ++i) {
            const std::int64_t id = writer * 1000 + i;
            try {
              run(committer.write([id](Database& d) { put_pair(d, id, std::string(900, 'x')); }));
            } catch (const Fault&) {
              return;
            }
            const std::scoped_lock lock(mutex);
            acknowledged[id] = true;
          }
        });
      }
    }
    EXPECT_TRUE(disk.fired());
    disk.kill();
    disk.restart();
    const Left left = look(disk);
    for (const auto& [id, yes] : acknowledged) ASSERT_TRUE(left.rows.contains(2 * id));
  }
}

// The canary: were nothing forgotten, the tests above would prove nothing.
TEST(FaultDisk, WithoutSyncsAcknowledgedCommitsAreLost) {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    FaultDisk disk(seed);
    make_table(disk);
    {
      Database database(on(disk));
      database.execute("PRAGMA synchronous=OFF");
      transaction(database, [&] { put_pair(database, 1, std::string(20000, 'x')); });
      disk.kill();
    }
    disk.restart();
    try {
      Database database(on(disk));
      auto rows = database.query("SELECT count(*) FROM t");
      if (!rows.step() || rows.integer(0) != 2) ++lost;
    } catch (const Fault&) {
      ++lost;
    }
  }
  EXPECT_GT(lost, 5);
}

// Every single operation fails once with an I/O error or a full disk: the caller hears of it, and
// the database goes on.
TEST(FaultDisk, EveryFailingOperationLeavesAWholeDatabase) {
  for (const Failure failure : {Failure::io_error, Failure::full}) {
    for (std::uint64_t step = 1;; ++step) {
      FaultDisk disk(step);
      make_table(disk);
      disk.fail_at(step, failure);
      bool first = false;
      try {
        Database database(on(disk));
        transaction(database, [&] { put_pair(database, 1, std::string(20000, 'x')); });
        first = true;
      } catch (const Fault&) {
        EXPECT_TRUE(disk.fired());
      }
      const bool fired = disk.fired();
      disk.clear_failure();
      const Left left = look(disk);
      EXPECT_TRUE(!first || left.rows.contains(2)) << "at step " << step;
      if (!fired) break;
    }
  }
}

}  // namespace
}  // namespace godwit::test
