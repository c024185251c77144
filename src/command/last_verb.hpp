/// What was done last with a message: reply, reply to all, forward ([MS-ASEMAIL] LastVerbExecuted).
/// The mailbox shows it by \Answered and $Forwarded; the rest is kept beside it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "command/sending.hpp"
#include "item/email.hpp"

namespace godwit::command {

/// A request says reply or forward alone: a reply went to all when somebody got it who is neither
/// its author nor its reader, but was among the recipients of the original. `header`: the
/// original's. Addresses may be in any case.
Verb verb_of(std::string_view header, std::span<const std::string> recipients,
             std::span<const std::string> own);

/// Marks the original of a mail that was sent at `when` to `recipients`. Throws Fault.
Task<> note_verb(Session& session, Original original, std::vector<std::string> recipients,
                 Time when);

}  // namespace godwit::command
