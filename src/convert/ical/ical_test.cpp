#include <gtest/gtest.h>

#include "convert/ical/document.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/ical_bed.hpp"

namespace godwit::convert::ical {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view weekly =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nX-WR-CALNAME:Work\r\n"
    "BEGIN:VEVENT\r\nUID:weekly@example.com\r\nDTSTAMP:20240101T000000Z\r\n"
    "DTSTART;TZID=Europe/Berlin:20240304T090000\r\nDTEND;TZID=Europe/Berlin:20240304T100000\r\n"
    "RRULE:FREQ=WEEKLY;BYDAY=MO,TH\r\nEXDATE;TZID=Europe/Berlin:20240307T090000\r\n"
    "SUMMARY;LANGUAGE=en:Team\\, weekly\r\nX-OWN;X-P=1:kept\r\n"
    "ATTENDEE;CN=\"Lovelace, "
    "Ada\";X-NUM=7;MEMBER=\"mailto:a@x\",\"mailto:b@x\":mailto:ada@example\r\n"
    " .com\r\n"
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nEND:VALARM\r\n"
    "BEGIN:VALARM\r\nACTION:EMAIL\r\nTRIGGER:-P1D\r\nEND:VALARM\r\n"
    "END:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:weekly@example.com\r\nRECURRENCE-ID;TZID=Europe/Berlin:20240401T090000\r\n"
    "DTSTART;TZID=Europe/Berlin:20240401T110000\r\nDTEND;TZID=Europe/Berlin:20240401T120000\r\n"
    "SUMMARY:Later\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n";

TEST(Document, IsWrittenAsItWasRead) {
  const auto document = Document::parse(weekly);
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->str(), weekly);
  const Component& event = document->calendars()[0].children[0];
  EXPECT_EQ(event.find("ATTENDEE")->value, "mailto:ada@example.com");
  EXPECT_EQ(event.find("ATTENDEE")->parameter("CN"), "Lovelace, Ada");
}

TEST(ReadEvent, Series) {
  Repairs repairs;
  const auto event = read_event(weekly, {}, context(), repairs);
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_TRUE(repairs.empty());
  EXPECT_EQ(event->details.subject, "Team, weekly");
  EXPECT_EQ(event->details.start, at(2024, 3, 4, 8));
  EXPECT_EQ(event->details.end, at(2024, 3, 4, 9));
  EXPECT_EQ(event->details.reminder_minutes, 10U);
  EXPECT_EQ(event->zone, "Europe/Berlin");
  EXPECT_EQ(event->zone_rules.bias, -60min);
  ASSERT_TRUE(event->recurrence);
  EXPECT_EQ(event->recurrence->type, Recurrence::Type::weekly);
  EXPECT_EQ(event->recurrence->days_of_week, 2 | 16);
  EXPECT_TRUE(event->recurrence_is_exact);
  ASSERT_EQ(event->exceptions.size(), 2U);
  EXPECT_TRUE(event->exceptions[0].deleted);
  EXPECT_EQ(event->exceptions[0].original, at(2024, 3, 7, 8));
  EXPECT_EQ(event->exceptions[1].original, at(2024, 4, 1, 7));
  EXPECT_EQ(event->exceptions[1].details.start, at(2024, 4, 1, 9));
}

TEST(ApplyEvent, NothingChangesNothing) {
  EXPECT_EQ(*apply_event(weekly, {}, {}, context()), weekly);
  Repairs repairs;
  const auto event = read_event(weekly, {}, context(), repairs);
  EventPatch patch;
  patch.details.subject = decltype(patch.details.subject)::set(event->details.subject);
  patch.details.start = Change<Time>::set(event->details.start);
  patch.details.end = Change<Time>::set(event->details.end);
  patch.details.reminder_minutes = Change<std::uint32_t>::set(10);
  patch.details.attendees = Change<std::vector<Attendee>>::set(event->details.attendees);
  patch.zone_rules = Change<ZoneRules>::set(event->zone_rules);
  patch.recurrence = Change<Recurrence>::set(*event->recurrence);
  for (const EventException& exception : event->exceptions) {
    EventExceptionPatch told{
        .original = exception.original, .deleted = exception.deleted, .whole = true};
    if (!exception.deleted) {
      told.details.subject = Change<std::string>::set(exception.details.subject);
      told.details.start = Change<Time>::set(exception.details.start);
      told.details.end = Change<Time>::set(exception.details.end);
      told.details.reminder_minutes = Change<std::uint32_t>::clear();
    }
    patch.exceptions.push_back(told);
  }
  EXPECT_EQ(*apply_event(weekly, {}, patch, context()), weekly);
}

TEST(ApplyEvent, OneFieldChangesItsLine) {
  EventPatch patch;
  patch.details.subject = Change<std::string>::set("Other; day");
  std::string expected(weekly);
  const auto swap = [&](std::string_view from, std::string_view to) {
    expected.replace(expected.find(from), from.size(), to);
  };
  swap("Team\\, weekly", "Other\\; day");
  swap("DTSTAMP:20240101T000000Z", "DTSTAMP:20240601T000000Z");
  const std::string edited = *apply_event(weekly, {}, patch, context());
  EXPECT_EQ(without(edited, "LAST-MODIFIED:20240601T000000Z\r\n"), expected);
}

TEST(ApplyEvent, MovesASeriesWithItsExceptions) {
  EventPatch patch;
  patch.details.start = Change<Time>::set(at(2024, 3, 4, 9));
  patch.details.end = Change<Time>::set(at(2024, 3, 4, 10));
  const std::string edited = *apply_event(weekly, {}, patch, context());
  EXPECT_NE(edited.find("DTSTART;TZID=Europe/Berlin:20240304T100000"), std::string::npos);
  EXPECT_NE(edited.find("EXDATE;TZID=Europe/Berlin:20240307T100000"), std::string::npos);
  EXPECT_NE(edited.find("RECURRENCE-ID;TZID=Europe/Berlin:20240401T100000"), std::string::npos);
  EXPECT_NE(edited.find("DTSTART;TZID=Europe/Berlin:20240401T110000"), std::string::npos);
  patch.pattern_ends_exceptions = true;
  const std::string bare = *apply_event(weekly, {}, patch, context());
  EXPECT_EQ(bare.find("EXDATE"), std::string::npos);
  EXPECT_EQ(bare.find("RECURRENCE-ID"), std::string::npos);
}

TEST(ApplyEvent, Exceptions) {
  EventPatch patch;
  patch.exceptions.push_back({.original = at(2024, 3, 11, 8), .deleted = true});
  EventExceptionPatch changed{.original = at(2024, 3, 14, 8)};
  changed.details.subject = Change<std::string>::set("Guest");
  patch.exceptions.push_back(changed);
  const std::string edited = *apply_event(weekly, {}, patch, context());
  Repairs repairs;
  const auto event = read_event(edited, {}, context(), repairs);
  ASSERT_TRUE(event);
  ASSERT_EQ(event->exceptions.size(), 4U);
  EXPECT_TRUE(event->exceptions[1].deleted);
  EXPECT_EQ(event->exceptions[2].details.subject, "Guest");
  EXPECT_EQ(event->exceptions[2].details.start, at(2024, 3, 14, 8));
  EXPECT_NE(edited.find("X-OWN;X-P=1:kept", edited.find("X-OWN") + 1), std::string::npos);
  // Deleted again, it is an EXDATE and no override.
  EventPatch removes;
  removes.exceptions.push_back({.original = at(2024, 3, 14, 8), .deleted = true});
  const auto after =
      read_event(*apply_event(edited, {}, removes, context()), {}, context(), repairs);
  EXPECT_TRUE(after->exceptions[2].deleted);
  EventPatch nowhere;
  nowhere.exceptions.push_back({.original = at(2024, 3, 12, 8), .deleted = true});
  EXPECT_EQ(apply_event(weekly, {}, nowhere, context()).error().code, Errc::not_found);
}

TEST(ApplyEvent, GivesAnEventWithoutUidTheNameItHad) {
  for (const std::string uid : {"", "UID:\r\n", "UID: \r\n"}) {
    const std::string text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n" + uid +
                             "DTSTART:20240704T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    Repairs repairs;
    const std::string name = read_event(text, {}, context(), repairs)->uid;
    EventPatch patch;
    EXPECT_EQ(apply_event(text, {}, patch, context()), text);
    patch.details.subject = Change<std::string>::set("edited");
    const auto edited = apply_event(text, {}, patch, context());
    ASSERT_TRUE(edited) << uid;
    EXPECT_EQ(read_event(*edited, name, context(), repairs)->details.subject, "edited");
  }
}

TEST(ApplyEvent, AnExceptionByItsDayWithAnotherTime) {
  EventPatch patch;
  patch.exceptions.push_back({.original = at(2024, 3, 11, 15), .deleted = true});
  Repairs repairs;
  const auto event = read_event(*apply_event(weekly, {}, patch, context()), {}, context(), repairs);
  ASSERT_TRUE(event);
  ASSERT_EQ(event->exceptions.size(), 3U);
  EXPECT_TRUE(event->exceptions[1].deleted);
  EXPECT_EQ(event->exceptions[1].original, at(2024, 3, 11, 8));
}

TEST(ApplyEvent, NewOnes) {
  EventPatch patch;
  patch.uid = Change<std::string>::set("new");
  patch.details.subject = Change<std::string>::set("Lunch");
  patch.details.start = Change<Time>::set(at(2024, 7, 1, 10));
  patch.details.end = Change<Time>::set(at(2024, 7, 1, 11));
  Recurrence daily;
  daily.until = at(2024, 7, 5, 10);
  patch.recurrence = Change<Recurrence>::set(daily);
  const auto text = apply_event({}, {}, patch, context());
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_NE(text->find("BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin"), std::string::npos) << *text;
  EXPECT_NE(text->find("DTSTART;TZID=Europe/Berlin:20240701T120000"), std::string::npos) << *text;
  EXPECT_NE(text->find("RRULE:FREQ=DAILY;UNTIL=20240705T100000Z"), std::string::npos) << *text;
  EXPECT_FALSE(apply_event({}, {}, {}, context()));
  patch.details.all_day = Change<bool>::set(true);
  patch.details.start = Change<Time>::set(at(2024, 7, 1));
  patch.details.end = Change<Time>::set(at(2024, 7, 2));
  patch.recurrence = {};
  const auto day = apply_event({}, {}, patch, context());
  EXPECT_NE(day->find("DTSTART;VALUE=DATE:20240701"), std::string::npos) << *day;
}

struct BadInput {
  std::string_view lines;  // of a VEVENT
  std::string_view repair;
  Time start, end;
};

TEST(ReadEvent, RepairsByName) {
  const Time day = at(2024, 3, 4);
  const std::vector<BadInput> rows{
      {"DTSTART:20240304T090000Z\nDTEND:20240304T080000Z\n", "end_before_start", day + 9h,
       day + 9h},
      {"DTSTART;VALUE=DATE:20240304\nDTEND;VALUE=DATE:20240304\n", "empty_day", day, day + 24h},
      {"DTSTART:20240304T090000Z\nDTEND;VALUE=DATE:20240305\n", "end_of_other_kind", day + 9h,
       day + 24h},
      {"DTSTART:20240304T090000Z\nDTEND:20240304T100000Z\nDURATION:PT3H\n", "end_and_duration",
       day + 9h, day + 10h},
      {"DTSTART:20240304T090000Z\nDURATION:later\n", "bad_duration", day + 9h, day + 9h},
      {"DTSTART;TZID=Nowhere:20240304T090000\n", "unknown_zone", day + 8h, day + 8h},
      {"DTSTART:20240304T090000Z\nRRULE:FREQ=OFTEN\n", "bad_rule", day + 9h, day + 9h},
      {"DTSTART:20240304T090000Z\nRRULE:FREQ=DAILY\nEXDATE:20240304T100000Z\n",
       "exception_outside_series", day + 9h, day + 9h},
  };
  for (const BadInput& row : rows) {
    Repairs repairs;
    const auto event = read_event("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n" +
                                      std::string(row.lines) + "END:VEVENT\nEND:VCALENDAR\n",
                                  {}, context(), repairs);
    ASSERT_TRUE(event) << row.repair;
    EXPECT_EQ(repairs, Repairs{std::string(row.repair)});
    EXPECT_EQ(event->details.start, row.start) << row.repair;
    EXPECT_EQ(event->details.end, row.end) << row.repair;
  }
}

TEST(ReadEvent, RefusesByName) {
  const auto reason = [](std::string_view text) {
    Repairs repairs;
    const auto event = read_event(text, {}, context(), repairs);
    return event ? std::string() : event.error().message.substr(0, event.error().message.find(':'));
  };
  EXPECT_EQ(reason("hello"), "no_calendar");
  EXPECT_EQ(reason("BEGIN:VCALENDAR\n"), "unbalanced");
  EXPECT_EQ(reason("BEGIN:VCALENDAR\nEND:VCALENDAR\n"), "no_item");
  EXPECT_EQ(reason("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n"), "no_start");
  EXPECT_EQ(reason("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:soon\nEND:VEVENT\nEND:VCALENDAR\n"),
            "bad_date");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "BEGIN:X\n";
  EXPECT_EQ(reason(deep), "too_deep");
  std::string lines = "BEGIN:VCALENDAR\n";
  for (int i = 0; i < 200'001; ++i) lines += "X:\n";
  EXPECT_EQ(reason(lines), "too_many_lines");
}

TEST(ReadEvent, CostIsBounded) {
  std::string text =
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:16010101T000000Z\nRRULE:FREQ=DAILY\n";
  for (int i = 0; i < 10'000; ++i) {
    const std::chrono::year_month_day date(
        std::chrono::local_days(std::chrono::year(2000) / 1 / 1) + std::chrono::days(i));
    text += "EXDATE:" +
            value_of({.kind = Moment::Kind::utc,
                      .local = LocalTime(std::chrono::local_days(date)),
                      .zone = {}}) +
            "\n";
  }
  text += "END:VEVENT\nEND:VCALENDAR\n";
  Repairs repairs;
  const auto event = read_event(text, {}, context(), repairs);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->exceptions.size(), 2'000U);
  EXPECT_EQ(repairs, Repairs{"too_many_exceptions"});
  // Those to come are kept.
  EXPECT_GT(event->exceptions.back().original, context().now);
}

TEST(Attachments, AddedReadAndRemoved) {
  EventPatch patch;
  patch.details.added_attachments.push_back({"plan, v2.txt", "text/plain", "hello"});
  const std::string with = *apply_event(weekly, {}, patch, context());
  Repairs repairs;
  const auto event = read_event(with, {}, context(), repairs);
  ASSERT_EQ(event->details.attachments.size(), 1U);
  EXPECT_EQ(event->details.attachments[0].name, "plan, v2.txt");
  EXPECT_EQ(*read_attachment(with, {}, std::nullopt, 0, context()), "hello");
  EXPECT_FALSE(read_attachment(with, {}, std::nullopt, 1, context()));
  EventPatch removes;
  removes.details.removed_attachments = {0};
  EXPECT_EQ(apply_event(with, {}, removes, context())->find("ATTACH"), std::string::npos);
}

TEST(ApplyEvent, IsStampedAndNamedWhateverComesOrGoesBesideIt) {
  EventPatch timed;
  timed.details.all_day = Change<bool>::set(false);
  timed.details.start = Change<Time>::set(at(2024, 7, 4, 9));
  const auto with_zone = apply_event(
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20240704\nEND:VEVENT\nEND:VCALENDAR\n", {},
      timed, context());
  ASSERT_TRUE(with_zone) << with_zone.error().message;
  EventPatch once;
  once.recurrence = Change<Recurrence>::clear();
  const auto without_override = apply_event(
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20240704T090000Z\n"
      "DTSTART:20240704T100000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nDTSTART:20240703T090000Z\n"
      "RRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT\nEND:VCALENDAR\n",
      {}, once, context());
  ASSERT_TRUE(without_override) << without_override.error().message;
  EXPECT_FALSE(without_override->contains("RECURRENCE-ID"));
  for (const std::string& text : {*with_zone, *without_override}) {
    const auto event = text.substr(text.find("BEGIN:VEVENT"));
    EXPECT_TRUE(event.contains("\nUID:")) << text;
    EXPECT_TRUE(event.contains("\nDTSTAMP:20240601T000000Z")) << text;
    EXPECT_TRUE(event.contains("\nLAST-MODIFIED:20240601T000000Z")) << text;
  }
}

TEST(ApplyEvent, AUidOfControlCharactersIsNone) {
  const std::string text =
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:\x07\nDTSTART:20240704T090000Z\n"
      "END:VEVENT\nEND:VCALENDAR\n";
  const auto items = parse(text);
  ASSERT_TRUE(items);
  EXPECT_TRUE(items->front().uid.starts_with("no-uid-"));
  EventPatch patch;
  patch.details.subject = Change<std::string>::set("x");
  const auto edited = apply_event(text, {}, patch, context());
  ASSERT_TRUE(edited);
  EXPECT_EQ(parse(*edited)->front().uid, items->front().uid);
}

TEST(ReadEvent, AnOrphanIsAnItemOfItsOwn) {
  constexpr std::string_view text =
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:o\nRECURRENCE-ID:20240704T090000Z\n"
      "DTSTART:20240704T100000Z\nSUMMARY:Once\nEND:VEVENT\nEND:VCALENDAR\n";
  Repairs repairs;
  const auto event = read_event(text, {}, context(), repairs);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->orphan_of, at(2024, 7, 4, 9));
  EventPatch patch;
  patch.details.subject = Change<std::string>::set("Twice");
  EXPECT_NE(apply_event(text, {}, patch, context())->find("SUMMARY:Twice"), std::string::npos);
}

}  // namespace
}  // namespace godwit::convert::ical
