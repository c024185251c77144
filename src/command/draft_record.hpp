/// What the engine remembers of a device's edit of a draft: in the outcome of the command, and in
/// the intent before it (docs/adr/0013-drafts-and-conversations.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/sync_commands.hpp"
#include "item/message.hpp"
#include "sync/journal.hpp"
#include "sync/mail_state.hpp"

namespace godwit::command {

/// An attachment that was added, and how the device finds it.
struct AddedDraftFile {
  std::string client_id, reference;
};

/// What an edit came to: the outcome of the command, and what its intent remembers.
struct DraftMade {
  bool sent = false;
  Uid uid = 0;     // the draft now
  Uid before = 0;  // the message that it took the place of, or that was sent
  Uid name = 0;    // by which the device knows it
  std::vector<sync::DraftName::File> files;
  std::vector<AddedDraftFile> added;
  std::string conversation_id, conversation_index;
  Flags flags;  // of the message
};

/// What an intent of a draft remembers.
struct DraftPlan {
  std::string digest;      // of the command
  std::string message_id;  // of the new message, without brackets
  std::uint32_t uid_validity = 0;
  Uid uid_next = 0;  // before it was there
  DraftMade made;    // without its UID
  // Edits of the same draft in the same request that were done by then.
  std::vector<std::string> done;  // as DraftChain has them, in their order
  DraftMade last;                 // what they came to
};

/// Edits of one draft in one request, one after the other: they have one intent.
struct DraftChain {
  bool looked = false;  // for what an attempt that was cut short left
  bool is_open = false;
  sync::OpenIntent intent;
  std::vector<std::string> done;  // digests of commands, with the status where one was refused
  DraftMade last;
  std::vector<std::string> untold;  // done by that attempt, and not yet asked for by this one

  void note_refused(const std::string& digest, std::uint16_t status);
  /// The status that the attempt came to with this command, which is the next of `untold`; nothing:
  /// it is another one.
  std::optional<std::uint16_t> recall(const std::string& digest);
};

/// What a request says of one item up to `last`: the words of a Send are those of the edits before
/// it, too.
std::string wish_of(const std::vector<eas::SyncCommand>& commands, const eas::SyncCommand& last);

/// In the names of intents of drafts.
constexpr std::string_view intent_of_drafts = "/draft/";
/// What tells a command's intent from others of its collection and key.
std::string intent_part(const eas::SyncCommand& command);

std::string pack(const DraftMade& made);
std::string pack(const DraftPlan& plan);
/// Throws Fault::Kind::corrupt.
DraftPlan unpack_draft_plan(std::string_view bytes);
/// What a command came to that worked; nothing = it was of no draft, or did not.
std::optional<DraftMade> made_of(const sync::CommandOutcome& outcome);
/// A Change of this request sent the draft of that ServerId: it is none any more.
bool was_sent(const MailWork& work, std::string_view server_id);

/// The state as the device has it once `made` is told.
void apply(MailWork& work, const DraftMade& made);
/// What a request whose answer was lost made. Nobody knows by now which marks others had set on the
/// message before: the device is told those of the new one.
void apply_again(MailWork& work, const DraftMade& made);

/// Takes what the lost request made of drafts into the state. False: the command was of none.
bool recall_drafts(MailWork& work, const eas::SyncCommand& command);

/// [MS-ASCMD] ApplicationData (Responses): what the device cannot know of its draft; nothing =
/// there is nothing to be said.
std::optional<render::Prepared> draft_answer(const sync::CommandOutcome& outcome);

}  // namespace godwit::command
