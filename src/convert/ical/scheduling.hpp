/// Scheduling messages to send, made of the event that they are about. RFC 5546
///
/// `ics` is the calendar that has it: a stored one, or the message that is answered. `instance`
/// names one occurrence as EventException::original does; nothing = all that the user was invited
/// to. Errors of all: those of read_event; not_found (rule `no_occurrence`).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "convert/ical/context.hpp"
#include "item/event.hpp"
#include "item/meeting.hpp"

namespace godwit::convert::ical {

/// What an attendee says.
struct MeetingAnswer {
  Response response = Response::accepted;  // accepted, tentative or declined
  std::string address, name;               // of who says it; the name may be empty
  std::string comment;                     // may be empty
  /// Both or none: other times, proposed by METHOD:COUNTER.
  std::optional<Time> proposed_start{}, proposed_end{};
};
Result<std::string> make_reply(std::string_view ics, std::string_view uid,
                               std::optional<Time> instance, const MeetingAnswer& answer,
                               const Context& context);

/// METHOD:REQUEST, without alarms and what else is the organizer's own.
Result<std::string> make_request(std::string_view ics, std::string_view uid,
                                 std::optional<Time> instance, const Context& context);
/// METHOD:CANCEL, one above the event's SEQUENCE.
Result<std::string> make_cancel(std::string_view ics, std::string_view uid,
                                std::optional<Time> instance, const Context& context);

/// `REQUEST`, as METHOD and a mail's part name it.
std::string_view name_of(MeetingMessage::Method method);

}  // namespace godwit::convert::ical
