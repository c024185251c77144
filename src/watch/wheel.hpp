/// A hashed timer wheel: one intrusive node a timer, no allocation after construction. Nodes are
/// owned by others and leave the wheel when they are destroyed.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "base/clock.hpp"

namespace godwit::watch {

/// Circular list link; a base of what is scheduled.
class WheelNode {
 public:
  WheelNode() = default;
  ~WheelNode() { unlink(); }
  WheelNode(const WheelNode&) = delete;
  WheelNode& operator=(const WheelNode&) = delete;

  bool scheduled() const noexcept { return next_ != this; }
  /// Only of meaning while scheduled.
  Time due() const noexcept { return due_; }
  void unlink() noexcept {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = this;
  }

 private:
  friend class TimerWheel;
  void link_before(WheelNode& other) noexcept;

  WheelNode* previous_ = this;
  WheelNode* next_ = this;
  Time due_{};
};

class TimerWheel {
 public:
  using Expired = std::function<void(WheelNode&)>;

  /// `slot`: the width of a slot. A timer is never early, and late by at most the time between two
  /// calls of `expire`. A timer further off than `slots * slot` is looked at once a turn.
  TimerWheel(Time now, std::chrono::milliseconds slot, std::size_t slots);

  /// Moves the node when it is scheduled already.
  void schedule(WheelNode& node, Time due) noexcept;
  /// Takes out every node that is due and hands it over. The callback may schedule, unlink and
  /// destroy any node.
  void expire(Time now, const Expired& expired);

 private:
  std::size_t slot_of(Time time) const noexcept;
  void collect(WheelNode& head, Time now, WheelNode& due) noexcept;

  std::chrono::milliseconds width_;
  std::vector<WheelNode> slots_;
  Time position_;  // everything due before it has been handed over
};

}  // namespace godwit::watch
