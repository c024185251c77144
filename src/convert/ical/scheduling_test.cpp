#include "convert/ical/scheduling.hpp"

#include <gtest/gtest.h>

#include "convert/ical/document.hpp"
#include "convert/ical/ical_bed.hpp"
#include "convert/ical/imip.hpp"

namespace godwit::convert::ical {
namespace {

using Method = MeetingMessage::Method;

constexpr std::string_view series =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n"
    "BEGIN:VEVENT\r\nUID:s1@example.org\r\nDTSTAMP:20240501T000000Z\r\nSEQUENCE:2\r\n"
    "DTSTART;TZID=Europe/Berlin:20240603T090000\r\nDTEND;TZID=Europe/Berlin:20240603T100000\r\n"
    "RRULE:FREQ=WEEKLY\r\nSUMMARY:Team\r\nCATEGORIES:Mine\r\n"
    "ORGANIZER;CN=Bob:mailto:bob@example.org\r\n"
    "ATTENDEE;CN=Ann;PARTSTAT=ACCEPTED:mailto:ann@example.org\r\n"
    "ATTENDEE;CN=\"M, E\";X-NUM=1;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:MAILTO:Me@example.com\r\n"
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:s1@example.org\r\nDTSTAMP:20240501T000000Z\r\nSEQUENCE:3\r\n"
    "RECURRENCE-ID;TZID=Europe/Berlin:20240617T090000\r\n"
    "DTSTART;TZID=Europe/Berlin:20240617T110000\r\nDTEND;TZID=Europe/Berlin:20240617T120000\r\n"
    "SUMMARY:Team later\r\nORGANIZER:mailto:bob@example.org\r\n"
    "ATTENDEE:mailto:me@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

MeetingAnswer answer(Response response) {
  return {.response = response, .address = "me@example.com", .name = "Me", .comment = "so be it"};
}

/// The only event of a calendar; every line is at most 75 octets long.
Component event_of(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find("\r\n", at);
    EXPECT_LE(end - at, 75U);
    at = end + 2;
  }
  const auto document = Document::parse(text);
  EXPECT_TRUE(document);
  const Component* const event = document->calendars().front().find_child("VEVENT");
  return event == nullptr ? Component{} : *event;
}

TEST(MakeReply, SaysWhoAndWhatAndNothingElse) {
  const auto text = make_reply(series, {}, std::nullopt, answer(Response::accepted), context());
  ASSERT_TRUE(text) << text.error().message;
  const Component event = event_of(*text);
  ASSERT_EQ(event.all("ATTENDEE").size(), 1U);
  const Line& own = *event.find("ATTENDEE");
  EXPECT_EQ(own.value, "MAILTO:Me@example.com");
  EXPECT_EQ(own.parameter("PARTSTAT"), "ACCEPTED");
  EXPECT_EQ(own.parameter("CN"), "M, E");
  EXPECT_EQ(own.parameter("RSVP"), "");
  EXPECT_EQ(event.find("SEQUENCE")->value, "2");
  EXPECT_EQ(event.find("DTSTAMP")->value, "20240601T000000Z");
  EXPECT_EQ(event.find("RECURRENCE-ID"), nullptr);
  EXPECT_EQ(event.find("CATEGORIES"), nullptr);
  EXPECT_TRUE(event.children.empty());
  EXPECT_NE(text->find("BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin"), std::string::npos);
  const auto read = read_meeting_message(*text, "", context());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method, Method::reply);
  EXPECT_EQ(read->comment, "so be it");
}

TEST(MakeReply, OfOneOccurrence) {
  const auto moved =
      make_reply(series, {}, at(2024, 6, 17, 7), answer(Response::declined), context());
  ASSERT_TRUE(moved) << moved.error().message;
  const Component own = event_of(*moved);
  EXPECT_EQ(own.find("SEQUENCE")->value, "3");
  EXPECT_EQ(own.find("DTSTART")->value, "20240617T110000");
  EXPECT_EQ(own.find("ATTENDEE")->parameter("PARTSTAT"), "DECLINED");
  const auto plain =
      make_reply(series, {}, at(2024, 6, 10, 7), answer(Response::tentative), context());
  ASSERT_TRUE(plain);
  const Component event = event_of(*plain);
  EXPECT_EQ(event.find("RECURRENCE-ID")->value, "20240610T090000");
  EXPECT_EQ(event.find("RECURRENCE-ID")->parameter("TZID"), "Europe/Berlin");
  EXPECT_EQ(event.find("DTEND")->value, "20240610T100000");
}

TEST(MakeReply, CounterProposesInTheSeriesZone) {
  MeetingAnswer proposal = answer(Response::tentative);
  proposal.proposed_start = at(2024, 6, 10, 12);
  proposal.proposed_end = at(2024, 6, 10, 13);
  const auto text = make_reply(series, {}, at(2024, 6, 10, 7), proposal, context());
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_NE(text->find("METHOD:COUNTER"), std::string::npos);
  EXPECT_EQ(event_of(*text).find("DTSTART")->value, "20240610T140000");
  const auto read = read_meeting_message(*text, "", context());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->event.details.start, at(2024, 6, 10, 7));
  EXPECT_EQ(read->proposed_start, at(2024, 6, 10, 12));
  EXPECT_EQ(read->proposed_end, at(2024, 6, 10, 13));
  EXPECT_EQ(read->event.orphan_of, at(2024, 6, 10, 7));
}

TEST(MakeRequest, KeepsWhatIsTheOrganizersToHimself) {
  const auto text = make_request(series, {}, std::nullopt, context());
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find("VALARM"), std::string::npos);
  EXPECT_EQ(text->find("CATEGORIES"), std::string::npos);
  EXPECT_NE(text->find("RRULE:FREQ=WEEKLY"), std::string::npos);
  const auto read = read_meeting_message(*text, "", context());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method, Method::request);
  EXPECT_EQ(read->event.exceptions.size(), 1U);
  EXPECT_EQ(read->event.details.attendees.size(), 2U);
  const auto one = make_request(series, {}, at(2024, 6, 24, 7), context());
  ASSERT_TRUE(one);
  EXPECT_EQ(event_of(*one).find("RRULE"), nullptr);
  EXPECT_EQ(event_of(*one).find("DTSTART")->value, "20240624T090000");
}

TEST(MakeRequest, LeavesOutWhatConcernsTheServer) {
  std::string text(series);
  text.insert(
      text.find("ATTENDEE") + std::string_view("ATTENDEE").size(),
      ";SCHEDULE-AGENT=CLIENT;SCHEDULE-STATUS=3.7;X-GODWIT-PROPOSED-START=20240610T070000Z");
  for (const auto& message : {make_request(text, {}, std::nullopt, context()),
                              make_cancel(text, {}, std::nullopt, context())}) {
    ASSERT_TRUE(message);
    EXPECT_EQ(message->find("SCHEDULE-"), std::string::npos);
    EXPECT_EQ(message->find("PROPOSED"), std::string::npos);
  }
}

TEST(MakeCancel, IsOneAboveTheSequence) {
  const auto text = make_cancel(series, {}, std::nullopt, context());
  ASSERT_TRUE(text);
  const Component event = event_of(*text);
  EXPECT_EQ(event.find("SEQUENCE")->value, "3");
  EXPECT_EQ(event.find("STATUS")->value, "CANCELLED");
  EXPECT_EQ(event.all("ATTENDEE").size(), 2U);
  EXPECT_EQ(read_meeting_message(*text, "", context())->method, Method::cancel);
}

TEST(Scheduling, BadOnes) {
  EXPECT_FALSE(make_request("", {}, std::nullopt, context()));
  EXPECT_FALSE(make_cancel(series, "other", std::nullopt, context()));
  std::string single(series.substr(0, series.find("BEGIN:VEVENT", 100)));
  single = without(single, "RRULE:FREQ=WEEKLY\r\n") + "END:VCALENDAR\r\n";
  const auto wrong =
      make_reply(single, {}, at(2024, 6, 10, 7), answer(Response::accepted), context());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::not_found);
}

}  // namespace
}  // namespace godwit::convert::ical
