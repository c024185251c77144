/// Edits of drafts that a kill cut short and that nobody asks for again (draft_commands.hpp).
#pragma once

#include <string>
#include <vector>

#include "command/session.hpp"
#include "eas/sync.hpp"

namespace godwit::command {

/// Finishes those of the collection that `commands` do not ask for.
Task<> finish_left_drafts(Session& session, FolderKey folder, std::string collection,
                          const std::vector<eas::SyncCommand>& commands);

}  // namespace godwit::command
