/// Entries of the audit log about what happens in a device's request.
#pragma once

#include <string>

#include "command/session.hpp"
#include "policy/audit.hpp"

namespace godwit::command {

/// To be committed with what it tells of. `by`: who decided; empty = the device itself.
store::Write audited(const Session& session, std::string action, std::string details,
                     std::string by = {});

}  // namespace godwit::command
