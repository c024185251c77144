/// What phones do with meetings, for tests: invitations, answers, and the mails that phones up to
/// 14.1 send of their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/device.hpp"

namespace godwit::test {

/// A meeting of an hour, on some day.
struct PhoneMeeting {
  std::string uid = "made-by-a-phone";
  std::string organizer = "ann@example.com";
  std::vector<std::string> attendees{"bob@example.com"};
  std::string start = "20240610T080000Z";
  std::string end = "20240610T090000Z";
  int sequence = 0;
};

const std::string& calendar_id(const client::Device& device);
const std::string& inbox_id(const client::Device& device);

/// The event as the organizer's phone adds it: from 16.0 on without UID and organizer.
std::vector<client::Node> new_meeting(const client::Device& device, const PhoneMeeting& meeting);

/// REQUEST or CANCEL of the organizer's phone to the attendees.
std::string organizers_mail(std::string_view method, const PhoneMeeting& meeting);
/// REPLY of an attendee's phone.
std::string attendees_mail(const PhoneMeeting& meeting, const std::string& attendee,
                           std::string_view partstat);
client::Outgoing outgoing(std::string mime, std::string id);

client::Wire response_wire(const client::Device& device, std::string user_response,
                           std::string collection, std::string id,
                           std::vector<client::Node> more = {});
struct MeetingReply {
  int status = 0;
  std::string calendar_id;
};
/// Of a MeetingResponse with one Request.
MeetingReply read_reply(const client::Answer& answer);

}  // namespace godwit::test
