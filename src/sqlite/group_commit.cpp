#include "sqlite/group_commit.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <limits>
#include <mutex>
#include <vector>

#include "net/worker.hpp"

namespace godwit::sqlite {

namespace {

/// One submitted job. `failure` is set when it, or its transaction, failed.
struct Job {
  explicit Job(std::move_only_function<void(Database&)> what) : work(std::move(what)) {}
  std::move_only_function<void(Database&)> work;
  std::exception_ptr failure;
  bool settled = false;  // writer thread only
};

using JobPointer = std::shared_ptr<Job>;  // shared by the queue and the waiting side

// The committer bounds its own queue; the gates then never refuse what was queued.
constexpr std::size_t unbounded = std::numeric_limits<std::uint32_t>::max();

// What is read again lies in the system's cache too, once for all connections.
constexpr std::size_t cache_bytes_max = std::size_t{1024} * 1024;
constexpr std::size_t reader_cache_share = 4;

CommitterOptions within_bounds(CommitterOptions options) {
  options.database.cache_bytes = std::min(options.database.cache_bytes, cache_bytes_max);
  return options;
}

}  // namespace

struct GroupCommitter::State {
  explicit State(CommitterOptions with)
      : options(within_bounds(std::move(with))), writer(options.database) {
    OpenOptions existing = options.database;
    if (existing.access == Access::create) existing.access = Access::read_write;
    existing.cache_bytes /= reader_cache_share;
    for (unsigned i = 0; i < options.readers; ++i) {
      readers.push_back(std::make_unique<Database>(existing));
    }
  }

  CommitterOptions options;
  Database writer;  // writer thread only
  std::mutex mutex;
  std::deque<JobPointer> queue;                    // under mutex
  std::vector<std::unique_ptr<Database>> readers;  // idle ones, under mutex
  std::atomic<std::size_t> reading{0};
  std::atomic<std::uint64_t> commits{0};
  // Last, so that their threads end before what they use.
  Gate read_gate{"database readers", options.readers, unbounded};
  Gate write_gate{"database writer", 1, unbounded};
};

namespace {

/// Runs one job so that its failure undoes it alone.
void run_apart(Database& database, Job& job) {
  database.run("SAVEPOINT job");
  try {
    job.work(database);
  } catch (const std::exception&) {
    // Disk full and I/O errors end the whole transaction by themselves.
    if (!database.in_transaction()) throw;
    job.failure = std::current_exception();
  }
  if (job.failure) database.run("ROLLBACK TO job");
  database.run("RELEASE job");
}

/// True: committed. Every job is settled afterwards.
bool run_batch(Database& database, const std::vector<JobPointer>& batch) {
  std::exception_ptr failure;
  try {
    transaction(database, [&] {
      for (const JobPointer& job : batch) {
        if (batch.size() == 1) {
          job->work(database);
        } else {
          run_apart(database, *job);
        }
      }
    });
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  for (const JobPointer& job : batch) {
    if (!job->failure) job->failure = failure;
    job->settled = true;
    job->work = nullptr;
  }
  return !failure;
}

}  // namespace

GroupCommitter::GroupCommitter(CommitterOptions options)
    : state_(std::make_shared<State>(std::move(options))) {}

GroupCommitter::~GroupCommitter() = default;

std::uint64_t GroupCommitter::commits() const { return state_->commits; }

/// Every job is followed by one pass of the writer thread. The first pass takes all jobs that were
/// queued while the last transaction was being synced; the passes of the others find their work
/// done.
Task<> GroupCommitter::submit_write(Work work) {
  const auto state = state_.get();
  auto job = std::make_shared<Job>(std::move(work));
  {
    const std::scoped_lock lock(state->mutex);
    if (state->queue.size() >= state->options.queue_max) {
      throw Fault(Fault::Kind::busy, "too many writes wait for " + state->writer.path());
    }
    state->queue.push_back(job);
  }
  std::function<void()> pass = [state, job] {
    std::vector<JobPointer> batch;
    while (!job->settled) {
      batch.clear();
      {
        const std::scoped_lock lock(state->mutex);
        while (!state->queue.empty() && batch.size() < state->options.batch_max) {
          batch.push_back(std::move(state->queue.front()));
          state->queue.pop_front();
        }
      }
      if (run_batch(state->writer, batch)) ++state->commits;
    }
  };
  co_await state->write_gate.run(std::move(pass));
  if (job->failure) std::rethrow_exception(job->failure);
}

Task<> GroupCommitter::submit_read(Work work) {
  const auto state = state_.get();
  if (++state->reading > state->options.queue_max) {
    --state->reading;
    throw Fault(Fault::Kind::busy, "too many reads wait for " + state->writer.path());
  }
  auto job = std::make_shared<Job>(std::move(work));
  std::function<void()> pass = [state, job] {
    std::unique_ptr<Database> database;
    {
      const std::scoped_lock lock(state->mutex);
      database = std::move(state->readers.back());
      state->readers.pop_back();
    }
    try {
      Transaction point(*database, Transaction::Mode::read);
      job->work(*database);
    } catch (const std::exception&) {
      job->failure = std::current_exception();
    }
    job->work = nullptr;
    --state->reading;
    const std::scoped_lock lock(state->mutex);
    state->readers.push_back(std::move(database));
  };
  co_await state->read_gate.run(std::move(pass));
  if (job->failure) std::rethrow_exception(job->failure);
}

}  // namespace godwit::sqlite
