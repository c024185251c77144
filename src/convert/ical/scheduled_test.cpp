#include "convert/ical/scheduled.hpp"

#include <gtest/gtest.h>

#include "convert/ical/ical.hpp"
#include "convert/ical/ical_bed.hpp"
#include "convert/ical/imip.hpp"

namespace godwit::convert::ical {
namespace {

using Text = std::optional<std::string>;

struct Facts {
  std::string_view method = "REQUEST";
  int sequence = 0;
  std::string_view stamp = "20240501T000000Z";
  std::string_view start = "20240603T090000";
  std::string_view end = "20240603T100000";
  std::string_view more = "RRULE:FREQ=WEEKLY\r\n";
  std::string_view mine = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:me@example.com\r\n";
};

std::string calendar(const Facts& facts) {
  std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nMETHOD:";
  out += std::string(facts.method) + "\r\nBEGIN:VEVENT\r\nUID:s1@example.org\r\nDTSTAMP:";
  out += std::string(facts.stamp) + "\r\nSEQUENCE:" + std::to_string(facts.sequence);
  out += "\r\nDTSTART;TZID=Europe/Berlin:" + std::string(facts.start);
  out += "\r\nDTEND;TZID=Europe/Berlin:" + std::string(facts.end) + "\r\nSUMMARY:Team\r\n";
  out += "ORGANIZER;CN=Bob:mailto:bob@example.org\r\nATTENDEE:mailto:ann@example.org\r\n";
  out += facts.mine;
  out += facts.more;
  return out + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

MeetingMessage message(const std::string& text) {
  auto meeting = read_meeting_message(text, "", context());
  EXPECT_TRUE(meeting) << meeting.error().message;
  return meeting ? *meeting : MeetingMessage{};
}

Result<Text> invited(std::string_view stored, const Facts& facts) {
  const std::string text = calendar(facts);
  return with_invitation(stored, text, message(text), context());
}

std::string placed(std::string_view stored, const Facts& facts) {
  const auto out = invited(stored, facts);
  EXPECT_TRUE(out) << out.error().message;
  EXPECT_TRUE(out && *out) << "nothing was placed";
  return out && *out ? **out : std::string();
}

Event event_of(const std::string& text) {
  Repairs repairs;
  const auto event = read_event(text, {}, context(), repairs);
  EXPECT_TRUE(event) << text;
  return event ? *event : Event{};
}

std::string accepted(const std::string& text, std::optional<Time> instance = {}) {
  const auto out = with_answer(text, instance, Response::accepted, "me@example.com", context());
  EXPECT_TRUE(out) << out.error().message;
  return out.value_or("");
}

TEST(WithInvitation, ANewOneStandsThereTentatively) {
  const std::string text = placed("", {});
  EXPECT_EQ(text.find("METHOD"), std::string::npos);
  const Event event = event_of(text);
  EXPECT_EQ(event.details.busy_status, BusyStatus::tentative);
  EXPECT_EQ(event.details.response, Response::not_responded);
  EXPECT_TRUE(event.recurrence);
  Facts unnamed;
  unnamed.mine = "";
  EXPECT_EQ(event_of(placed("", unnamed)).details.response, Response::not_responded);
}

TEST(WithInvitation, TheSameAndOlderOnesChangeNothing) {
  const std::string text = placed("", {.sequence = 1});
  EXPECT_EQ(*invited(text, {.sequence = 1}), std::nullopt);
  EXPECT_EQ(*invited(text, {.sequence = 0, .stamp = "20240601T000000Z"}), std::nullopt);
  EXPECT_NE(*invited(text, {.sequence = 1, .stamp = "20240601T000000Z"}), std::nullopt);
}

TEST(WithInvitation, WhatMovesNothingKeepsTheAnswer) {
  const std::string text = accepted(placed("", {}));
  Facts update{.sequence = 1};
  update.more = "RRULE:FREQ=WEEKLY\r\nLOCATION:Room 2\r\n";
  const Event same = event_of(placed(text, update));
  EXPECT_EQ(same.details.location.display_name, "Room 2");
  EXPECT_EQ(same.details.response, Response::accepted);
  EXPECT_EQ(same.details.busy_status, BusyStatus::busy);
  Facts moved{.sequence = 2};
  moved.start = "20240603T110000";
  moved.end = "20240603T120000";
  const Event other = event_of(placed(text, moved));
  EXPECT_EQ(other.details.start, at(2024, 6, 3, 9));
  EXPECT_EQ(other.details.response, Response::not_responded);
  EXPECT_EQ(other.details.busy_status, BusyStatus::tentative);
}

TEST(WithInvitation, OneOccurrence) {
  const std::string text = accepted(placed("", {}));
  Facts one{.sequence = 1};
  one.start = "20240610T130000";
  one.end = "20240610T140000";
  one.more = "RECURRENCE-ID;TZID=Europe/Berlin:20240610T090000\r\n";
  const std::string changed = placed(text, one);
  const Event event = event_of(changed);
  ASSERT_EQ(event.exceptions.size(), 1U);
  EXPECT_EQ(event.exceptions[0].original, at(2024, 6, 10, 7));
  EXPECT_EQ(event.exceptions[0].details.start, at(2024, 6, 10, 11));
  EXPECT_EQ(event.exceptions[0].details.response, Response::not_responded);
  EXPECT_EQ(event.details.response, Response::accepted);
  EXPECT_EQ(*invited(changed, one), std::nullopt);
  one.sequence = 2;
  EXPECT_EQ(event_of(placed(changed, one)).exceptions.size(), 1U);
  // The series that is told again keeps it, one that moves does not.
  Facts again{.sequence = 3};
  EXPECT_EQ(event_of(placed(changed, again)).exceptions.size(), 1U);
  again.start = "20240604T090000";
  again.end = "20240604T100000";
  EXPECT_TRUE(event_of(placed(changed, again)).exceptions.empty());
  // Invited to that one alone.
  EXPECT_EQ(event_of(placed("", one)).orphan_of, at(2024, 6, 10, 7));
}

TEST(WithCancellation, TheEventSaysSo) {
  const std::string text = accepted(placed("", {.sequence = 1}));
  Facts cancel{.method = "CANCEL", .sequence = 2};
  const auto all = with_cancellation(text, message(calendar(cancel)), context());
  ASSERT_TRUE(all && *all);
  EXPECT_TRUE(event_of(**all).details.cancelled);
  EXPECT_EQ(event_of(**all).details.busy_status, BusyStatus::free);
  cancel.more = "RECURRENCE-ID;TZID=Europe/Berlin:20240610T090000\r\n";
  const auto one = with_cancellation(text, message(calendar(cancel)), context());
  ASSERT_TRUE(one && *one);
  const Event event = event_of(**one);
  EXPECT_FALSE(event.details.cancelled);
  ASSERT_EQ(event.exceptions.size(), 1U);
  EXPECT_TRUE(event.exceptions[0].details.cancelled);
  cancel.sequence = 0;
  EXPECT_EQ(*with_cancellation(text, message(calendar(cancel)), context()), std::nullopt);
}

/// The same meeting as its organizer has it.
std::string organized() {
  return without(without(calendar({.sequence = 1}), "METHOD:REQUEST\r\n"),
                 "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:me@example.com\r\n");
}

Context bob() {
  Context out = context();
  out.addresses = {"bob@example.org"};
  return out;
}

TEST(WithReply, OnlyOfThoseWhoWereInvitedAndToWhatItIsNow) {
  Facts facts{.method = "REPLY", .sequence = 1};
  std::string reply = without(calendar(facts), facts.mine);
  const auto put = [&](std::string_view old, std::string_view fresh) {
    reply.replace(reply.find(old), old.size(), fresh);
  };
  put("ATTENDEE:", "ATTENDEE;PARTSTAT=ACCEPTED:");
  const auto done = with_reply(organized(), message(reply), bob());
  ASSERT_TRUE(done && *done);
  EXPECT_EQ(event_of(**done).details.attendees[0].status, Response::accepted);
  EXPECT_EQ(*with_reply(**done, message(reply), bob()), std::nullopt);
  EXPECT_EQ(*with_reply(organized(), message(reply), context()), std::nullopt);
  put("SEQUENCE:1", "SEQUENCE:0");
  EXPECT_EQ(*with_reply(organized(), message(reply), bob()), std::nullopt);
  put("SEQUENCE:0", "SEQUENCE:1");
  put("mailto:ann@", "mailto:eve@");
  EXPECT_EQ(*with_reply(organized(), message(reply), bob()), std::nullopt);
  put("mailto:eve@", "mailto:ann@");
  put("RRULE:FREQ=WEEKLY", "RECURRENCE-ID;TZID=Europe/Berlin:20240610T090000");
  const auto one = with_reply(organized(), message(reply), bob());
  ASSERT_TRUE(one && *one);
  EXPECT_EQ(event_of(**one).details.attendees[0].status, Response::not_responded);
  ASSERT_EQ(event_of(**one).exceptions.size(), 1U);
  EXPECT_EQ(event_of(**one).exceptions[0].details.attendees[0].status, Response::accepted);
}

TEST(WithAnswer, AllOrOneOccurrence) {
  const std::string text = placed("", {});
  const Event all = event_of(accepted(text));
  EXPECT_EQ(all.details.response, Response::accepted);
  EXPECT_EQ(all.details.busy_status, BusyStatus::busy);
  EXPECT_EQ(all.details.reply_time, at(2024, 6, 1));
  EXPECT_EQ(all.details.attendees[0].status, Response::not_responded);
  const Event one = event_of(accepted(text, at(2024, 6, 10, 7)));
  EXPECT_EQ(one.details.response, Response::not_responded);
  ASSERT_EQ(one.exceptions.size(), 1U);
  EXPECT_EQ(one.exceptions[0].details.response, Response::accepted);
  EXPECT_EQ(one.exceptions[0].details.reply_time, at(2024, 6, 1));
  EXPECT_FALSE(
      with_answer(text, at(2024, 6, 11, 7), Response::accepted, "me@example.com", context()));
}

TEST(WithSequence, OfAllComponents) {
  const std::string text = accepted(placed("", {}), at(2024, 6, 10, 7));
  const auto out = with_sequence(text, 7);
  ASSERT_TRUE(out);
  std::size_t count = 0;
  for (std::size_t at = out->find("SEQUENCE:7"); at != std::string::npos;
       at = out->find("SEQUENCE:7", at + 1)) {
    ++count;
  }
  EXPECT_EQ(count, 2U);
}

TEST(MeetingHref, IsTheUidWhereThatIsAName) {
  EXPECT_EQ(meeting_href("40000-ab_C"), "40000-ab_C");
  // A name with a dot gets no suffix later (RFC 4791 5.3.1 asks for none, servers expect one).
  EXPECT_EQ(meeting_href("a.b@example.com"), "a.b@example.com.ics");
  for (const std::string& odd : {std::string(), std::string("."), std::string("../a"),
                                 std::string("a/b"), std::string("a b"), std::string(201, 'a')}) {
    EXPECT_EQ(meeting_href(odd).size(), 33U) << odd;
    EXPECT_TRUE(meeting_href(odd).starts_with('m'));
  }
  EXPECT_NE(meeting_href("a b"), meeting_href("a c"));
}

TEST(WithMessage, OnlyFromThoseWhoseWordItIs) {
  const auto text = calendar({});
  const auto meeting = read_meeting_message(text, "", context());
  ASSERT_TRUE(meeting);
  const auto placed = with_message("", text, *meeting, "BOB@example.org", context());
  ASSERT_TRUE(placed);
  EXPECT_TRUE(placed->has_value());
  const auto forged = with_message("", text, *meeting, "eve@example.net", context());
  ASSERT_TRUE(forged);
  EXPECT_FALSE(forged->has_value());
}

}  // namespace
}  // namespace godwit::convert::ical
