#include "mapping/meeting_request.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "convert/ical/ical_bed.hpp"
#include "mapping/global_object_id.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/text.hpp"

namespace godwit::mapping {
namespace {

using convert::ical::at;
using eas::Version;
using Method = MeetingMessage::Method;
namespace chrono = std::chrono;

MeetingMessage invitation() {
  MeetingMessage meeting;
  meeting.stamp = at(2024, 6, 1, 10);
  Event& event = meeting.event;
  event.uid = "abc@example.com";
  event.organizer = Organizer{.email = "bob@example.org", .name = "Bob"};
  event.zone_rules = convert::Zone::named("Europe/Berlin")->rules_at(at(2024, 6, 1));
  event.response_requested = true;
  event.details.start = at(2024, 6, 10, 8);
  event.details.end = at(2024, 6, 10, 9);
  event.details.location.display_name = "Room 1";
  event.details.busy_status = BusyStatus::working_elsewhere;
  event.details.reminder_minutes = 15;
  return meeting;
}

std::string shown(const MeetingMessage& meeting, Version version) {
  StringSink sink;
  wbxml::Writer writer(sink);
  writer.open(wbxml::airsync::ApplicationData);
  write_meeting_request(meeting, version, writer);
  writer.close();
  return wbxml::dump(sink.text());
}

bool has(const std::string& text, std::string_view wanted) {
  return text.find(wanted) != std::string::npos;
}

TEST(WriteMeetingRequest, EveryDialectGetsItsElements) {
  for (const Version version : eas::all_versions_list) {
    const std::string text = shown(invitation(), version);
    SCOPED_TRACE(text);
    const bool dates = version >= Version::v16_0;
    EXPECT_TRUE(has(text, "StartTime 2024-06-10T08:00:00.000Z"));
    EXPECT_TRUE(has(text, "EndTime 2024-06-10T09:00:00.000Z"));
    EXPECT_TRUE(has(text, "InstanceType 0"));
    EXPECT_TRUE(has(text, R"(\"Bob\" <bob@example.org>)"));
    EXPECT_TRUE(has(text, "Reminder 900"));
    EXPECT_TRUE(has(text, "ResponseRequested 1"));
    EXPECT_TRUE(has(text, dates ? "BusyStatus 4" : "BusyStatus 2"));
    EXPECT_EQ(has(text, "\n    Location Room 1"), !dates);
    EXPECT_EQ(has(text, "AirSyncBase:Location\n"), dates);
    EXPECT_EQ(has(text, "GlobalObjId"), !dates);
    EXPECT_EQ(has(text, "Calendar:UID abc@example.com"), dates);
    EXPECT_EQ(has(text, "DisallowNewTimeProposal 0"), version >= Version::v14_0);
    EXPECT_EQ(has(text, "MeetingMessageType 1"), version >= Version::v14_1);
    EXPECT_FALSE(has(text, "RecurrenceId"));
  }
}

TEST(WriteMeetingRequest, OccurrencesSeriesAndProposals) {
  MeetingMessage meeting = invitation();
  meeting.event.sequence = 2;
  meeting.event.orphan_of = at(2024, 6, 9, 22, 30);  // the 10th in Berlin
  const std::string one = shown(meeting, Version::v14_1);
  EXPECT_TRUE(has(one, "InstanceType 3"));
  EXPECT_TRUE(has(one, "RecurrenceId 2024-06-09T22:30:00.000Z"));
  EXPECT_TRUE(has(one, "MeetingMessageType 2"));
  EXPECT_TRUE(has(one, global_object_id("abc@example.com",
                                        chrono::year(2024) / chrono::June / chrono::day(10))));

  meeting = invitation();
  meeting.event.recurrence = Recurrence{};
  meeting.event.recurrence->type = Recurrence::Type::monthly;
  meeting.event.recurrence->day_of_month = 10;
  meeting.event.recurrence->until = at(2024, 12, 10, 9);
  const std::string series = shown(meeting, Version::v16_1);
  EXPECT_TRUE(has(series, "InstanceType 1"));
  EXPECT_TRUE(has(series, "DayOfMonth 10"));
  EXPECT_TRUE(has(series, "Until 20241210T090000Z"));
  EXPECT_TRUE(has(series, "Email2:IsLeapMonth 0"));
  EXPECT_FALSE(has(shown(meeting, Version::v12_1), "Email2"));

  meeting = invitation();
  meeting.method = Method::counter;
  meeting.responder = Attendee{.email = "ann@example.com", .name = "Ann"};
  meeting.proposed_start = at(2024, 6, 11, 8);
  meeting.proposed_end = at(2024, 6, 11, 9);
  EXPECT_TRUE(has(shown(meeting, Version::v16_1), "ProposedStartTime 20240611T080000Z"));
  EXPECT_FALSE(has(shown(meeting, Version::v16_0), "Proposed"));
}

TEST(WriteMeetingRequest, NothingOfWhatTheUserAsked) {
  MeetingMessage meeting = invitation();
  meeting.event.organizer_is_user = true;
  EXPECT_FALSE(has(shown(meeting, Version::v14_1), "MeetingRequest"));
  meeting.method = Method::reply;
  EXPECT_TRUE(has(shown(meeting, Version::v14_1), "MeetingRequest"));
  meeting.has_times = false;
  EXPECT_FALSE(has(shown(meeting, Version::v14_1), "StartTime"));
}

TEST(MessageClassOf, Answers) {
  MeetingMessage meeting = invitation();
  EXPECT_EQ(message_class_of(meeting), "IPM.Schedule.Meeting.Request");
  meeting.method = Method::cancel;
  EXPECT_EQ(message_class_of(meeting), "IPM.Schedule.Meeting.Canceled");
  meeting.method = Method::reply;
  meeting.responder = Attendee{.email = "a@b", .name = "", .status = Response::accepted};
  EXPECT_EQ(message_class_of(meeting), "IPM.Schedule.Meeting.Resp.Pos");
  meeting.responder->status = Response::declined;
  EXPECT_EQ(message_class_of(meeting), "IPM.Schedule.Meeting.Resp.Neg");
  meeting.responder->status = Response::tentative;
  EXPECT_EQ(message_class_of(meeting), "IPM.Schedule.Meeting.Resp.Tent");
}

TEST(GlobalObjectId, WrapsAndUnwraps) {
  const std::string wrapped = global_object_id("abc@example.com", std::nullopt);
  EXPECT_EQ(wrapped,
            "BAAAAIIA4AB0xbcQGoLgCAAAAAAAAAAAAAAAAAAAAAAAAAAAHAAAAHZDYWwtVWlkAQAAAGFiY0BleGFtcGxl"
            "LmNvbQA=");
  EXPECT_EQ(*uid_of_global_object_id(wrapped), "abc@example.com");
  EXPECT_EQ(*uid_of_global_object_id(global_object_id(
                "abc@example.com", chrono::year(2024) / chrono::June / chrono::day(10))),
            "abc@example.com");
}

TEST(GlobalObjectId, OutlooksOwn) {
  const std::string uid =
      "040000008200E00074C5B7101A82E00800000000A0A5A5A5A5A5D8010000000000000000100000000102030405"
      "060708090A0B0C0D0E0F10";
  const auto day = chrono::year(2024) / chrono::June / chrono::day(10);
  const auto bytes = base64_decode(global_object_id(uid, day));
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->substr(16, 4), std::string("\x07\xE8\x06\x0A"));
  EXPECT_EQ(bytes->size(), uid.size() / 2);
  EXPECT_EQ(*uid_of_global_object_id(global_object_id(uid, day)), uid);
}

TEST(GlobalObjectId, BadOnes) {
  EXPECT_FALSE(uid_of_global_object_id("@@"));
  EXPECT_FALSE(uid_of_global_object_id("AAAA"));
  // A length that lies: the whole is taken for Outlook's.
  std::string bytes = *base64_decode(global_object_id("abc@example.com", std::nullopt));
  bytes[36] = '\x7F';
  EXPECT_EQ(uid_of_global_object_id(base64_encode(bytes))->size(), 2 * bytes.size());
}

}  // namespace
}  // namespace godwit::mapping
