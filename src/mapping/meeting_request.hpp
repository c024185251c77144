/// The MeetingRequest element of a mail. [MS-ASEMAIL] MeetingRequest
#pragma once

#include <string_view>

#include "eas/version.hpp"
#include "item/meeting.hpp"
#include "wbxml/writer.hpp"

namespace godwit::mapping {

/// [MS-ASEMAIL] MessageClass; empty: there is none for it.
std::string_view message_class_of(const MeetingMessage& meeting);

/// Nothing of a message of the user's own meeting that asks others: [MS-ASEMAIL] has it where the
/// user is an attendee, and in answers.
void write_meeting_request(const MeetingMessage& meeting, eas::Version version,
                           wbxml::Writer& writer);

}  // namespace godwit::mapping
