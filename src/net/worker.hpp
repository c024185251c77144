/// Blocking work off the loop thread: a bounded gate with threads of its own. Each blocking library
/// has its own gate, so that one that hangs stops nothing else.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "base/task.hpp"

namespace godwit {

class Gate {
 public:
  /// `queue_max`: jobs waiting beyond those running; more are refused with Fault::Kind::busy.
  Gate(std::string name, unsigned threads, std::size_t queue_max);
  ~Gate();  // waits for the running jobs
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Runs `job` on one of the threads and resumes the caller on its own executor. When the caller
  /// is cancelled it resumes at once (operation_aborted); the job ends into nothing, so what it
  /// refers to must be shared with it.
  Task<> run(std::function<void()> job);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// `co_await blocking(gate, [shared] { return shared->query(); })`
template <class Work>
auto blocking(Gate& gate, Work work) -> Task<std::invoke_result_t<Work>> {
  using Value = std::invoke_result_t<Work>;
  struct Slot {
    Work work;
    std::exception_ptr failure;
    std::optional<std::conditional_t<std::is_void_v<Value>, bool, Value>> value;
  };
  auto slot = std::make_shared<Slot>(std::move(work), nullptr, std::nullopt);
  std::function<void()> job = [slot] {
    try {
      if constexpr (std::is_void_v<Value>) {
        slot->work();
        slot->value = true;
      } else {
        slot->value.emplace(slot->work());
      }
    } catch (const std::exception&) {
      slot->failure = std::current_exception();
    }
  };
  co_await gate.run(std::move(job));
  if (slot->failure) std::rethrow_exception(slot->failure);
  if constexpr (!std::is_void_v<Value>) co_return std::move(*slot->value);
}

}  // namespace godwit
