/// The event loop: one thread that runs every coroutine. Declare it before what its coroutines use
/// only if that outlives `run`; destroy servers before it.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>

#include "base/task.hpp"

namespace godwit::net {

using Executor = boost::asio::any_io_executor;

class Loop {
 public:
  /// Also makes the process ignore SIGPIPE: a peer that went away is an error, not a death.
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until `stop`, or until nothing is left to wait for.
  void run();
  /// From any thread.
  void stop();
  /// Starts a coroutine; what it throws is logged as "task.failed" with `name`. From any thread.
  void spawn(Task<> work, std::string name);
  /// Runs `job` on the loop. From any thread.
  void post(std::move_only_function<void()> job);
  /// Calls `tick` again and again until the loop is destroyed or `stop_timers` is called.
  void every(std::chrono::milliseconds interval, std::function<void()> tick);
  /// Calls `handler` on the loop with the number of each such signal.
  void on_signal(std::initializer_list<int> numbers, std::function<void(int)> handler);
  /// Ends ticks and signal handling, so that `run` can return when all tasks have.
  void stop_timers();

  Executor executor();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same without a Loop at hand.
void spawn(const Executor& executor, Task<> work, std::string name);
/// Waits without blocking the loop.
Task<> sleep_for(std::chrono::milliseconds time);
/// Lets everything else that is ready run first: for long computations in pieces.
Task<> yield_to_others();

}  // namespace godwit::net
