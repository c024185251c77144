#include "backend/local/free_busy.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "backend/local/testing.hpp"

namespace godwit::backend::local {
namespace {

using namespace std::chrono_literals;
using Outcome = FreeBusyAnswer::Outcome;

constexpr Time monday{std::chrono::sys_days{std::chrono::year{2025} / 6 / 16}};

std::string event(const std::string& uid, const std::string& lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:" + uid +
         "\r\nDTSTAMP:20250101T000000Z\r\n" + lines + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

struct LocalFreeBusyTest : testing::Test {
  LocalFreeBusyTest() {
    for (const ItemCollection& each : test::run(items->collections())) {
      if (each.item_class == ItemClass::calendar) calendar = each.key;
    }
  }
  void put(const std::string& uid, const std::string& lines) {
    ASSERT_TRUE(test::run(items->put(*calendar, uid + ".ics", event(uid, lines), {})));
  }
  FreeBusyAnswer ask(const std::string& address, Time from = monday, Time to = monday + 24h) {
    return test::run(free_busy.ask(asker, {address}, from, to)).at(0);
  }

  LocalFixture fixture;
  Account ada = fixture.add_user("ada@example.com");
  Account asker = fixture.add_user("bob@example.com");
  std::shared_ptr<Items> items = fixture.store().open_items(ada);
  std::optional<FolderKey> calendar;
  LocalFreeBusy free_busy{fixture.store()};
};

TEST_F(LocalFreeBusyTest, EventsTakeTheirTimes) {
  put("a", "DTSTART:20250616T090000Z\r\nDTEND:20250616T100000Z\r\n");
  put("b",
      "DTSTART:20250613T120000Z\r\nDTEND:20250613T123000Z\r\nRRULE:FREQ=DAILY\r\n"
      "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n");
  put("c", "DTSTART:20250616T150000Z\r\nDTEND:20250616T160000Z\r\nSTATUS:TENTATIVE\r\n");
  auto found = ask("Ada@example.com");
  EXPECT_EQ(Outcome::known, found.outcome);
  std::ranges::sort(found.times, {}, &OccupiedTime::start);
  EXPECT_EQ((std::vector<OccupiedTime>{{monday + 9h, monday + 10h, Occupied::busy},
                                       {monday + 12h, monday + 12h + 30min, Occupied::away},
                                       {monday + 15h, monday + 16h, Occupied::tentative}}),
            found.times);
  EXPECT_TRUE(ask("ada@example.com", monday - 100h, monday - 90h).times.empty());
}

TEST_F(LocalFreeBusyTest, WhatTakesNoTimeIsNotTold) {
  const std::string times = "DTSTART:20250616T090000Z\r\nDTEND:20250616T100000Z\r\n";
  put("a", times + "TRANSP:TRANSPARENT\r\n");
  put("b", times + "STATUS:CANCELLED\r\n");
  put("c", times +
               "ORGANIZER:mailto:bob@example.com\r\n"
               "ATTENDEE;PARTSTAT=DECLINED:mailto:ADA@example.com\r\n");
  put("d", times + "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\r\n");
  put("e", "DTSTART:20250616T090000Z\r\nDTEND:20250616T090000Z\r\n");
  EXPECT_EQ(Outcome::known, ask("ada@example.com").outcome);
  EXPECT_TRUE(ask("ada@example.com").times.empty());
  // Somebody else's no is not hers.
  put("f", times +
               "ORGANIZER:mailto:ada@example.com\r\n"
               "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com\r\n");
  EXPECT_EQ(1U, ask("ada@example.com").times.size());
}

TEST_F(LocalFreeBusyTest, NobodyKnowsOfOthersAndNotEverythingCanBeTold) {
  EXPECT_EQ(Outcome::no_right, ask("zoe@example.net").outcome);
  put("a", "DTSTART:20250616T000000Z\r\nDTEND:20250616T000001Z\r\nRRULE:FREQ=SECONDLY\r\n");
  EXPECT_EQ(Outcome::not_now, ask("ada@example.com").outcome);
}

}  // namespace
}  // namespace godwit::backend::local
