#include "sim/killer.hpp"

#include <array>
#include <utility>

namespace godwit::sim {
namespace {

constexpr auto names = std::to_array<std::string_view>({"before the intent",
                                                        "after the intent",
                                                        "before the action",
                                                        "after the action",
                                                        "before the outcome",
                                                        "after the outcome",
                                                        "before a draft's intent",
                                                        "after a draft's intent",
                                                        "before a draft is stored",
                                                        "after a draft was stored",
                                                        "before the draft before it goes",
                                                        "after the draft before it went",
                                                        "before a draft's outcome",
                                                        "after a draft's outcome",
                                                        "before a mail's intent",
                                                        "after a mail's intent",
                                                        "before a mail is submitted",
                                                        "before the next hop is asked",
                                                        "after the next hop took a mail",
                                                        "after a mail was submitted",
                                                        "before a sending is noted",
                                                        "after a sending was noted",
                                                        "before the copy is saved",
                                                        "after the copy was saved",
                                                        "before the original is marked",
                                                        "after the original was marked",
                                                        "before a mail's intent ends",
                                                        "after a mail's intent ended",
                                                        "at an operation of the disk"});
static_assert(names.size() == step_count);

constexpr auto change_steps =
    std::to_array<Step>({Step::intent_before, Step::intent_after, Step::action_before,
                         Step::action_after, Step::outcome_before, Step::outcome_after});

constexpr auto sending_steps = std::to_array<Step>(
    {Step::mail_intent_before, Step::mail_intent_after, Step::submit_before, Step::hop_before,
     Step::hop_after, Step::submit_after, Step::sent_before, Step::sent_after, Step::save_before,
     Step::save_after, Step::mark_before, Step::mark_after, Step::end_before, Step::end_after});

constexpr auto draft_steps = std::to_array<Step>(
    {Step::draft_intent_before, Step::draft_intent_after, Step::draft_append_before,
     Step::draft_append_after, Step::draft_remove_before, Step::draft_remove_after,
     Step::draft_outcome_before, Step::draft_outcome_after});

constexpr auto sent_draft_steps = std::to_array<Step>(
    {Step::mail_intent_before, Step::mail_intent_after, Step::submit_before, Step::hop_before,
     Step::hop_after, Step::submit_after, Step::sent_before, Step::sent_after, Step::save_before,
     Step::save_after, Step::draft_remove_before, Step::draft_remove_after, Step::end_before,
     Step::end_after});

}  // namespace

std::string_view to_string(Step step) { return names.at(std::to_underlying(step)); }

std::span<const Step> steps_of_change() { return change_steps; }
std::span<const Step> steps_of_sending() { return sending_steps; }
std::span<const Step> steps_of_draft() { return draft_steps; }
std::span<const Step> steps_of_sent_draft() { return sent_draft_steps; }

void Killer::arm(Step step, unsigned nth) {
  if (step == Step::disk) return disk_.fail_at(nth, test::Failure::kill);
  plan_ = Plan{step, nth};
}

void Killer::disarm() {
  plan_.reset();
  if (!dead()) disk_.clear_failure();
}

void Killer::reach(Step step) {
  if (dead()) throw Killed(step);
  if (!plan_ || plan_->step != step || --plan_->left > 0) return;
  plan_.reset();
  ++kills_[step];
  if (sends_draft_) ++kills_of_sent_drafts_[step];
  disk_.kill();
  throw Killed(step);
}

void Killer::revive() {
  if (disk_.fired()) ++kills_[Step::disk];
  disk_.clear_failure();
  if (!dead()) disk_.kill();
  plan_.reset();
  sends_draft_ = false;
  disk_.restart();
}

}  // namespace godwit::sim
