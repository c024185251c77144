/// What scheduling messages and answers make of the calendar that they concern. RFC 5546
///
/// `stored` is the calendar text that has the event. Errors of all: those of read_event.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "convert/ical/context.hpp"
#include "item/event.hpp"
#include "item/meeting.hpp"

namespace godwit::convert::ical {

/// An attendee's calendar after METHOD:REQUEST. `stored` is empty where the event is new: then it
/// stands there tentatively until it is answered. `message` is the calendar that `meeting` was read
/// of. What moves nothing keeps the user's answer, alarms and categories. Nothing: the calendar
/// knows this already, or something newer (SEQUENCE, then DTSTAMP; RFC 5546 2.1.5).
Result<std::optional<std::string>> with_invitation(std::string_view stored,
                                                   std::string_view message,
                                                   const MeetingMessage& meeting,
                                                   const Context& context);
/// After METHOD:CANCEL: the event, or one occurrence, stays and says that it is cancelled.
Result<std::optional<std::string>> with_cancellation(std::string_view stored,
                                                     const MeetingMessage& meeting,
                                                     const Context& context);
/// The organizer's calendar after METHOD:REPLY or COUNTER, whose times stand with the attendee.
/// Nothing also where the responder was not invited, or the user does not organize it.
Result<std::optional<std::string>> with_reply(std::string_view stored,
                                              const MeetingMessage& meeting,
                                              const Context& context);

/// The calendar after any of these, from `author` (the address in From): an organizer's message is
/// applied where the organizer sent it, an answer where it comes from who answers. `stored` is
/// empty where nobody knows the event. Nothing also for everything that changes no calendar.
Result<std::optional<std::string>> with_message(std::string_view stored, std::string_view message,
                                                const MeetingMessage& meeting,
                                                std::string_view author, const Context& context);

/// An attendee's calendar after the user accepted, also tentatively: all of it, or the occurrence
/// that the series gives at `instance`. `address` is the user's, for a calendar that does not name
/// it. Error: not_found (rule `no_occurrence`).
Result<std::string> with_answer(std::string_view stored, std::optional<Time> instance,
                                Response response, std::string_view address,
                                const Context& context);

/// What an event is called in a collection that it comes to by its invitation: by its UID where
/// that is a name, as servers that schedule call it, so that both write the same one.
std::string meeting_href(std::string_view uid);

/// The text with that SEQUENCE in the series and its exceptions.
Result<std::string> with_sequence(std::string_view stored, std::uint32_t sequence);

}  // namespace godwit::convert::ical
