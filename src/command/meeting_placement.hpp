/// What scheduling mails in the inbox make of the user's calendar where the calendar's server sees
/// no mail: what the embedded store does at delivery. RFC 5546, docs/adr/0012-who-sends-what.md
#pragma once

#include <cstdint>
#include <vector>

#include "command/session.hpp"

namespace godwit::command {

/// Of messages that a device is about to be shown: each message of a meeting counts once a user,
/// whatever became of the event since, and only while it is young. The writes that remember it go
/// into the commit after which they are not asked for again; a calendar that cannot be reached is
/// remembered there too, and tried with a later call. Throws nothing for the calendar's faults.
Task<std::vector<store::Write>> place_meetings(Session& session, FolderKey folder,
                                               std::uint32_t uid_validity, std::vector<Uid> uids);

}  // namespace godwit::command
