/// Whether one of the embedded databases turned out to be damaged while it was in use.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

namespace godwit::app {

/// Told on any thread, asked on the loop. What was read of a damaged database may be wrong.
class Damage {
 public:
  Damage() = default;
  Damage(const Damage&) = delete;
  Damage& operator=(const Damage&) = delete;

  bool found() const noexcept { return found_; }
  /// What was found first.
  std::string what() const {
    const std::lock_guard lock(mutex_);
    return what_;
  }
  /// For those who use a database; it outlives them.
  std::function<void(const std::string&)> listener() {
    return [this](const std::string& what) {
      const std::lock_guard lock(mutex_);
      if (!found_) what_ = what;
      found_ = true;
    };
  }

 private:
  mutable std::mutex mutex_;
  std::string what_;  // under mutex_
  std::atomic<bool> found_ = false;
};

}  // namespace godwit::app
