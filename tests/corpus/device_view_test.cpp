// What a device makes of a series: it knows the rule, the zone's blob and the exceptions, and must
// come to the same instants as we do by the calendar's text, across changes of clocks; libical with
// the system's zones agrees.
#include <gtest/gtest.h>
#include <libical/ical.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "convert/ical/expand.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/ical_bed.hpp"
#include "mapping/calendar_rows.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;
using chrono::days;
using chrono::local_days;

const Time first = at(2024, 1, 1);
const Time last = at(2074, 1, 1);
constexpr int last_year = 2074;
constexpr days walked(366 * 51);
constexpr std::size_t count_max = 20'000;

/// Whether the device sees an occurrence on a day, by its own reading of [MS-ASCAL] Recurrence.
bool falls_on(const Recurrence& rule, local_days begin, local_days day) {
  const chrono::year_month_day date(day);
  const chrono::year_month_day start(begin);
  const chrono::weekday weekday(day);
  const unsigned bit = 1U << weekday.c_encoding();
  const int months = (static_cast<int>(date.year()) - static_cast<int>(start.year())) * 12 +
                     static_cast<int>(static_cast<unsigned>(date.month())) -
                     static_cast<int>(static_cast<unsigned>(start.month()));
  const int years = static_cast<int>(date.year()) - static_cast<int>(start.year());
  const auto is_nth = [&] {
    if ((rule.days_of_week & bit) == 0) return false;
    // Of the days of the month that the mask names, counted from its begin, or the last one.
    unsigned count = 0;
    unsigned before = 0;
    const auto month = date.year() / date.month();
    const auto end = local_days(month / chrono::last);
    for (auto each = local_days(month / 1); each <= end; each += days(1)) {
      const unsigned its = 1U << chrono::weekday(each).c_encoding();
      if ((rule.days_of_week & its) == 0) continue;
      ++count;
      if (each <= day) ++before;
    }
    return rule.week_of_month == 5 ? before == count : before == rule.week_of_month;
  };
  const bool on_day = static_cast<unsigned>(date.day()) == rule.day_of_month;
  const bool in_month = static_cast<unsigned>(date.month()) == rule.month_of_year;
  switch (rule.type) {
    case Recurrence::Type::daily:
      return (day - begin).count() % rule.interval == 0;
    case Recurrence::Type::weekly: {
      const unsigned week_begin = rule.first_day_of_week.value_or(1);
      const auto week_of = [&](local_days of) {
        const chrono::weekday its(of);
        return of - days((its.c_encoding() + 7 - week_begin) % 7);
      };
      const auto weeks = (week_of(day) - week_of(begin)).count() / 7;
      return weeks % rule.interval == 0 && (rule.days_of_week & bit) != 0;
    }
    case Recurrence::Type::monthly:
      return months % rule.interval == 0 && on_day;
    case Recurrence::Type::monthly_by_weekday:
      return months % rule.interval == 0 && is_nth();
    case Recurrence::Type::yearly:
      return years % rule.interval == 0 && in_month && on_day;
    case Recurrence::Type::yearly_by_weekday:
      return years % rule.interval == 0 && in_month && is_nth();
  }
  return false;
}

/// All starts that a device shows up to `last`.
std::vector<Time> device_view(const Event& event) {
  const Recurrence& rule = *event.recurrence;
  const LocalTime start = event.zone_rules.to_local(event.details.start);
  const auto begin = chrono::floor<days>(start);
  std::vector<Time> out;
  unsigned count = 0;
  for (auto day = begin; day < begin + walked; day += days(1)) {
    if (!falls_on(rule, begin, day)) continue;
    if (rule.occurrences && count >= *rule.occurrences) break;
    const LocalTime local = day + (start - begin);
    const Time instant = event.zone_rules.to_utc(local);
    if (!rule.occurrences && rule.until && instant > *rule.until) break;
    ++count;
    const auto changed = std::ranges::find(event.exceptions, instant, &EventException::original);
    const bool is_changed = changed != event.exceptions.end();
    if (is_changed && changed->deleted) continue;
    const Time shown = is_changed ? changed->details.start : instant;
    if (shown < last) out.push_back(shown);
  }
  std::ranges::sort(out);
  return out;
}

std::vector<Time> our_view(const std::string& text) {
  const auto found = expand(text, "", first, last, count_max, context());
  std::vector<Time> out;
  if (!found) return out;
  for (const Occurrence& each : found->all) out.push_back(each.start);
  std::ranges::sort(out);
  return out;
}

/// By the system's zones; without exceptions.
std::vector<Time> libical_view(const std::string& zone, const std::string& start,
                               const std::string& rule) {
  std::vector<Time> out;
  icaltimezone* const its = icaltimezone_get_builtin_timezone(zone.c_str());
  icalrecur_iterator* const iterator = icalrecur_iterator_new(
      icalrecurrencetype_from_string(rule.c_str()), icaltime_from_string(start.c_str()));
  while (iterator != nullptr) {
    const auto next = icalrecur_iterator_next(iterator);
    if (icaltime_is_null_time(next)) break;
    const Time instant =
        chrono::sys_seconds(chrono::seconds(icaltime_as_timet_with_zone(next, its)));
    if (instant >= last) break;
    out.push_back(instant);
  }
  if (iterator != nullptr) icalrecur_iterator_free(iterator);
  return out;
}

/// As Outlook writes zones: two rules since 1601.
std::string outlooks_zone() {
  return "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\n"
         "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
         "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n"
         "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
         "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";
}

/// As Apple writes them: each rule since it holds, with names.
std::string apples_zone() {
  return "BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:-0500\r\n"
         "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nDTSTART:20070311T020000\r\nTZNAME:EDT\r\n"
         "TZOFFSETTO:-0400\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:-0400\r\n"
         "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nDTSTART:20071104T020000\r\nTZNAME:EST\r\n"
         "TZOFFSETTO:-0500\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
}

/// One that only this calendar knows: the hour ahead, changed in the autumn of the south.
std::string own_zone() {
  return "BEGIN:VTIMEZONE\r\nTZID:Nobody/Own\r\n"
         "BEGIN:STANDARD\r\nDTSTART:19700405T030000\r\nTZOFFSETFROM:+1030\r\nTZOFFSETTO:+1000\r\n"
         "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4\r\nEND:STANDARD\r\n"
         "BEGIN:DAYLIGHT\r\nDTSTART:19701004T020000\r\nTZOFFSETFROM:+1000\r\nTZOFFSETTO:+1030\r\n"
         "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=10\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";
}

struct Zoned {
  std::string name;     // TZID; empty: floating
  std::string text{};   // its VTIMEZONE
  std::string known{};  // as the system calls it; empty: it does not
};

std::vector<Zoned> zones() {
  return {{"Europe/Berlin", "", "Europe/Berlin"},
          {"America/New_York", apples_zone(), "America/New_York"},
          {"Australia/Sydney", "", "Australia/Sydney"},
          {"Asia/Kolkata", "", "Asia/Kolkata"},
          {"W. Europe Standard Time", outlooks_zone(), "Europe/Berlin"},
          {"Nobody/Own", own_zone()},
          {"", "", "Europe/Berlin"}};
}

struct Series {
  std::string start;  // a reading of the clock, on the first occurrence
  std::string rule;
};

std::vector<Series> series() {
  std::vector<Series> out;
  // Over the hour that is skipped, the one that comes twice, and others.
  for (const char* time : {"T003000", "T023000", "T090000", "T233000"}) {
    for (const auto& [day, rule] : std::initializer_list<std::pair<const char*, const char*>>{
             {"20240301", "FREQ=DAILY"},
             {"20240301", "FREQ=DAILY;INTERVAL=3;COUNT=300"},
             {"20240303", "FREQ=WEEKLY;BYDAY=SU"},
             {"20240304", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR,SU;WKST=MO"},
             {"20240303", "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,SA;WKST=SU"},
             {"20240128", "FREQ=MONTHLY;BYMONTHDAY=28"},
             {"20240331", "FREQ=MONTHLY;BYDAY=-1SU"},
             {"20240310", "FREQ=MONTHLY;INTERVAL=2;BYDAY=2SU"},
             {"20240131", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"},
             {"20240331", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=31"},
             {"20241027", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"}}) {
      out.push_back({std::string(day) + time, rule});
    }
  }
  return out;
}

std::string text_of(const Zoned& zone, const Series& each, const std::string& more) {
  const std::string parameter = zone.name.empty() ? "" : ";TZID=" + zone.name;
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + zone.text + "BEGIN:VEVENT\r\nUID:1\r\nDTSTART" +
         parameter + ":" + each.start + "\r\nDURATION:PT30M\r\nRRULE:" + each.rule +
         "\r\nEND:VEVENT\r\n" + more + "END:VCALENDAR\r\n";
}

Event read(const std::string& text) {
  Repairs repairs;
  return read_event(text, "", context(), repairs).value();
}

TEST(DeviceView, TheSameInstantsInEveryZone) {
  std::size_t compared = 0;
  for (const Zoned& zone : zones()) {
    for (const Series& each : series()) {
      SCOPED_TRACE(zone.name + ' ' + each.start + ' ' + each.rule);
      const std::string text = text_of(zone, each, "");
      const Event event = read(text);
      ASSERT_TRUE(event.recurrence && event.recurrence_is_exact);
      // A device cannot be told of a first reading that a change of clocks skips: it sees the hour
      // after it, for ever.
      const auto shown = event.zone_rules.to_local(event.details.start);
      if (value_of({.kind = Moment::Kind::floating, .local = shown, .zone = {}}) != each.start) {
        continue;
      }
      const auto ours = our_view(text);
      ASSERT_FALSE(ours.empty());
      EXPECT_TRUE(device_view(event) == ours);
      // libical takes readings that a change of clocks skips or repeats otherwise than RFC 5545
      // 3.3.5 does.
      if (!zone.known.empty() && !each.start.ends_with("T023000")) {
        EXPECT_TRUE(libical_view(zone.known, each.start, each.rule) == ours);
      }
      compared += ours.size();
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(compared, 500'000U);
}

TEST(DeviceView, MovedAndRemovedOccurrences) {
  for (const Zoned& zone : zones()) {
    SCOPED_TRACE(zone.name);
    const std::string parameter = zone.name.empty() ? "" : ";TZID=" + zone.name;
    std::string more;
    // Before, on and after changes of clocks; each moves over the next one.
    for (const char* day :
         {"20240310", "20240331", "20240407", "20241006", "20241027", "20241103"}) {
      more.append("BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID").append(parameter).append(":");
      more.append(day).append("T090000\r\nDTSTART").append(parameter).append(":").append(day);
      more.append("T143000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n");
    }
    std::string text = text_of(zone, {"20240301T090000", "FREQ=DAILY"}, more);
    for (const char* day : {"20240330", "20241028"}) {
      std::string line = "EXDATE";
      line.append(parameter).append(":").append(day).append("T090000\r\n");
      text.insert(text.find("DURATION"), line);
    }
    const Event event = read(text);
    ASSERT_EQ(event.exceptions.size(), 8U);
    EXPECT_TRUE(device_view(event) == our_view(text));
  }
}

/// The days that a device of that version shows of an all-day series: up to 14.1 it reads instants
/// by the clock of the blob's zone, from 16.0 on dates.
std::vector<local_days> days_shown(const Event& event, eas::Version version) {
  const mapping::EventWriting writing{event, version};
  const auto day_of = [&](Time time) {
    const Time sent = writing.wire(time, true);
    const bool dates = version >= eas::Version::v16_0;
    return dates ? local_days(chrono::floor<days>(sent).time_since_epoch())
                 : chrono::floor<days>(event.zone_rules.to_local(sent));
  };
  const Recurrence& rule = *event.recurrence;
  const auto begin = day_of(event.details.start);
  std::vector<local_days> out;
  unsigned count = 0;
  for (auto day = begin; day < begin + walked; day += days(1)) {
    if (!falls_on(rule, begin, day)) continue;
    if (rule.occurrences && count >= *rule.occurrences) break;
    if (!rule.occurrences && rule.until && day > day_of(*rule.until)) break;
    ++count;
    const auto changed = std::ranges::find_if(
        event.exceptions, [&](const EventException& each) { return day_of(each.original) == day; });
    const bool is_changed = changed != event.exceptions.end();
    if (is_changed && changed->deleted) continue;
    const auto shown = is_changed ? day_of(changed->details.start) : day;
    if (shown < local_days(chrono::year(last_year) / 1 / 1)) out.push_back(shown);
  }
  std::ranges::sort(out);
  return out;
}

TEST(DeviceView, AllDaySeriesOnTheSameDays) {
  std::size_t compared = 0;
  // The last two have days that begin at one: their clocks are set ahead at midnight.
  for (const char* zone : {"Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata",
                           "Pacific/Kiritimati", "America/Havana", "Asia/Beirut"}) {
    Context user = context();
    user.zone = Zone::named(zone).value();
    for (const Series& each : series()) {
      if (!each.start.ends_with("T090000")) continue;
      SCOPED_TRACE(std::string(zone) + ' ' + each.start + ' ' + each.rule);
      const std::string first_day = each.start.substr(0, each.start.find('T'));
      const bool daily = each.rule == "FREQ=DAILY";
      const std::string ends = each.rule.contains("COUNT") ? "" : ";UNTIL=20731231";
      std::string text =
          "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:" +
          first_day + "\r\nRRULE:" + each.rule + ends + "\r\n";
      // On the days of changes of clocks, too.
      if (daily) text += "EXDATE;VALUE=DATE:20240310,20240331\r\n";
      text += "END:VEVENT\r\n";
      if (daily) {
        text +=
            "BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID;VALUE=DATE:20250309\r\n"
            "DTSTART;VALUE=DATE:20250330\r\nEND:VEVENT\r\n";
      }
      text += "END:VCALENDAR\r\n";
      Repairs repairs;
      const Event event = read_event(text, "", user, repairs).value();
      ASSERT_TRUE(event.details.all_day && event.recurrence && event.recurrence_is_exact);
      std::vector<local_days> ours;
      const auto found = expand(text, "", first - days(2), last + days(2), count_max, user);
      for (const Occurrence& one : found.value().all) {
        const auto day = chrono::floor<days>(user.zone.to_local(one.start));
        if (day < local_days(chrono::year(last_year) / 1 / 1)) ours.push_back(day);
      }
      std::ranges::sort(ours);
      ASSERT_FALSE(ours.empty());
      for (const auto version : {eas::Version::v14_1, eas::Version::v16_1}) {
        EXPECT_TRUE(days_shown(event, version) == ours) << to_string(version);
      }
      compared += ours.size();
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(compared, 150'000U);
}

}  // namespace
}  // namespace godwit::convert::ical
