/// Moving one message exactly once, whatever dies in between (engine.md §2).
#pragma once

#include <string>
#include <vector>

#include "command/session.hpp"
#include "sync/journal.hpp"

namespace godwit::command {

struct Move {
  FolderKey from;
  std::uint32_t uid_validity;
  Uid uid;
  FolderKey to;
};

/// By what a message is known again in another folder.
struct Likeness {
  std::string message_id;  // empty where it has none
  std::uint64_t size = 0;
  Time received{};
};
Likeness likeness_of(const Message& message);

/// A move and the name of its intent.
struct NamedMove {
  std::string name;
  Move move;
  Likeness likeness = {};  // all empty: the message is not there (any more)
};

/// Opens intents of moves into `target`, which remember where its UIDs stood: a recovered one looks
/// only at what came later.
Task<std::vector<sync::OpenIntent>> open_move_intents(Session& session, FolderKey target,
                                                      std::vector<std::string> names);
/// The same for moves into any folders, in one commit. These also remember what is moved, so that
/// it is found in the target when it is gone from where it was.
Task<std::vector<sync::OpenIntent>> open_move_intents(Session& session,
                                                      const std::vector<NamedMove>& moves);

/// The UIDVALIDITY that the target of a move had as its intent was opened.
std::uint32_t target_validity(const sync::OpenIntent& intent);

/// Does the move, or finishes what a recovered intent began. The UID in the target (0 when it
/// cannot be told); not_found when the message is nowhere. `claimed`, when given: UIDs of the
/// target that other moves of the request came to, which are not taken for this one's copy; this
/// one's is added.
Task<Result<Uid>> finish_move(Session& session, Move move, sync::OpenIntent intent,
                              UidSet* claimed = nullptr);

}  // namespace godwit::command
