/// Kills the server at a named step of its journal, or at any operation of its disk: what was not
/// synced is lost, and whatever the process wanted to do next does not happen.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/fault.hpp"
#include "faults/fault_disk.hpp"

namespace godwit::sim {

/// engine.md §2: intent, action, outcome; before and after each is where a process may die.
enum class Step : std::uint8_t {
  // A change of the mailbox: commands of a Sync, MoveItems, folders, EmptyFolderContents
  intent_before,   // nothing durable yet
  intent_after,    // the intent is, the action is not
  action_before,   // as the backend is asked
  action_after,    // the backend did it, nobody noted it
  outcome_before,  // the answer is made, nothing of it durable
  outcome_after,   // all is durable, the device learns nothing
  // A draft that a phone writes or edits
  draft_intent_before,
  draft_intent_after,
  draft_append_before,  // as the new message goes to the folder
  draft_append_after,
  draft_remove_before,  // as the message before, or the one that was sent, goes
  draft_remove_after,
  draft_outcome_before,
  draft_outcome_after,
  // A mail on its way out
  mail_intent_before,
  mail_intent_after,
  submit_before,
  hop_before,  // as the next hop is asked
  hop_after,   // it took the mail, nobody noted it: the moment that cannot be settled
  submit_after,
  sent_before,  // as the sending is noted
  sent_after,
  save_before,  // as the copy goes to the Sent folder
  save_after,
  mark_before,  // as the answered message is marked
  mark_after,
  end_before,  // as the intent is ended
  end_after,
  // At any time
  disk,
};
inline constexpr std::size_t step_count = 29;
std::string_view to_string(Step step);
/// The steps that a request of a kind passes.
std::span<const Step> steps_of_change();
std::span<const Step> steps_of_sending();
std::span<const Step> steps_of_draft();
/// Of a draft that is sent.
std::span<const Step> steps_of_sent_draft();

class Killed : public Fault {
 public:
  explicit Killed(Step step)
      : Fault(Kind::unavailable, "killed: " + std::string(to_string(step))) {}
};

class Killer {
 public:
  explicit Killer(test::FaultDisk& disk) : disk_(disk) {}
  /// Dies when `step` is reached for the `nth` time from now; `disk`: at the `nth` operation.
  void arm(Step step, unsigned nth);
  void disarm();
  /// Called by the wrappers. Throws Killed.
  void reach(Step step);
  bool dead() const { return disk_.is_down(); }
  /// The disk is there again, as far as it survived.
  void revive();
  /// What goes out from now on is a draft, or is not.
  void sends_draft(bool sends) { sends_draft_ = sends; }
  const std::map<Step, unsigned>& kills() const { return kills_; }
  /// Of these: as a draft was sent.
  const std::map<Step, unsigned>& kills_of_sent_drafts() const { return kills_of_sent_drafts_; }

 private:
  struct Plan {
    Step step;
    unsigned left;
  };
  test::FaultDisk& disk_;
  std::optional<Plan> plan_;
  bool sends_draft_ = false;
  std::map<Step, unsigned> kills_, kills_of_sent_drafts_;
};

}  // namespace godwit::sim
