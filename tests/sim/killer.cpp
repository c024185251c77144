#include "sim/killer.hpp"

namespace godwit::sim {

std::string_view to_string(Step step) {
  switch (step) {
    case Step::intent_before:
      return "before the intent";
    case Step::intent_after:
      return "after the intent";
    case Step::action_before:
      return "before the action";
    case Step::action_after:
      return "after the action";
    case Step::outcome_before:
      return "before the outcome";
    case Step::outcome_after:
      return "after the outcome";
  }
  return "";
}

void Killer::reach(Step step) {
  if (dead_) throw Killed(step);
  if (!plan_ || plan_->step != step || --plan_->left > 0) return;
  plan_.reset();
  dead_ = true;
  ++kills_[step];
  throw Killed(step);
}

}  // namespace godwit::sim
