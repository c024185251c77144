/// The loop's way to an SQLite database: one writer thread that commits many jobs with one sync,
/// and reader threads with connections of their own.
///
///   const auto id = co_await committer.write([name](Database& database) {
///     database.run("INSERT INTO user (name) VALUES (?)", name);
///     return database.last_insert_id();
///   });
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include "base/task.hpp"
#include "sqlite/database.hpp"

namespace godwit::sqlite {

struct CommitterOptions {
  OpenOptions database;
  unsigned readers = 2;           // reader threads, each with a connection
  std::size_t queue_max = 10000;  // waiting jobs of each sort; more are refused (Fault busy)
  std::size_t batch_max = 256;    // jobs in one transaction: bounds how long the first one waits
};

class GroupCommitter {
 public:
  /// Opens the connections: blocks, throws what Database throws. The schema must be there.
  explicit GroupCommitter(CommitterOptions options);
  ~GroupCommitter();  // what was handed over is still committed
  GroupCommitter(const GroupCommitter&) = delete;
  GroupCommitter& operator=(const GroupCommitter&) = delete;

  /// Runs `job(Database&)` on the writer thread inside a transaction that it shares with the jobs
  /// around it, and resumes the caller on its own executor once that is durable. A job that throws
  /// is undone alone and its exception is the caller's. When the transaction itself fails (disk
  /// full, I/O error), all of its jobs are undone and throw. Jobs never run twice.
  ///
  /// A caller that is cancelled resumes at once (operation_aborted); its job may still be done, so
  /// the job owns what it touches. Jobs begin no transactions themselves.
  template <class Job>
  auto write(Job job) -> Task<std::invoke_result_t<Job&, Database&>> {
    return call(*this, &GroupCommitter::submit_write, std::move(job));
  }

  /// Runs `job(Database&)` on a reader thread; it sees one consistent point.
  template <class Job>
  auto read(Job job) -> Task<std::invoke_result_t<Job&, Database&>> {
    return call(*this, &GroupCommitter::submit_read, std::move(job));
  }

  /// Transactions committed so far: how well jobs share them.
  std::uint64_t commits() const;

 private:
  using Work = std::move_only_function<void(Database&)>;
  using Submit = Task<> (GroupCommitter::*)(Work);
  struct State;

  template <class Job>
  static auto call(GroupCommitter& self, Submit submit, Job job)
      -> Task<std::invoke_result_t<Job&, Database&>> {
    using Value = std::invoke_result_t<Job&, Database&>;
    if constexpr (std::is_void_v<Value>) {
      co_await (self.*submit)(Work(std::move(job)));
    } else {
      auto value = std::make_shared<std::optional<Value>>();
      Work work = [value, job = std::move(job)](Database& database) mutable {
        value->emplace(job(database));
      };
      co_await (self.*submit)(std::move(work));
      co_return std::move(**value);
    }
  }

  Task<> submit_write(Work work);
  Task<> submit_read(Work work);

  std::shared_ptr<State> state_;
};

}  // namespace godwit::sqlite
