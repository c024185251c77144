/// The device's own commands on a mail collection: done at most once, however often they come.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "command/sync_collection.hpp"
#include "mapping/email.hpp"

namespace godwit::command {

/// A mail collection while its request is worked on.
struct MailWork {
  Session& session;
  const sync::FolderTable& table;
  const sync::FolderRow& row;
  FolderKey folder;
  sync::Relationship relationship;  // as stored, with the presented key acknowledged
  bool repeated = false;            // the last answer was lost
  std::uint32_t presented = 0;      // generation of the key that came
  sync::MailState state;            // of that generation, brought up to the mailbox
  eas::SyncOptions options;
  std::map<Uid, MessageState> before;  // of messages to be changed, read before `state` was
  sync::ExpectedFlags expected;        // what the device's own commands made: not to be echoed
  std::vector<sync::CommandOutcome> outcomes;  // of this request
  std::vector<store::Write> writes;            // go with the generation's commit
};

/// The UID that a command names, when it is one of this collection's present epoch.
std::optional<Uid> uid_of(const MailWork& work, std::string_view server_id);
/// The device has it no more, and is told nothing of it.
void drop(sync::MailState& state, Uid uid);
/// What a Change means for the mailbox; `flags` become what they will be.
backend::FlagChange apply_change(const mapping::EmailChange& wanted, Flags& flags);
/// What is kept of a follow-up beside the mailbox, from the next commit on.
Task<> keep_follow_up(MailWork& work, Uid uid, FollowUp flag);
/// What is kept of messages beside the mailbox ends with them, from the next commit on.
Task<> forget_kept(MailWork& work, std::vector<Uid> uids);
/// It goes with the message to the one of that ServerId.
Task<> move_kept(MailWork& work, Uid uid, std::string target_id);

/// Two commands of equal digest ask for the same.
std::string digest(const eas::SyncCommand& command);

/// What the request whose answer was lost did for one of `commands`; nullptr = it is to be done.
/// Changes of an item count as done only where the present ones begin with all of them: a phone
/// that went on may change back and forth, and its last word counts. Changing twice alike does no
/// harm.
const sync::CommandOutcome* find_done(const sync::Relationship& relationship,
                                      const std::vector<eas::SyncCommand>& commands,
                                      const eas::SyncCommand& command);
/// The last change of that item that the lost request made: it is what the mailbox holds since.
const sync::CommandOutcome* last_change(const sync::Relationship& relationship,
                                        std::string_view id);

/// Outcomes of a lost answer, told again: what they made of messages is expected, what they removed
/// is gone.
void recall_outcomes(MailWork& work, const std::vector<eas::SyncCommand>& commands);

/// Reads the flags of what the commands change. To be called before the state is brought up to the
/// mailbox: so what others change meanwhile is told apart from the device's own doing.
Task<> note_before(MailWork& work, const std::vector<eas::SyncCommand>& commands);

/// Runs what is new, in order; responses for those that need one ([MS-ASCMD] Responses).
Task<std::vector<SyncResponse>> run_commands(MailWork& work, const eas::SyncCollection& request);

}  // namespace godwit::command
