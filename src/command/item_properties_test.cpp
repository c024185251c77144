// Every property of the classes, at every version: what a phone sets comes to another phone as it
// was said, and one property that is edited changes no other. What a phone never sees is listed
// with the reason. [MS-ASCAL], [MS-ASCNTC], [MS-ASTASK], [MS-ASNOTE]
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "command/property_bed.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/contacts.hpp"
#include "wbxml/pages/contacts2.hpp"
#include "wbxml/pages/notes.hpp"
#include "wbxml/pages/tasks.hpp"

namespace godwit::command {
namespace {

namespace contacts = wbxml::contacts;
namespace contacts2 = wbxml::contacts2;
namespace notes = wbxml::notes;
namespace tasks = wbxml::tasks;

/// Tokens of a page that no row names: each has its reason.
void expect_complete(const wbxml::Page& page, const std::vector<Property>& properties,
                     const std::map<wbxml::Tag, const char*>& others) {
  std::set<wbxml::Tag> named;
  const auto note = [&](const Node& node, const auto& self) -> void {
    named.insert(node.tag);
    for (const Node& child : node.children) self(child, self);
  };
  for (const Property& each : properties) {
    for (const auto* nodes : {&each.first, &each.second}) {
      for (const Node& node : *nodes) note(node, note);
    }
  }
  for (const wbxml::TagInfo& row : page.rows) {
    if (row.legacy || named.contains(row.tag)) continue;
    EXPECT_TRUE(others.contains(row.tag)) << page.name << ':' << row.name << " is in no table";
  }
  for (const auto& [tag, reason] : others) {
    EXPECT_FALSE(named.contains(tag)) << client::name_of(tag) << ": " << reason;
  }
}

/// Those that are one line of text.
std::vector<wbxml::Tag> contact_texts() {
  namespace c = contacts;
  return {c::AssistantName,
          c::AssistantPhoneNumber,
          c::Business2PhoneNumber,
          c::BusinessAddressCity,
          c::BusinessAddressCountry,
          c::BusinessAddressPostalCode,
          c::BusinessAddressState,
          c::BusinessAddressStreet,
          c::BusinessFaxNumber,
          c::BusinessPhoneNumber,
          c::CarPhoneNumber,
          c::CompanyName,
          c::Department,
          c::FileAs,
          c::FirstName,
          c::Home2PhoneNumber,
          c::HomeAddressCity,
          c::HomeAddressCountry,
          c::HomeAddressPostalCode,
          c::HomeAddressState,
          c::HomeAddressStreet,
          c::HomeFaxNumber,
          c::HomePhoneNumber,
          c::JobTitle,
          c::LastName,
          c::MiddleName,
          c::MobilePhoneNumber,
          c::OfficeLocation,
          c::OtherAddressCity,
          c::OtherAddressCountry,
          c::OtherAddressPostalCode,
          c::OtherAddressState,
          c::OtherAddressStreet,
          c::PagerNumber,
          c::RadioPhoneNumber,
          c::Spouse,
          c::Suffix,
          c::Title,
          c::YomiCompanyName,
          c::YomiFirstName,
          c::YomiLastName,
          contacts2::CustomerId,
          contacts2::GovernmentId,
          contacts2::IMAddress,
          contacts2::IMAddress2,
          contacts2::IMAddress3,
          contacts2::ManagerName,
          contacts2::CompanyMainPhone,
          contacts2::AccountName,
          contacts2::NickName,
          contacts2::MMS};
}

std::vector<Property> contact_properties() {
  namespace c = contacts;
  std::vector<Property> out;
  for (const wbxml::Tag tag : contact_texts()) {
    const std::string name = client::name_of(tag);
    out.push_back(text(tag, name + ", a;b\\c", "other " + name));
  }
  out.push_back(text(c::WebPage, "https://example.com/a?b=c;d", "https://example.org/"));
  out.push_back(text(c::Email1Address, "\"Doe, Ann\" <ann@example.com>", "ann@example.org"));
  out.push_back(text(c::Email2Address, "two@example.com", "\"Two\" <two@example.org>"));
  out.push_back(text(c::Email3Address, "three@example.com", "three@example.org"));
  out.push_back(text(c::Birthday, "1980-02-29T00:00:00.000Z", "1979-12-31T00:00:00.000Z"));
  out.push_back(text(c::Anniversary, "2001-05-06T00:00:00.000Z", "2002-01-01T00:00:00.000Z"));
  out.push_back({{list(c::Categories, c::Category, {"one, two", "three"})},
                 {list(c::Categories, c::Category, {"four"})}});
  out.push_back(
      {{list(c::Children, c::Child, {"Tim", "Tom; Jr."})}, {list(c::Children, c::Child, {"Tim"})}});
  out.push_back(
      text(c::Picture, base64_encode("\xFF\xD8\xFF one"), base64_encode("\xFF\xD8\xFF 2")));
  out.push_back(bodies());
  return out;
}

TEST(ItemProperties, Contacts) {
  const auto properties = contact_properties();
  expect_complete(contacts::page, properties,
                  {{contacts::Alias, "of the recipient cache alone"},
                   {contacts::WeightedRank, "of the recipient cache alone"}});
  expect_complete(contacts2::page, properties, {});
  // The class is the same in all versions; what is around it is not.
  for (const Version version : {Version::v12_0, Version::v14_1, Version::v16_1}) {
    expect_all_go_round("Contacts", properties, version);
  }
}

constexpr std::size_t task_dates = 4;
std::vector<Property> task_properties() {
  namespace t = tasks;
  const auto dates = [](const char* start, const char* due) {
    return std::vector<Node>{Node(t::StartDate, start), Node(t::UtcStartDate, start),
                             Node(t::DueDate, due), Node(t::UtcDueDate, due)};
  };
  return {
      bodies(),
      text(t::Subject, "first, a;b", "second"),
      text(t::Importance, "2", "0"),
      text(t::Sensitivity, "2", "3"),
      {dates("2025-06-20T00:00:00.000Z", "2025-06-22T00:00:00.000Z"),
       dates("2025-06-21T00:00:00.000Z", "2025-06-21T00:00:00.000Z")},
      {{list(t::Categories, t::Category, {"one, two", "three"})},
       {list(t::Categories, t::Category, {"four"})}},
      {{Node(t::Complete, "0")},
       {Node(t::Complete, "1"), Node(t::DateCompleted, "2025-06-15T15:00:00.000Z")}},
      {{Node(t::ReminderSet, "1"), Node(t::ReminderTime, "2025-06-20T07:00:00.000Z")},
       {Node(t::ReminderSet, "1"), Node(t::ReminderTime, "2025-06-19T18:30:00.000Z")}},
  };
}

const std::vector<Form>& forms() {
  static const std::vector<Form> all{
      {{{"Type", "0"}, {"Interval", "2"}, {"Occurrences", "7"}}},
      {{{"Type", "1"}, {"Interval", "1"}, {"DayOfWeek", "42"}}},
      {{{"Type", "1"}, {"Interval", "2"}, {"DayOfWeek", "34"}, {"FirstDayOfWeek", "1"}},
       Version::v14_1},
      {{{"Type", "2"}, {"Interval", "3"}, {"DayOfMonth", "20"}}},
      {{{"Type", "3"}, {"Interval", "1"}, {"WeekOfMonth", "3"}, {"DayOfWeek", "32"}}},
      {{{"Type", "3"}, {"Interval", "1"}, {"WeekOfMonth", "5"}, {"DayOfWeek", "62"}}},
      {{{"Type", "5"}, {"Interval", "1"}, {"DayOfMonth", "20"}, {"MonthOfYear", "6"}}},
      {{{"Type", "5"}, {"DayOfMonth", "20"}, {"MonthOfYear", "6"}, {"CalendarType", "0"}},
       Version::v14_0},
      {{{"Type", "6"},
        {"Interval", "1"},
        {"WeekOfMonth", "3"},
        {"DayOfWeek", "32"},
        {"MonthOfYear", "6"}}},
  };
  return all;
}

TEST(ItemProperties, Tasks) {
  auto properties = task_properties();
  const Node start(tasks::Start, "2025-06-20T00:00:00.000Z");
  std::vector<Property> all = properties;
  for (const Form& form : forms()) {
    all.push_back({{rule("Tasks", form, {start, Node(tasks::Regenerate, "1")})},
                   {rule("Tasks", form,
                         {start, Node(tasks::DeadOccur, "0"),
                          Node(tasks::Until, "2026-06-20T00:00:00.000Z")})}});
  }
  expect_complete(tasks::page, all,
                  {{tasks::IsLeapMonth, "of lunar calendars, in which iCalendar has no rules"},
                   {tasks::OrdinalDate, "of an email's flag; read over ([MS-ASTASK] 2.2.2.14)"},
                   {tasks::SubOrdinalDate, "likewise"}});
  for (const Version version : versions) {
    expect_all_go_round("Tasks", properties, version);
    for (const Form& form : forms()) {
      if (version < form.since || HasFailure()) continue;
      auto recurring = properties;
      // Where a series begins is one of its dates.
      recurring.at(task_dates).second.clear();
      recurring.push_back({{rule("Tasks", form, {start, Node(tasks::Regenerate, "0")})},
                           {rule("Tasks", {{{"Type", "0"}, {"Interval", "1"}}},
                                 {start, Node(tasks::Regenerate, "1")})}});
      expect_all_go_round("Tasks", recurring, version);
    }
  }
}

TEST(ItemProperties, Notes) {
  const std::vector<Property> properties{
      bodies(),
      text(notes::Subject, "first, a;b", "second"),
      only(notes::MessageClass, "IPM.StickyNote"),
      {{list(notes::Categories, notes::Category, {"one, two", "three"})},
       {list(notes::Categories, notes::Category, {"four"})}}};
  expect_complete(notes::page, properties,
                  {{notes::LastModifiedDate, "the server's clock, whatever a phone says"}});
  for (const Version version : versions) {
    if (version >= Version::v14_0) expect_all_go_round("Notes", properties, version);
  }
}

std::vector<Property> event_properties() {
  namespace c = wbxml::calendar;
  std::vector<Property> out{
      bodies(),
      only(c::AllDayEvent, "0"),
      text(c::BusyStatus, "3", "1"),
      {{Node(c::StartTime, "20250620T080000Z"), Node(c::EndTime, "20250620T093000Z")},
       {Node(c::StartTime, "20250621T100000Z"), Node(c::EndTime, "20250622T110000Z")}},
      until(Version::v14_1, text(c::Location, "Room 5, a;b", "Room 6")),
      text(c::Reminder, "15", "30"),
      text(c::Subject, "first, a;b", "second"),
      text(c::Sensitivity, "2", "1"),
      until(Version::v14_1, only(c::UID, "made-by-phone")),
      {{list(c::Categories, c::Category, {"one, two", "three"})},
       {list(c::Categories, c::Category, {"four"})}},
  };
  const auto place = [](const char* name, const char* city) {
    return Node(
        base::Location,
        {Node(base::DisplayName, name), Node(base::Annotation, "by the door"),
         Node(base::Street, "Main St 5"), Node(base::City, city), Node(base::State, "BE"),
         Node(base::Country, "Germany"), Node(base::PostalCode, "10115"),
         Node(base::Latitude, "52.5"), Node(base::Longitude, "13.4"), Node(base::Accuracy, "10"),
         Node(base::Altitude, "34"), Node(base::AltitudeAccuracy, "5"),
         Node(base::LocationUri, "https://example.com/room")});
  };
  out.push_back(since(Version::v16_0, {{place("Room 5", "Berlin")}, {place("Hall; 2", "Bonn")}}));
  return out;
}

/// Of a meeting that the phone's user organizes.
std::vector<Property> meeting_properties() {
  namespace c = wbxml::calendar;
  const auto attendees = [](const char* name, const char* type) {
    return Node(c::Attendees,
                {Node(c::Attendee, {Node(c::Email, "bob@example.net"), Node(c::Name, name),
                                    Node(c::AttendeeType, type)}),
                 Node(c::Attendee, {Node(c::Email, "eve@example.net"), Node(c::Name, "Eve"),
                                    Node(c::AttendeeType, "1")})});
  };
  auto out = event_properties();
  out.push_back({{attendees("Bob", "1")}, {attendees("Robert", "2")}});
  out.push_back(only(c::MeetingStatus, "1"));
  out.push_back(until(Version::v14_1, only(c::OrganizerEmail, "anna@example.test")));
  out.push_back(until(Version::v14_1, only(c::OrganizerName, "Anna")));
  out.push_back(since(Version::v14_0, text(c::ResponseRequested, "1", "0")));
  out.push_back(since(Version::v14_0, text(c::DisallowNewTimeProposal, "0", "1")));
  return out;
}

Node exception(const char* day, const char* subject) {
  namespace c = wbxml::calendar;
  const std::string start = std::string(day) + "T080000Z";
  if (subject == nullptr) {
    return Node(c::Exception, {Node(c::Deleted, "1"), Node(c::ExceptionStartTime, start)});
  }
  return Node(c::Exception, {Node(c::ExceptionStartTime, start), Node(c::Subject, subject)});
}

TEST(ItemProperties, Events) {
  namespace c = wbxml::calendar;
  auto all = meeting_properties();
  for (const Form& form : forms()) {
    all.push_back({{rule("Calendar", form, {Node(c::Until, "20260620T080000Z")})}});
  }
  all.push_back(
      {{Node(c::Exceptions, {exception("20250623", "other"), exception("20250624", nullptr)})}});
  expect_complete(c::page, all,
                  {{c::Timezone, "SeriesKeepTheirZone, below"},
                   {c::IsLeapMonth, "of lunar calendars, in which iCalendar has no rules"},
                   {c::DtStamp, "the last change that is known: a phone's own is one, too"},
                   {c::AttendeeStatus, "WhatOthersAnswer, below: a phone does not set it"},
                   {c::AppointmentReplyTime, "likewise"},
                   {c::ResponseType, "likewise"},
                   {c::OnlineMeetingConfLink, "likewise"},
                   {c::OnlineMeetingExternalLink, "likewise"},
                   {c::ClientUid, "asked only: transcripts/calendar/client_uid.eas"}});
  for (const Version version : versions) {
    expect_all_go_round("Calendar", event_properties(), version);
    expect_all_go_round("Calendar", meeting_properties(), version);
    for (const Form& form : forms()) {
      if (version < form.since || HasFailure()) continue;
      auto series = event_properties();
      series.push_back({{rule("Calendar", form, {})},
                        {rule("Calendar", {{{"Type", "0"}, {"Interval", "1"}}},
                              {Node(c::Until, "20250720T080000Z")})}});
      expect_all_go_round("Calendar", series, version);
    }
  }
}

TEST(ItemProperties, ExceptionsUpTo14) {
  namespace c = wbxml::calendar;
  for (const Version version : versions) {
    if (version >= Version::v16_0 || HasFailure()) continue;
    std::vector<Property> series{
        only(c::StartTime, "20250620T080000Z"),
        only(c::EndTime, "20250620T090000Z"),
        only(c::Subject, "series"),
        {{rule("Calendar", {{{"Type", "0"}, {"Interval", "1"}}}, {})}},
        {{Node(c::Exceptions, {exception("20250621", "one"), exception("20250622", nullptr)})},
         {Node(c::Exceptions, {exception("20250621", "again"), exception("20250622", nullptr)})}}};
    expect_all_go_round("Calendar", series, version);
  }
}

/// [MS-ASCAL] Timezone, with a series: its rules come back.
TEST(ItemProperties, SeriesKeepTheirZone) {
  namespace c = wbxml::calendar;
  using namespace std::chrono_literals;
  const ZoneRules rules{.bias = -60min,
                        .daylight_bias = -60min,
                        .to_standard = ZoneChange{.month = 10, .weekday = 0, .day = 5, .time = 3h},
                        .to_daylight = ZoneChange{.month = 3, .weekday = 0, .day = 5, .time = 2h}};
  for (const Version version : versions) {
    const std::vector<Property> series{
        only(c::Timezone, mapping::format_time_zone(rules)),
        only(c::StartTime, "20250620T080000Z"),
        only(c::EndTime, "20250620T090000Z"),
        text(c::Subject, "series", "other"),
        {{rule("Calendar", {{{"Type", "0"}, {"Interval", "1"}}}, {})}}};
    expect_all_go_round("Calendar", series, version);
  }
}

/// What only the server says: who answered what and when, and where to meet online.
TEST(ItemProperties, WhatOthersAnswer) {
  const std::string meeting =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//desktop//EN\r\nBEGIN:VEVENT\r\nUID:one\r\n"
      "DTSTAMP:20250601T080000Z\r\nDTSTART:20250620T080000Z\r\nDTEND:20250620T090000Z\r\n"
      "SUMMARY:Talk\r\nORGANIZER;CN=Bob:mailto:bob@example.net\r\n"
      "ATTENDEE;CN=Anna;PARTSTAT=ACCEPTED:mailto:anna@example.test\r\n"
      "ATTENDEE;CN=Eve;PARTSTAT=DECLINED:mailto:eve@example.net\r\n"
      "X-MICROSOFT-CDO-REPLYTIME:20250602T100000Z\r\n"
      "X-MICROSOFT-ONLINEMEETINGCONFLINK:conf:sip:bob\r\n"
      "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK:https://meet.example.net/1\r\n"
      "END:VEVENT\r\nEND:VCALENDAR\r\n";
  struct Said {
    const char* path;
    const char* value;
    Version since;
  };
  const std::vector<Said> rows{
      {"Attendees/Attendee/AttendeeStatus", "3", Version::v12_0},
      {"Attendees/Attendee#2/AttendeeStatus", "4", Version::v12_0},
      {"DtStamp", "20250601T080000Z", Version::v12_0},
      {"MeetingStatus", "3", Version::v12_0},
      {"OrganizerEmail", "bob@example.net", Version::v12_0},
      {"ResponseType", "3", Version::v14_0},
      {"AppointmentReplyTime", "20250602T100000Z", Version::v14_0},
      {"OnlineMeetingConfLink", "conf:sip:bob", Version::v14_1},
      {"OnlineMeetingExternalLink", "https://meet.example.net/1", Version::v14_1},
  };
  for (const Version version : versions) {
    Pair phones(version, "Calendar");
    for (const auto& collection : test::run(phones.items().collections())) {
      if (collection.role != FolderRole::calendar) continue;
      ASSERT_TRUE(test::run(phones.items().put(collection.key, "one", meeting, {})));
    }
    const Item& held = phones.held(phones.first());
    for (const Said& row : rows) {
      const auto found = held.find(row.path);
      ASSERT_EQ(found != held.end(), version >= row.since)
          << row.path << " at " << to_string(version);
      if (found != held.end()) EXPECT_EQ(found->second, row.value) << row.path;
    }
  }
}

}  // namespace
}  // namespace godwit::command
