/// What a MeetingResponse asks, and what each of its requests is about. [MS-ASCMD] MeetingResponse
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command/calendar_events.hpp"
#include "command/mail_move.hpp"
#include "command/session.hpp"
#include "item/event.hpp"

namespace godwit::command {

// [MS-ASCMD] Status (MeetingResponse).
namespace meeting_status {
inline constexpr std::uint16_t ok = 1;
inline constexpr std::uint16_t invalid = 2;
inline constexpr std::uint16_t mailbox_error = 3;
inline constexpr std::uint16_t server_error = 4;
}  // namespace meeting_status

/// One Request as it came.
struct MeetingRequest {
  std::string request_id, collection_id, long_id;
  std::optional<std::string> instance_id;
  Response response = Response::none;  // none: the request says nothing that is known
  bool send_response = false;
  bool is_bad = false;  // what it says about sending is wrong
  std::string comment;
  std::optional<Time> proposed_start, proposed_end;

  const std::string& id() const { return long_id.empty() ? request_id : long_id; }
};
/// Nothing: not a list of requests.
std::optional<std::vector<MeetingRequest>> read_meeting_requests(const wbxml::Element& document,
                                                                 eas::Version version);

/// What a request is about, found.
struct MeetingTarget {
  std::string uid;
  Event event;                   // as the invitation or the calendar says it
  std::string calendar;          // the text that says it
  std::optional<Time> instance;  // the occurrence that is answered, of a series
  /// Where it is an invitation: the mail, which goes when it is answered.
  std::optional<Move> mail{};
  Likeness likeness{};
};
/// What a Result without success says.
using MeetingFailure = std::uint16_t;
Task<std::expected<MeetingTarget, MeetingFailure>> find_meeting(Session& session,
                                                                const MeetingRequest& request);

}  // namespace godwit::command
