/// Drafts that a device writes (16.0 and later): added, edited, sent, each exactly once whatever
/// dies in between (engine.md §2, docs/adr/0013-drafts-and-conversations.md).
///
/// An edit is a new message in place of the one before, which goes last; the device goes on to name
/// the draft by the id it knows. The intent holds by which Message-ID the new message is found.
#pragma once

#include <map>
#include <string>

#include "command/draft_record.hpp"
#include "command/sync_commands.hpp"
#include "sync/journal.hpp"

namespace godwit::command {

class DraftCommands {
 public:
  DraftCommands(MailWork& work, const eas::SyncCollection& request)
      : work_(work), request_(request) {}

  /// Item statuses: 6 (no draft, or not one that can be read), 9 (too large), 183 and others of a
  /// mail that cannot be sent.
  Task<std::uint16_t> add(const eas::SyncCommand& command, sync::CommandOutcome& outcome);
  /// `uid` as the collection's state has it. Also 8: the draft is gone, or sent by this request.
  Task<std::uint16_t> change(const eas::SyncCommand& command, const mapping::EmailChange& wanted,
                             Uid uid, sync::CommandOutcome& outcome);
  /// All commands are done: their intents end with the commit of the answer.
  void finish();

 private:
  MailWork& work_;
  const eas::SyncCollection& request_;
  UidSet claimed_;  // by Adds of this request: equal drafts are not one
  std::map<std::string, DraftChain> chains_;
};

}  // namespace godwit::command
