#include "meeting_phone.hpp"

#include <utility>

#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/meeting_response.hpp"

namespace godwit::test {
namespace {

namespace calendar = wbxml::calendar;
namespace meeting_response = wbxml::meeting_response;
using client::Node;

std::string mail(std::string_view method, const std::string& to, const PhoneMeeting& meeting,
                 const std::string& attendees, bool replies) {
  return "To: " + to + "\r\nSubject: Team\r\nMIME-Version: 1.0\r\nContent-Type: " +
         "text/calendar; charset=utf-8; method=" + std::string(method) +
         "\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nMETHOD:" +
         std::string(method) + "\r\nBEGIN:VEVENT\r\nUID:" + meeting.uid + "\r\nDTSTAMP:20240601T1" +
         std::to_string(meeting.sequence) + (replies ? "30" : "00") +
         "00Z\r\nSEQUENCE:" + std::to_string(meeting.sequence) + "\r\nDTSTART:" + meeting.start +
         "\r\nDTEND:" + meeting.end + "\r\nSUMMARY:Team\r\nORGANIZER:mailto:" + meeting.organizer +
         "\r\n" + attendees + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

}  // namespace

const std::string& calendar_id(const client::Device& device) {
  return device.folder_of_type(8)->id;
}
const std::string& inbox_id(const client::Device& device) { return device.folder_of_type(2)->id; }

std::vector<Node> new_meeting(const client::Device& device, const PhoneMeeting& meeting) {
  Node attendees(calendar::Attendees);
  for (const std::string& each : meeting.attendees) {
    attendees.add(Node(calendar::Attendee, {{calendar::Email, each}, {calendar::Name, each}}));
  }
  std::vector<Node> data{{calendar::StartTime, meeting.start},
                         {calendar::EndTime, meeting.end},
                         {calendar::Subject, "Team"},
                         {calendar::MeetingStatus, "1"},
                         std::move(attendees)};
  if (device.settings().version < eas::Version::v16_0) {
    data.push_back({calendar::UID, meeting.uid});
    data.push_back({calendar::OrganizerEmail, meeting.organizer});
    data.push_back({calendar::OrganizerName, "Ann"});
  }
  return data;
}

std::string organizers_mail(std::string_view method, const PhoneMeeting& meeting) {
  std::string to;
  std::string attendees;
  for (const std::string& each : meeting.attendees) {
    to += (to.empty() ? "" : ", ") + each;
    attendees += "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:" + each + "\r\n";
  }
  return mail(method, to, meeting, attendees, false);
}

std::string attendees_mail(const PhoneMeeting& meeting, const std::string& attendee,
                           std::string_view partstat) {
  return mail("REPLY", meeting.organizer, meeting,
              "ATTENDEE;PARTSTAT=" + std::string(partstat) + ":mailto:" + attendee + "\r\n", true);
}

client::Outgoing outgoing(std::string mime, std::string id) {
  client::Outgoing out;
  out.client_id = std::move(id);
  out.mime = std::move(mime);
  return out;
}

client::Wire response_wire(const client::Device& device, std::string user_response,
                           std::string collection, std::string id, std::vector<Node> more) {
  Node request(meeting_response::Request,
               {{meeting_response::UserResponse, std::move(user_response)},
                {meeting_response::CollectionId, std::move(collection)},
                {meeting_response::RequestId, std::move(id)}});
  for (Node& each : more) request.add(std::move(each));
  return device.wire("MeetingResponse",
                     client::encode(Node(meeting_response::MeetingResponse, {request})),
                     "application/vnd.ms-sync.wbxml");
}

MeetingReply read_reply(const client::Answer& answer) {
  const auto root = client::decode(answer.body);
  const Node* const result = root ? root->find(meeting_response::Result) : nullptr;
  if (result == nullptr) return {};
  return {std::stoi(std::string(result->text_of(meeting_response::Status))),
          std::string(result->text_of(meeting_response::CalendarId))};
}

}  // namespace godwit::test
