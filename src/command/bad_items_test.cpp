// What lies in calendars and address books and should not: an item that is odd never stops its
// folder, never comes twice, and a phone that edits it changes no more than it meant.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "command/test_bed.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/contacts.hpp"

namespace godwit::command {
namespace {

using client::Node;
using std::chrono::days;
using std::chrono::hours;

constexpr std::array versions{eas::Version::v12_0, eas::Version::v12_1, eas::Version::v14_1,
                              eas::Version::v16_1};

FolderKey collection_of(backend::Items& items, FolderRole role) {
  for (const auto& collection : test::run(items.collections())) {
    if (collection.role == role) return collection.key;
  }
  throw std::runtime_error("no such collection");
}

std::string calendar(const std::string& components) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//desktop//EN\r\n" + components +
         "END:VCALENDAR\r\n";
}

std::string event(const std::string& lines) {
  return "BEGIN:VEVENT\r\nUID:one\r\nDTSTAMP:20250601T080000Z\r\nSUMMARY:odd\r\nX-KEEP:kept\r\n" +
         lines + "END:VEVENT\r\n";
}

std::string good_event() {
  return calendar(
      "BEGIN:VEVENT\r\nUID:good\r\nDTSTAMP:20250601T080000Z\r\nSUMMARY:good\r\n"
      "DTSTART:20250620T080000Z\r\nDTEND:20250620T090000Z\r\nEND:VEVENT\r\n");
}

std::string stamp(Time time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  const auto two = [](auto number) {
    const std::string text = std::to_string(number);
    return text.size() < 2 ? '0' + text : text;
  };
  return std::to_string(static_cast<int>(date.year())) + two(static_cast<unsigned>(date.month())) +
         two(static_cast<unsigned>(date.day())) + 'T' + two(clock.hours().count()) +
         two(clock.minutes().count()) + "00Z";
}

const Time june = Time(std::chrono::sys_days(std::chrono::year(2025) / 6 / 20)) + hours(8);

/// An occurrence `number` days after the first that takes place `later`.
std::string changed(int number, std::chrono::minutes later) {
  const Time original = june + days(number);
  return event("RECURRENCE-ID:" + stamp(original) + "\r\nDTSTART:" + stamp(original + later) +
               "\r\nDTEND:" + stamp(original + later + hours(1)) + "\r\n");
}

struct Odd {
  const char* what;
  std::string text;
  bool shown = true;  // false: set aside by a named rule
};

std::string series(const std::string& more_lines) {
  return event("DTSTART:20250620T080000Z\r\nDTEND:20250620T090000Z\r\n" + more_lines);
}

std::vector<Odd> odd_events() {
  std::string removed;
  std::string moved;
  for (int i = 0; i < 10'000; ++i) {
    removed += "EXDATE:" + stamp(june + days(i)) + "\r\n";
    moved += changed(i, std::chrono::minutes(30));
  }
  const std::string daily = "RRULE:FREQ=DAILY\r\n";
  return {
      {"a recurrence without end from year 1601",
       calendar(event("DTSTART:16010101T000000Z\r\nDTEND:16010101T010000Z\r\n" + daily))},
      {"each second since year 1601",
       calendar(event("DTSTART:16010101T000000Z\r\nRRULE:FREQ=SECONDLY\r\n"))},
      {"a whole day since year 1601",
       calendar(event("DTSTART;VALUE=DATE:16010101\r\nRRULE:FREQ=YEARLY\r\n"))},
      {"10,000 exceptions", calendar(series(daily + removed))},
      {"10,000 changed occurrences", calendar(series(daily) + moved)},
      {"exceptions outside their series",
       calendar(series("RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:20250620T093000Z\r\n") +
                changed(40, std::chrono::minutes(0)) + changed(-5, std::chrono::minutes(0)))},
      {"exceptions that overlap", calendar(series(daily) + changed(1, hours(0)) +
                                           changed(2, -hours(24)) + changed(3, -hours(48)))},
      {"one occurrence changed twice",
       calendar(series(daily) + changed(1, hours(1)) + changed(1, hours(2)))},
      {"removed and changed",
       calendar(series(daily + "EXDATE:20250621T080000Z\r\n") + changed(1, hours(1)))},
      {"no start", calendar(event("DTEND:20250620T090000Z\r\n")), false},
      {"neither start nor end", calendar(event("")), false},
      {"a start that is none", calendar(event("DTSTART:soon\r\n")), false},
      {"an end before the start",
       calendar(event("DTSTART:20250620T080000Z\r\nDTEND:20250619T080000Z\r\n"))},
      {"an end of another kind",
       calendar(event("DTSTART:20250620T080000Z\r\nDTEND;VALUE=DATE:20250622\r\n"))},
      {"an end and a duration", calendar(series("DURATION:PT5H\r\n"))},
      {"two starts", calendar(series("DTSTART:20250625T080000Z\r\n"))},
      {"an unknown zone", calendar(event("DTSTART;TZID=Nowhere/Land:20250620T080000\r\n"
                                         "DTEND;TZID=Elsewhere:20250620T090000\r\n" +
                                         daily))},
      {"a zone without rules", calendar("BEGIN:VTIMEZONE\r\nTZID:Empty\r\nEND:VTIMEZONE\r\n" +
                                        event("DTSTART;TZID=Empty:20250620T080000\r\n"))},
      {"a rule that never comes true",
       calendar(series("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n"))},
      {"a rule that is none", calendar(series("RRULE:FREQ=OFTEN\r\n"))},
      {"no calendar at all", "hello", false},
      {"half a calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:one\r\n", false},
  };
}

/// The folder as a new device of that version gets it, and again: nothing more comes.
std::map<std::string, std::string> subjects(TestBed& bed, const std::string& id,
                                            const std::string& property) {
  client::SyncOptions options;
  options.options = {
      Node(wbxml::airsyncbase::BodyPreference, {Node(wbxml::airsyncbase::Type, "1")})};
  EXPECT_TRUE(test::run(bed.device().sync_all(id, options)).ok());
  std::map<std::string, std::string> out;
  for (const auto& [server_id, item] : bed.device().collection(id).items) {
    const auto found = item.find(property);
    out.emplace(found == item.end() ? std::string() : found->second, server_id);
  }
  const auto again = test::run(bed.device().sync(id, {}));
  EXPECT_TRUE(again.ok());
  const auto told = again.collections.find(id);
  EXPECT_TRUE(told == again.collections.end() || told->second.added.empty());
  return out;
}

/// Line for line what was there is still there, but for what the edit is about.
void expect_lines_kept(const std::string& before, const std::string& after) {
  std::size_t kept = 0;
  for (auto at = before.find("X-KEEP:kept"); at != std::string::npos;
       at = before.find("X-KEEP:kept", at + 1)) {
    ++kept;
  }
  for (auto at = after.find("X-KEEP:kept"); at != std::string::npos;
       at = after.find("X-KEEP:kept", at + 1)) {
    --kept;
  }
  EXPECT_EQ(kept, 0U);
}

/// Another subject; up to 14.1, where what is absent is cleared, with what the device holds of when
/// it takes place.
std::vector<Node> edit_of(const client::Item& held, eas::Version version) {
  namespace page = wbxml::calendar;
  std::vector<Node> out{Node(page::Subject, "edited")};
  if (version >= eas::Version::v16_0) return out;
  Node recurrence(page::Recurrence);
  constexpr std::string_view below = "Recurrence/";
  for (const auto& [path, value] : held) {
    const bool inside = path.starts_with(below);
    const auto* info = wbxml::find_tag("Calendar", inside ? path.substr(below.size()) : path);
    if (info == nullptr) continue;
    if (inside) recurrence.add(Node(info->tag, value));
    for (const wbxml::Tag tag :
         {page::Timezone, page::AllDayEvent, page::StartTime, page::EndTime}) {
      if (info->tag == tag) out.emplace_back(tag, value);
    }
  }
  if (!recurrence.children.empty()) out.push_back(std::move(recurrence));
  return out;
}

void expect_harmless(const Odd& odd, eas::Version version) {
  SCOPED_TRACE(std::string(odd.what) + " at " + std::string(to_string(version)));
  TestBed bed(version);
  backend::Items& items = bed.offer_items();
  const auto key = collection_of(items, FolderRole::calendar);
  ASSERT_TRUE(test::run(items.put(key, "one", odd.text, {})));
  ASSERT_TRUE(test::run(items.put(key, "good", good_event(), {})));
  const std::string id = bed.id("Calendar");
  const auto shown = subjects(bed, id, "Subject");
  EXPECT_TRUE(shown.contains("good"));
  EXPECT_EQ(shown.contains("odd"), odd.shown);
  if (!shown.contains("odd")) return;
  bed.device().change(id, shown.at("odd"),
                      edit_of(bed.device().collection(id).items.at(shown.at("odd")), version));
  EXPECT_TRUE(test::run(bed.device().sync_all(id, {})).ok());
  const std::string after = test::run(items.fetch(key, {"one"})).value().front().text;
  EXPECT_TRUE(after.contains("SUMMARY:edited"));
  expect_lines_kept(odd.text, after);
  EXPECT_EQ(bed.device().collection(id).items.size(), 2U);
}

TEST(BadItems, OddEventsStopNothing) {
  for (const Odd& odd : odd_events()) {
    // The long ones once.
    if (odd.text.size() > 100'000) {
      expect_harmless(odd, eas::Version::v14_1);
      continue;
    }
    for (const eas::Version version : versions) expect_harmless(odd, version);
  }
}

std::string card(const std::string& name, const std::string& lines) {
  return "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:" + name + "\r\nFN:" + name + "\r\nN:" + name +
         ";;;;\r\n" + lines + "END:VCARD\r\n";
}

/// [MS-ASCNTC] Picture: 48 KB of base64; a larger one is not shown, and stays.
TEST(BadItems, AHugePhotoIsNotSentAndStays) {
  TestBed bed;
  backend::Items& items = bed.offer_items();
  const auto key = collection_of(items, FolderRole::contacts);
  const std::string photo = "PHOTO;ENCODING=b;TYPE=JPEG:" + std::string(7 << 20, 'A') + "\r\n";
  ASSERT_TRUE(test::run(items.put(key, "huge", card("huge", photo), {})));
  ASSERT_TRUE(test::run(items.put(key, "good", card("good", ""), {})));
  const auto too_much = "PHOTO;ENCODING=b;TYPE=JPEG:" + std::string(50 << 20, 'A') + "\r\n";
  EXPECT_EQ(test::run(items.put(key, "more", card("more", too_much), {})).error().code,
            Errc::too_large);
  const std::string id = bed.id("Contacts");
  const auto shown = subjects(bed, id, "LastName");
  ASSERT_TRUE(shown.contains("huge"));
  EXPECT_TRUE(shown.contains("good"));
  const std::string huge = shown.at("huge");
  EXPECT_FALSE(bed.device().collection(id).items.at(huge).contains("Picture"));
  namespace page = wbxml::contacts;
  bed.device().change(id, huge, {Node(page::JobTitle, "cook")});
  EXPECT_TRUE(test::run(bed.device().sync_all(id, {})).ok());
  const std::string after = test::run(items.fetch(key, {"huge"})).value().front().text;
  EXPECT_TRUE(after.contains("TITLE:cook"));
  EXPECT_GT(after.size(), std::size_t{7} << 20);
}

/// A picture that is too large is refused from a phone, too, and takes nothing else with it.
TEST(BadItems, AHugePhotoOfAPhoneIsRefused) {
  TestBed bed;
  backend::Items& items = bed.offer_items();
  const std::string id = bed.id("Contacts");
  test::run(bed.device().sync_all(id, {}));
  namespace page = wbxml::contacts;
  bed.device().add(id, {Node(page::LastName, "Doe"),
                        Node(page::Picture, base64_encode(std::string(4 << 20, 'x')))});
  bed.device().add(id, {Node(page::LastName, "Ray")});
  const auto outcome = test::run(bed.device().sync(id, {}));
  const auto& responses = outcome.collections.at(id).responses;
  ASSERT_EQ(responses.size(), 2U);
  EXPECT_EQ(responses.begin()->second, 6);
  EXPECT_EQ(std::next(responses.begin())->second, 1);
  EXPECT_EQ(test::run(items.changes(collection_of(items, FolderRole::contacts), ""))
                .value()
                .changed.size(),
            1U);
}

/// The class has no lists of contacts: they are not shown, stop nothing, and stay as they are.
TEST(BadItems, AListOfContactsIsLeftAlone) {
  for (const eas::Version version : versions) {
    TestBed bed(version);
    backend::Items& items = bed.offer_items();
    const auto key = collection_of(items, FolderRole::contacts);
    const std::string members = "MEMBER:urn:uuid:good\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:x\r\n";
    const std::string new_kind = card("team", "KIND:group\r\n" + members);
    const std::string apples = card("club", "X-ADDRESSBOOKSERVER-KIND:group\r\n" + members);
    ASSERT_TRUE(test::run(items.put(key, "team", new_kind, {})));
    ASSERT_TRUE(test::run(items.put(key, "club", apples, {})));
    ASSERT_TRUE(test::run(items.put(key, "good", card("good", ""), {})));
    const std::string id = bed.id("Contacts");
    const auto shown = subjects(bed, id, "LastName");
    ASSERT_EQ(shown.size(), 1U);
    namespace page = wbxml::contacts;
    bed.device().change(id, shown.at("good"), {Node(page::LastName, "better")});
    EXPECT_TRUE(test::run(bed.device().sync_all(id, {})).ok());
    const auto there = test::run(items.fetch(key, {"team", "club"})).value();
    ASSERT_EQ(there.size(), 2U);
    EXPECT_EQ(there[0].text, new_kind);
    EXPECT_EQ(there[1].text, apples);
  }
}

/// The same UID twice, in one calendar and in another one: two items, each with its own ServerId,
/// and an edit or a removal of one leaves the other alone.
TEST(BadItems, AUidInTwoCalendarsIsTwoItems) {
  for (const eas::Version version : versions) {
    TestBed bed(version);
    backend::Items& items = bed.offer_items();
    const auto first = collection_of(items, FolderRole::calendar);
    const auto second = test::run(items.create_collection(ItemClass::calendar, "Other")).value();
    const std::string text = calendar(series(""));
    for (const auto& [key, href] : {std::pair{first, "one"}, {first, "copy"}, {second, "one"}}) {
      ASSERT_TRUE(test::run(items.put(key, href, text, {})));
    }
    EXPECT_TRUE(test::run(bed.device().folder_sync()).ok());
    const std::string calendar_id = bed.id("Calendar");
    const std::string other_id = bed.id("Other");
    for (const std::string& id : {calendar_id, other_id}) {
      EXPECT_TRUE(test::run(bed.device().sync_all(id, {})).ok());
    }
    auto& held = bed.device().collection(calendar_id).items;
    ASSERT_EQ(held.size(), 2U);
    ASSERT_EQ(bed.device().collection(other_id).items.size(), 1U);
    namespace page = wbxml::calendar;
    bed.device().change(calendar_id, held.begin()->first, {Node(page::Subject, "edited")});
    bed.device().remove(other_id, bed.device().collection(other_id).items.begin()->first);
    for (const std::string& id : {calendar_id, other_id, calendar_id, other_id}) {
      EXPECT_TRUE(test::run(bed.device().sync_all(id, {})).ok());
    }
    const auto there = test::run(items.fetch(first, {"one", "copy"})).value();
    ASSERT_EQ(there.size(), 2U);
    EXPECT_NE(there[0].text.contains("SUMMARY:edited"), there[1].text.contains("SUMMARY:edited"));
    EXPECT_TRUE(test::run(items.fetch(second, {"one"})).value().empty());
    EXPECT_EQ(bed.device().collection(calendar_id).items.size(), 2U);
  }
}

}  // namespace
}  // namespace godwit::command
