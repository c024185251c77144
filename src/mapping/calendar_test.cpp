#include "mapping/calendar.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "convert/ical/ical.hpp"
#include "convert/ical/ical_bed.hpp"
#include "mapping/tasks.hpp"
#include "mapping/time_zone.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/text.hpp"

namespace godwit::mapping {
namespace {

using convert::ical::at;
using convert::ical::context;
using eas::Version;

template <class Write>
std::string shown(Write write) {
  StringSink sink;
  wbxml::Writer writer(sink);
  writer.open(wbxml::airsync::ApplicationData);
  write(writer);
  writer.close();
  return wbxml::dump(sink.text());
}

/// A document and its tree, for as long as a test runs.
const wbxml::Element& parsed(std::string_view children) {
  struct Kept {
    std::string document;
    wbxml::Element root;
  };
  static std::vector<std::unique_ptr<Kept>> kept;
  kept.push_back(std::make_unique<Kept>());
  const auto packed = wbxml::pack("AirSync:ApplicationData\n" + std::string(children));
  EXPECT_TRUE(packed) << (packed ? "" : packed.error().message);
  kept.back()->document = packed.value_or("");
  kept.back()->root = wbxml::parse(kept.back()->document).value();
  return kept.back()->root;
}

EventReading reading(Version version) {
  return {.version = version,
          .is_add = false,
          .absence = Absence::keeps,
          .now = context().now,
          .zone = context().zone.rules_at(context().now)};
}

Event sample(std::string_view lines) {
  convert::ical::Repairs repairs;
  return convert::ical::read_event("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n" + std::string(lines) +
                                       "END:VEVENT\nEND:VCALENDAR\n",
                                   {}, context(), repairs)
      .value();
}

std::string written(const Event& event, Version version) {
  return shown([&](auto& out) { write_event(event, version, context().now, {}, out); });
}

TEST(WriteEvent, AllDayInBothWays) {
  const Event event = sample("DTSTART;VALUE=DATE:20240704\nDTEND;VALUE=DATE:20240705\n");
  const std::string old = written(event, Version::v14_1);
  EXPECT_NE(old.find("StartTime 20240703T220000Z"), std::string::npos) << old;
  EXPECT_NE(old.find("EndTime 20240704T220000Z"), std::string::npos) << old;
  EXPECT_NE(old.find("Timezone"), std::string::npos);
  const std::string young = written(event, Version::v16_1);
  EXPECT_NE(young.find("StartTime 20240704T000000Z"), std::string::npos) << young;
  EXPECT_EQ(young.find("Timezone"), std::string::npos);
}

TEST(WriteEvent, EachVersionGetsItsElements) {
  const Event event = sample(
      "DTSTART:20240704T090000Z\nDTEND:20240704T100000Z\nLOCATION:Hall\nGEO:1.5;2.5\n"
      "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\nORGANIZER:mailto:me@example.com\n"
      "ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@example.com\n");
  const std::string old = written(event, Version::v12_0);
  EXPECT_NE(old.find("Calendar:Location Hall"), std::string::npos) << old;
  EXPECT_NE(old.find("BusyStatus 2"), std::string::npos);
  EXPECT_NE(old.find("MeetingStatus 1"), std::string::npos);
  EXPECT_EQ(old.find("ResponseType"), std::string::npos);
  EXPECT_NE(old.find("AttendeeStatus 3"), std::string::npos);
  const std::string young = written(event, Version::v16_0);
  EXPECT_NE(young.find("Latitude 1.5"), std::string::npos) << young;
  EXPECT_NE(young.find("BusyStatus 4"), std::string::npos);
  EXPECT_NE(young.find("ResponseType 1"), std::string::npos);
}

struct PatternCase {
  std::string_view rule, elements;
};

/// Every type of recurrence, both ways.
TEST(Recurrence, EveryForm) {
  const std::vector<PatternCase> cases{
      {"FREQ=DAILY;INTERVAL=2;COUNT=9", "Type 0\n    Interval 2\n    Occurrences 9\n"},
      {"FREQ=WEEKLY;BYDAY=MO,FR;WKST=SU",
       "Type 1\n    Interval 1\n    DayOfWeek 34\n    FirstDayOfWeek 0\n"},
      {"FREQ=MONTHLY;BYMONTHDAY=4",
       "Type 2\n    Interval 1\n    DayOfMonth 4\n    CalendarType 0\n"},
      {"FREQ=MONTHLY;BYDAY=-1TH",
       "Type 3\n    Interval 1\n    WeekOfMonth 5\n    DayOfWeek 16\n    CalendarType 0\n"},
      {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2",
       "Type 3\n    Interval 1\n    WeekOfMonth 2\n    DayOfWeek 62\n    CalendarType 0\n"},
      {"FREQ=MONTHLY;BYMONTHDAY=-1",
       "Type 3\n    Interval 1\n    WeekOfMonth 5\n    DayOfWeek 127\n    CalendarType 0\n"},
      {"FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4",
       "Type 5\n    Interval 1\n    DayOfMonth 4\n    MonthOfYear 7\n    CalendarType 0\n"},
      {"FREQ=YEARLY;BYMONTH=7;BYDAY=1TH",
       "Type 6\n    Interval 1\n    WeekOfMonth 1\n    DayOfWeek 16\n    MonthOfYear 7\n"
       "    CalendarType 0\n"},
  };
  for (const PatternCase& row : cases) {
    const Event event = sample("DTSTART:20240704T090000Z\nRRULE:" + std::string(row.rule) + "\n");
    EXPECT_TRUE(event.recurrence_is_exact) << row.rule;
    const std::string text = written(event, Version::v14_1);
    EXPECT_NE(text.find("Calendar:Recurrence\n    " + std::string(row.elements)), std::string::npos)
        << text;
    const auto change = read_event_change(
        parsed("  Calendar:Recurrence\n    " + std::string(row.elements)), reading(Version::v14_1));
    ASSERT_TRUE(change) << row.rule << ": " << change.error().message;
    EventPatch patch = change->patch;
    patch.uid = Change<std::string>::set("n");
    patch.details.start = Change<Time>::set(at(2024, 7, 4, 9));
    const auto made = convert::ical::apply_event({}, {}, patch, context());
    ASSERT_TRUE(made);
    convert::ical::Repairs repairs;
    EXPECT_EQ(convert::ical::read_event(*made, {}, context(), repairs)->recurrence,
              event.recurrence)
        << *made;
  }
}

TEST(Recurrence, WhatItsTypeCannotHave) {
  for (const std::string_view children :
       {"    Type 4\n", "    Type 7\n", "    Type 1\n", "    Type 2\n",
        "    Type 0\n    DayOfMonth 1\n", "    Type 2\n    DayOfMonth 32\n",
        "    Type 5\n    DayOfMonth 1\n", "    Type 3\n    WeekOfMonth 6\n    DayOfWeek 1\n",
        "    Type 1\n    DayOfWeek 1\n    FirstDayOfWeek 7\n",
        "    Type 2\n    DayOfMonth 1\n    CalendarType 13\n",
        "    Type 2\n    DayOfMonth 1\n    CalendarType 1\n    CalendarType 1\n",
        "    Type 0\n    Interval 1000\n", "    Type 0\n    Occurrences 0\n"}) {
    EXPECT_FALSE(read_event_change(parsed("  Calendar:Recurrence\n" + std::string(children)),
                                   reading(Version::v14_1)))
        << children;
  }
}

TEST(ReadEventChange, TimesOfAnAdd) {
  const auto add = [](std::string_view children) {
    EventReading wanted = reading(Version::v16_1);
    wanted.is_add = true;
    wanted.now = at(2024, 6, 1, 10, 10);
    return read_event_change(parsed(children), wanted);
  };
  const auto neither = add("  Calendar:Subject x\n");
  EXPECT_EQ(*neither->patch.details.start.value(), at(2024, 6, 1, 10, 30));
  EXPECT_EQ(*neither->patch.details.end.value(), at(2024, 6, 1, 11));
  EXPECT_EQ(*add("  Calendar:EndTime 20240602T000000Z\n")->patch.details.start.value(),
            at(2024, 6, 1, 10, 30));
  EXPECT_FALSE(add("  Calendar:EndTime 20240501T000000Z\n"));
  EXPECT_FALSE(add("  Calendar:EndTime 20240601T101500Z\n"));
  EXPECT_EQ(*add("  Calendar:StartTime 20240501T000000Z\n")->patch.details.end.value(),
            at(2024, 6, 1, 11));
  EXPECT_FALSE(add("  Calendar:StartTime 20240701T000000Z\n"));
}

TEST(ReadEventChange, AbsenceBySupportedAndVersion) {
  EventReading wanted = reading(Version::v14_1);
  const auto& data = parsed("  Calendar:Subject x\n  Calendar:StartTime 20240701T000000Z\n");
  EXPECT_TRUE(read_event_change(data, wanted)->patch.details.categories.keeps());
  EXPECT_TRUE(read_event_change(data, wanted)->patch.details.place.clears());
  wanted.supported = {wbxml::calendar::Categories};
  EXPECT_TRUE(read_event_change(data, wanted)->patch.details.categories.clears());
  EXPECT_TRUE(read_event_change(data, wanted)->patch.details.reminder_minutes.keeps());
  wanted.absence = Absence::clears;
  EXPECT_TRUE(read_event_change(data, wanted)->patch.details.reminder_minutes.clears());
  EXPECT_TRUE(read_event_change(data, wanted)->patch.recurrence.clears());
  EXPECT_TRUE(read_event_change(data, wanted)->patch.details.body.keeps());
  wanted.version = Version::v16_1;
  EXPECT_TRUE(read_event_change(data, wanted)->patch.details.reminder_minutes.keeps());
}

TEST(ReadEventChange, AllDayDates) {
  const auto start = [](std::string_view time, Version version) {
    return *read_event_change(parsed("  Calendar:AllDayEvent 1\n  Calendar:StartTime " +
                                     std::string(time) + "\n"),
                              reading(version))
                ->patch.details.start.value();
  };
  EXPECT_EQ(start("20240703T220000Z", Version::v14_1), at(2024, 7, 4));
  EXPECT_EQ(start("20240704T000000Z", Version::v14_1), at(2024, 7, 4));  // all_day_in_utc
  EXPECT_EQ(start("20240703T230000Z", Version::v14_1), at(2024, 7, 4));
  EXPECT_EQ(start("20240704T000000Z", Version::v16_1), at(2024, 7, 4));
  EXPECT_EQ(start("20240704", Version::v16_1), at(2024, 7, 4));
}

TEST(ReadEventChange, WhatIsNotAllowed) {
  for (const std::string_view children :
       {"  Calendar:BusyStatus 7\n", "  Calendar:Sensitivity 4\n", "  Calendar:Reminder soon\n",
        "  Calendar:StartTime never\n", "  Calendar:Timezone AAAA\n", "  Calendar:AllDayEvent 2\n",
        "  Calendar:Subject a\n  Calendar:Subject b\n", "  Tasks:Complete 1\n",
        "  Calendar:Attendees\n    Attendee\n      Name x\n"}) {
    EXPECT_FALSE(read_event_change(parsed(children), reading(Version::v14_1))) << children;
  }
}

TEST(ReadEventChange, ExceptionsAndOccurrences) {
  const auto change = read_event_change(
      parsed("  Calendar:Exceptions\n    Exception\n      ExceptionStartTime 20240704T090000Z\n"
             "      Deleted 1\n    Exception\n      ExceptionStartTime 20240705T090000Z\n"
             "      Subject own\n"),
      reading(Version::v14_1));
  ASSERT_TRUE(change) << change.error().message;
  ASSERT_EQ(change->patch.exceptions.size(), 2U);
  EXPECT_TRUE(change->patch.exceptions[0].deleted);
  EXPECT_TRUE(change->patch.exceptions[1].whole);
  EXPECT_EQ(change->patch.exceptions[1].original, at(2024, 7, 5, 9));
  EventPatch patch;
  patch.details.subject = Change<std::string>::set("one");
  const EventPatch one = for_occurrence(patch, at(2024, 7, 6));
  EXPECT_FALSE(one.exceptions[0].whole);
  EXPECT_TRUE(one.details.subject.keeps());
  EXPECT_TRUE(without_occurrence(at(2024, 7, 6)).exceptions[0].deleted);
  EXPECT_EQ(*read_instance("20240706T000000Z", true), at(2024, 7, 6));
}

TEST(Tasks, BothWays) {
  constexpr std::string_view text =
      "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:t\r\nSUMMARY:Paint\r\nDUE;VALUE=DATE:20240704\r\n"
      "X-OWN:kept\r\nPRIORITY:2\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n"
      "TRIGGER;VALUE=DATE-TIME:20240703T080000Z\r\nEND:VALARM\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
  convert::ical::Repairs repairs;
  const auto task = convert::ical::read_task(text, {}, context(), repairs);
  ASSERT_TRUE(task);
  const std::string told = shown([&](auto& out) { write_task(*task, Version::v14_1, {}, out); });
  EXPECT_NE(told.find("Tasks:DueDate 2024-07-04T00:00:00.000Z"), std::string::npos) << told;
  EXPECT_NE(told.find("Tasks:UtcDueDate 2024-07-03T22:00:00.000Z"), std::string::npos) << told;
  EXPECT_NE(told.find("Tasks:Importance 2"), std::string::npos) << told;
  EXPECT_NE(told.find("Tasks:ReminderTime 2024-07-03T08:00:00.000Z"), std::string::npos) << told;
  const std::string children = told.substr(told.find('\n') + 1);
  const auto echo = read_task_change(parsed(children), Version::v14_1, false);
  ASSERT_TRUE(echo) << echo.error().message;
  EXPECT_EQ(*convert::ical::apply_task(text, {}, *echo, context()), text);
  const auto done = read_task_change(parsed("  Tasks:Subject Paint\n  Tasks:Complete 1\n"
                                            "  Tasks:DateCompleted 2024-07-01T10:00:00.000Z\n"
                                            "  Tasks:DueDate 2024-07-04T00:00:00.000Z\n"
                                            "  Tasks:UtcDueDate 2024-07-03T22:00:00.000Z\n"),
                                     Version::v14_1, false);
  const std::string edited = *convert::ical::apply_task(text, {}, *done, context());
  EXPECT_NE(edited.find("COMPLETED:20240701T100000Z"), std::string::npos) << edited;
  EXPECT_NE(edited.find("STATUS:COMPLETED"), std::string::npos);
  EXPECT_NE(edited.find("X-OWN:kept\r\nPRIORITY:2\r\n"), std::string::npos);
  EXPECT_NE(edited.find("BEGIN:VALARM"), std::string::npos);  // ReminderSet was not said
}

TEST(Tasks, RecurrenceAndRefusals) {
  const auto change =
      read_task_change(parsed("  Tasks:Recurrence\n    Type 0\n    Start 2024-07-04T00:00:00.000Z\n"
                              "    Interval 3\n    Regenerate 1\n    DeadOccur 0\n"),
                       Version::v14_1, true);
  ASSERT_TRUE(change) << change.error().message;
  TaskPatch patch = *change;
  patch.uid = Change<std::string>::set("t");
  patch.start_date = Change<Time>::set(at(2024, 7, 4));
  const auto made = convert::ical::apply_task({}, {}, patch, context());
  convert::ical::Repairs repairs;
  const auto task = convert::ical::read_task(*made, {}, context(), repairs);
  ASSERT_TRUE(task->recurrence) << *made;
  EXPECT_TRUE(task->recurrence->regenerates);
  EXPECT_EQ(task->recurrence->interval, 3);
  EXPECT_EQ(task->recurrence->start, at(2024, 7, 4));
  for (const std::string_view bad :
       {"  Tasks:ReminderSet 2\n", "  Tasks:ReminderSet 1\n", "  Tasks:Importance 3\n",
        "  Tasks:Recurrence\n    Type 0\n", "  Calendar:Subject x\n", "  Tasks:Complete 2\n"}) {
    EXPECT_FALSE(read_task_change(parsed(bad), Version::v14_1, false)) << bad;
  }
}

TEST(Tasks, DeadOccurBesideRecurrenceIsReadOver) {
  const auto change = read_task_change(parsed("  Tasks:Subject Paint\n  Tasks:DeadOccur 1\n"),
                                       Version::v14_1, true);
  ASSERT_TRUE(change) << change.error().message;
  TaskPatch patch = *change;
  patch.uid = Change<std::string>::set("t");
  convert::ical::Repairs repairs;
  const auto made = convert::ical::apply_task({}, {}, patch, context());
  const auto task = convert::ical::read_task(*made, {}, context(), repairs);
  ASSERT_TRUE(task) << *made;
  EXPECT_EQ(task->subject, "Paint");
  EXPECT_FALSE(task->recurrence);
}

}  // namespace
}  // namespace godwit::mapping
