/// Kills the server at a named step of its journal: the disk loses what was not synced, and
/// whatever the request wanted to do next does not happen.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/fault.hpp"

namespace godwit::sim {

/// engine.md §2: intent, action, outcome; before and after each is where a process may die.
enum class Step : std::uint8_t {
  intent_before,   // nothing durable yet
  intent_after,    // the intent is, the action is not
  action_before,   // as the backend is asked
  action_after,    // the backend did it, nobody noted it
  outcome_before,  // the answer is made, nothing of it durable
  outcome_after,   // all is durable, the device learns nothing
};
inline constexpr std::size_t step_count = 6;
std::string_view to_string(Step step);

class Killed : public Fault {
 public:
  explicit Killed(Step step)
      : Fault(Kind::unavailable, "killed: " + std::string(to_string(step))) {}
};

class Killer {
 public:
  /// Dies when `step` is reached for the `nth` time from now.
  void arm(Step step, unsigned nth) { plan_ = Plan{step, nth}; }
  void disarm() { plan_.reset(); }
  /// Called by the wrappers. Throws Killed.
  void reach(Step step);
  bool dead() const { return dead_; }
  void revive() {
    dead_ = false;
    plan_.reset();
  }
  const std::map<Step, unsigned>& kills() const { return kills_; }

 private:
  struct Plan {
    Step step;
    unsigned left;
  };
  std::optional<Plan> plan_;
  bool dead_ = false;
  std::map<Step, unsigned> kills_;
};

}  // namespace godwit::sim
