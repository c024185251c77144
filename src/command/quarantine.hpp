/// What a device in quarantine gets: an inbox with one mail that says why ([MS-ASCMD] FolderSync,
/// Sync), as Exchange does it, and nothing else. Nothing is stored: the keys name no state of ours,
/// so that a device that is let in finds them unknown and starts over.
#pragma once

#include <optional>

#include "command/session.hpp"
#include "command/table.hpp"

namespace godwit::command {

/// Nothing: the command may run as it is (Provision; Settings that only says what the device is).
std::optional<Answer> quarantine_answer(Session& session, const Command& command);

/// Ends what a device waited for when it came into quarantine, or something was decided: it is to
/// ask for its folders.
Answer quarantine_begins(Session& session, const Command& command);

}  // namespace godwit::command
