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

/// Opens intents of moves into `target`, which remember where its UIDs stood: a recovered one looks
/// only at what came later.
Task<std::vector<sync::OpenIntent>> open_move_intents(Session& session, FolderKey target,
                                                      std::vector<std::string> names);

/// Does the move, or finishes what a recovered intent began. The UID in the target (0 when the
/// backend does not tell); not_found when the message is nowhere.
Task<Result<Uid>> finish_move(Session& session, Move move, sync::OpenIntent intent);

}  // namespace godwit::command
