#include "watch/wheel.hpp"

#include <algorithm>

namespace godwit::watch {

void WheelNode::link_before(WheelNode& other) noexcept {
  previous_ = other.previous_;
  next_ = &other;
  previous_->next_ = this;
  other.previous_ = this;
}

TimerWheel::TimerWheel(Time now, std::chrono::milliseconds slot, std::size_t slots)
    : width_(slot), slots_(slots), position_(now) {}

std::size_t TimerWheel::slot_of(Time time) const noexcept {
  const auto since = time.time_since_epoch() / width_;
  return static_cast<std::size_t>(since) % slots_.size();
}

void TimerWheel::schedule(WheelNode& node, Time due) noexcept {
  node.unlink();
  node.due_ = due;
  node.link_before(slots_[slot_of(std::max(due, position_))]);
}

void TimerWheel::collect(WheelNode& head, Time now, WheelNode& due) noexcept {
  for (WheelNode* node = head.next_; node != &head;) {
    WheelNode* const next = node->next_;
    if (node->due_ <= now) {
      node->unlink();
      node->link_before(due);
    }
    node = next;
  }
}

void TimerWheel::expire(Time now, const Expired& expired) {
  WheelNode due;
  // A clock that was set back: nothing scheduled before may lie in a slot not looked at, so the
  // turn starts over from the new time and every slot is seen within one turn.
  const Time from = std::min(position_, now);
  const auto first = from.time_since_epoch() / width_;
  const auto last = now.time_since_epoch() / width_;
  const auto count =
      std::min<std::size_t>(static_cast<std::size_t>(last - first) + 1, slots_.size());
  for (std::size_t i = 0; i < count; ++i) {
    collect(slots_[(static_cast<std::size_t>(first) + i) % slots_.size()], now, due);
  }
  position_ = now;
  while (due.scheduled()) {
    WheelNode& node = *due.next_;
    node.unlink();
    expired(node);
  }
}

}  // namespace godwit::watch
