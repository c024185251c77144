/// Locks by name for coroutines, first come first served: the requests of one device take turns.
#pragma once

#include <memory>
#include <string>

#include "base/task.hpp"

namespace godwit::net {

class KeyedLocks {
 public:
  KeyedLocks();
  ~KeyedLocks();
  KeyedLocks(const KeyedLocks&) = delete;
  KeyedLocks& operator=(const KeyedLocks&) = delete;

  /// Held as long as the returned token lives. A waiter that is cancelled leaves the queue.
  Task<std::shared_ptr<void>> acquire(std::string name);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace godwit::net
