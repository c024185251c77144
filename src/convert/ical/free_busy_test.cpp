#include "convert/ical/free_busy.hpp"

#include <gtest/gtest.h>

namespace godwit::convert::ical {
namespace {

using namespace std::chrono_literals;
constexpr Time monday{std::chrono::sys_days{std::chrono::year{2025} / 6 / 16}};

TEST(FreeBusy, ReadsPeriodsOfEachKind) {
  const auto read = read_free_busy(
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VFREEBUSY\r\n"
      "FREEBUSY:20250616T090000Z/20250616T100000Z,20250616T110000Z/PT30M\r\n"
      "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20250616T120000Z/PT1H\r\n"
      "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20250616T130000Z/PT1H\r\n"
      "FREEBUSY;FBTYPE=FREE:20250616T140000Z/PT1H\r\n"
      "FREEBUSY;FBTYPE=X-ODD:20250616T150000Z/PT1H,nonsense,/,20250616T150000Z/-PT1H\r\n"
      "END:VFREEBUSY\r\nEND:VCALENDAR\r\n",
      100);
  ASSERT_TRUE(read);
  EXPECT_EQ((std::vector<TakenTime>{
                {monday + 9h, monday + 10h, BusyStatus::busy},
                {monday + 11h, monday + 11h + 30min, BusyStatus::busy},
                {monday + 12h, monday + 13h, BusyStatus::tentative},
                {monday + 13h, monday + 14h, BusyStatus::out_of_office},
                {monday + 15h, monday + 16h, BusyStatus::busy},
            }),
            read->all);
  EXPECT_TRUE(read->complete);
}

TEST(FreeBusy, IsBounded) {
  std::string text = "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\n";
  for (int i = 0; i < 20; ++i) text += "FREEBUSY:20250616T090000Z/PT1H\r\n";
  text += "END:VFREEBUSY\r\nEND:VCALENDAR\r\n";
  const auto read = read_free_busy(text, 10);
  ASSERT_TRUE(read);
  EXPECT_EQ(10U, read->all.size());
  EXPECT_FALSE(read->complete);
  EXPECT_FALSE(read_free_busy("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", 10));
  EXPECT_FALSE(read_free_busy("nothing", 10));
}

TEST(FreeBusy, AsksAsRfc5546Says) {
  const std::string text = make_free_busy_request("u1", "ann@example.org", {"bob@example.org"},
                                                  monday, monday + 24h, monday - 1h);
  for (const char* line :
       {"METHOD:REQUEST\r\n", "BEGIN:VFREEBUSY\r\n", "UID:u1\r\n", "DTSTART:20250616T000000Z\r\n",
        "DTEND:20250617T000000Z\r\n", "ORGANIZER:mailto:ann@example.org\r\n",
        "ATTENDEE:mailto:bob@example.org\r\n", "DTSTAMP:20250615T230000Z\r\n"}) {
    EXPECT_TRUE(text.contains(line)) << line << text;
  }
}

}  // namespace
}  // namespace godwit::convert::ical
