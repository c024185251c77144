#include "convert/ical/imip.hpp"

#include <gtest/gtest.h>

#include "convert/ical/ical_bed.hpp"

namespace godwit::convert::ical {
namespace {

using Method = MeetingMessage::Method;

std::string calendar(std::string_view method, std::string_view lines) {
  std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n";
  if (!method.empty()) out += "METHOD:" + std::string(method) + "\r\n";
  out += "BEGIN:VEVENT\r\nUID:u1@example.com\r\nDTSTAMP:20240601T100000Z\r\n";
  out += "ORGANIZER;CN=Bob:mailto:bob@example.org\r\n";
  out += lines;
  return out + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

constexpr std::string_view times = "DTSTART:20240610T080000Z\r\nDTEND:20240610T090000Z\r\n";

Part part(std::string_view parameter) {
  Part out;
  out.section = "1";
  out.subtype = "calendar";
  if (!parameter.empty()) out.parameters = {{"method", std::string(parameter)}};
  out.size = 1'000;
  return out;
}

TEST(ReadMeetingMessage, RequestOfOneOccurrence) {
  const auto meeting = read_meeting_message(
      calendar("REQUEST", std::string(times) +
                              "RECURRENCE-ID:20240609T080000Z\r\nSEQUENCE:3\r\n"
                              "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:me@example.com\r\n"),
      "", context());
  ASSERT_TRUE(meeting) << meeting.error().message;
  EXPECT_EQ(meeting->method, Method::request);
  EXPECT_EQ(meeting->event.uid, "u1@example.com");
  EXPECT_EQ(meeting->event.sequence, 3U);
  EXPECT_EQ(meeting->event.orphan_of, at(2024, 6, 9, 8));
  EXPECT_EQ(meeting->stamp, at(2024, 6, 1, 10));
  EXPECT_TRUE(meeting->event.response_requested);
  EXPECT_EQ(meeting->event.details.response, Response::not_responded);
}

TEST(ReadMeetingMessage, AnswerWithoutTimes) {
  const auto meeting =
      read_meeting_message(calendar("REPLY",
                                    "COMMENT:On leave\\, sorry\r\n"
                                    "ATTENDEE;CN=Ann;PARTSTAT=DECLINED:mailto:ann@example.com\r\n"),
                           "", context());
  ASSERT_TRUE(meeting) << meeting.error().message;
  EXPECT_FALSE(meeting->has_times);
  EXPECT_EQ(meeting->comment, "On leave, sorry");
  ASSERT_TRUE(meeting->responder);
  EXPECT_EQ(meeting->responder->email, "ann@example.com");
  EXPECT_EQ(meeting->responder->status, Response::declined);
  EXPECT_FALSE(read_meeting_message(calendar("REPLY", times), "", context()));
}

TEST(ReadMeetingMessage, CounterTellsTheOldAndTheNewTimes) {
  const auto meeting = read_meeting_message(
      calendar("COUNTER", std::string(times) +
                              "ATTENDEE;PARTSTAT=TENTATIVE:mailto:ann@example.com\r\n"
                              "X-MS-OLK-ORIGINALSTART:20240610T060000Z\r\n"
                              "X-MS-OLK-ORIGINALEND:20240610T070000Z\r\n"),
      "", context());
  ASSERT_TRUE(meeting) << meeting.error().message;
  EXPECT_EQ(meeting->event.details.start, at(2024, 6, 10, 6));
  EXPECT_EQ(meeting->event.details.end, at(2024, 6, 10, 7));
  EXPECT_EQ(meeting->proposed_start, at(2024, 6, 10, 8));
  EXPECT_EQ(meeting->proposed_end, at(2024, 6, 10, 9));
}

TEST(ReadMeetingMessage, TheCalendarsMethodCountsAndBadOnesAreNone) {
  const auto named = read_meeting_message(calendar("CANCEL", times), "REQUEST", context());
  ASSERT_TRUE(named);
  EXPECT_EQ(named->method, Method::cancel);
  EXPECT_EQ(read_meeting_message(calendar("", times), "request", context())->method,
            Method::request);
  EXPECT_FALSE(read_meeting_message(calendar("PUBLISH", times), "REQUEST", context()));
  EXPECT_FALSE(read_meeting_message(calendar("", times), "", context()));
  EXPECT_FALSE(read_meeting_message(calendar("REQUEST", "DTSTART:soon\r\n"), "", context()));
  EXPECT_FALSE(read_meeting_message("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n", "", context()));
  EXPECT_FALSE(read_meeting_message("", "REQUEST", context()));
}

TEST(MeetingPart, TheOneThatSaysItsMethod) {
  Part attached = part("");
  attached.disposition = "attachment";
  Part message;
  message.type = "message";
  message.subtype = "rfc822";
  message.children = {part("REQUEST")};
  Part mixed;
  mixed.type = "multipart";
  mixed.subtype = "mixed";
  mixed.children = {message, attached};
  EXPECT_EQ(meeting_part(mixed), nullptr);
  mixed.children.push_back(part(""));
  EXPECT_EQ(meeting_part(mixed), &mixed.children[2]);
  mixed.children.push_back(part("REPLY"));
  EXPECT_EQ(meeting_part(mixed), &mixed.children[3]);
  mixed.children[3].size = meeting_part_bytes_max + 1;
  EXPECT_EQ(meeting_part(mixed), &mixed.children[2]);
}

TEST(MeetingText, EncodingsAreUndone) {
  Part encoded = part("REQUEST");
  encoded.encoding = "quoted-printable";
  encoded.parameters.emplace_back("charset", "iso-8859-1");
  EXPECT_EQ(meeting_text(encoded, "SUMMARY:Caf=E9=\r\n!"), "SUMMARY:Caf\xC3\xA9!");
}

}  // namespace
}  // namespace godwit::convert::ical
