/// Scheduling messages as they come by mail. RFC 5546, RFC 6047
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "convert/ical/context.hpp"
#include "item/meeting.hpp"
#include "item/message.hpp"

namespace godwit::convert::ical {

/// Of a text/calendar part, decoded. `method` is the part's parameter, for a calendar that names
/// none itself; where both do, the calendar's counts. Only the first event's series is read: one
/// message is about one UID (RFC 5546 3.2). Errors: those of read_event; unsupported (rule
/// `no_method`: not a message that a phone is shown as a meeting's), incomplete (rules
/// `no_attendee`: an answer of nobody; `no_uid`).
Result<MeetingMessage> read_meeting_message(std::string_view ics, std::string_view method,
                                            const Context& context);

/// What of a part is looked at, as encoded: attachments may lie in it.
inline constexpr std::uint64_t meeting_part_bytes_max = std::uint64_t{2} * 1024 * 1024;

/// The part of a mail that is a scheduling message: the first text/calendar one that says its
/// method; else the first that is not attached, since some Apple mailers name no method. Nothing in
/// embedded messages, and none larger than the bound. nullptr: there is none.
const Part* meeting_part(const Part& structure);
/// Its text, encodings undone. `raw` is all of the part.
std::string meeting_text(const Part& part, std::string_view raw);
/// Both in one. Errors: as read_meeting_message.
Result<MeetingMessage> read_meeting_part(const Part& part, std::string_view raw,
                                         const Context& context);

}  // namespace godwit::convert::ical
