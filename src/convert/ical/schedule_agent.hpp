/// Whom the calendar's server tells of an event by itself, and whom it is to leave to others
/// (RFC 6638 7.1, 7.3; docs/adr/0012-who-sends-what.md). Texts that are no calendar name nobody and
/// stay as they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace godwit::convert::ical {

/// Addresses of the attendees whose SCHEDULE-AGENT is the server and of whom SCHEDULE-STATUS tells
/// no failure.
std::vector<std::string> told_by_server(std::string_view ics);
/// Whether the server says that it told the organizer an attendee's answer.
bool answer_told_by_server(std::string_view ics);

/// Whether an attendee's event is none that its server tells the organizer of.
bool is_left_to_clients(std::string_view ics);

/// With SCHEDULE-AGENT=CLIENT on those attendees.
std::string with_client_agent(std::string_view ics, const std::vector<std::string>& attendees);
/// An attendee's event on its way to a server: with that SCHEDULE-AGENT on the organizer (empty:
/// none), and without the SCHEDULE-STATUS of an earlier answer.
std::string with_answer_agent(std::string_view ics, std::string_view agent);

}  // namespace godwit::convert::ical
