/// A coroutine that runs beside the one that began it, may be waited for, and is cancelled when
/// nobody wants its work any more. On the loop thread only.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/task.hpp"

namespace godwit::net {

class Job {
 public:
  /// Starts `work` on the loop of the caller; it runs on when the caller next waits. What it throws
  /// is logged as "task.failed" with `name`, unless it was cancelled.
  static Task<std::unique_ptr<Job>> begin(Task<> work, std::string name);
  /// Cancels it.
  ~Job();
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  bool ended() const;
  /// Waits for its end, `limit` at most; whether it has ended.
  Task<bool> wait(std::chrono::milliseconds limit);
  /// Every wait of the coroutine ends with operation_aborted from now on.
  void cancel();

 private:
  struct State;
  explicit Job(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace godwit::net
