// Free times from CalDAV servers: scripted ones written from RFC 4791 and 6638.
#include <gtest/gtest.h>

#include "backend/dav/free_busy.hpp"
#include "base/fault.hpp"
#include "interop/imap_servers.hpp"
#include "interop/scripted_dav.hpp"

namespace godwit::interop {
namespace {

using namespace std::chrono_literals;
using backend::FreeBusyAnswer;
using backend::Occupied;
using backend::OccupiedTime;
using Outcome = FreeBusyAnswer::Outcome;
using Request = ScriptedDav::Request;

constexpr Time monday{std::chrono::sys_days{std::chrono::year{2025} / 6 / 16}};

const std::string events =
    "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:a\nDTSTAMP:20250101T000000Z\n"
    "DTSTART:20250609T090000Z\nDTEND:20250609T100000Z\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n"
    "END:VCALENDAR\n";

std::string entry(const std::string& href, const std::string& properties) {
  return "<D:response><D:href>" + href + "</D:href><D:propstat><D:prop>" + properties +
         "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>";
}

std::string list(const std::string& entries) {
  return http_answer(207,
                     "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\" "
                     "xmlns:C=\"urn:ietf:params:xml:ns:caldav\">" +
                         entries + "</D:multistatus>");
}

std::string recipient(const std::string& address, const std::string& status,
                      const std::string& periods) {
  std::string out = "<C:response><C:recipient><D:href>mailto:" + address +
                    "</D:href></C:recipient><C:request-status>" + status + "</C:request-status>";
  if (!periods.empty()) {
    out += "<C:calendar-data>BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VFREEBUSY\n" + periods +
           "\nEND:VFREEBUSY\nEND:VCALENDAR\n</C:calendar-data>";
  }
  return out + "</C:response>";
}

class DavFreeBusyTest : public testing::Test {
 protected:
  DavFreeBusyTest() {
    settings_.start = dav::parse_url("http://127.0.0.1:" + std::to_string(server_.port())).value();
    settings_.client.request_limit = std::chrono::milliseconds(5'000);
    settings_.create = false;
    server_.instead = [this](const Request& request) { return answer(request); };
  }

  std::optional<std::string> answer(const Request& request) {
    if (request.method == "PROPFIND" && request.header("Depth") == "1") {
      return list(entry("/u/cal/",
                        "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
                        "<C:supported-calendar-component-set><C:comp name=\"VEVENT\"/>"
                        "</C:supported-calendar-component-set>"));
    }
    if (request.method == "PROPFIND") {
      const std::string outbox =
          has_outbox_ ? "<C:schedule-outbox-URL><D:href>/out/</D:href></C:schedule-outbox-URL>"
                      : "";
      return list(entry(request.path,
                        "<D:current-user-principal><D:href>/p/</D:href></D:current-user-principal>"
                        "<C:calendar-home-set><D:href>/u/</D:href></C:calendar-home-set>"
                        "<C:calendar-user-address-set><D:href>/p/</D:href>"
                        "<D:href>mailto:ann@cal.example</D:href></C:calendar-user-address-set>" +
                            outbox));
    }
    if (request.method == "REPORT" && request.path == "/u/cal/") {
      asked_ = request.body;
      return list(entry("/u/cal/a.ics", "<C:calendar-data>" + events + "</C:calendar-data>"));
    }
    if (request.method == "REPORT") {
      asked_ = request.body;
      if (request.path != "/home/bob/") return http_answer(403, "");
      return http_answer(200,
                         "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\n"
                         "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20250616T110000Z/PT1H\r\n"
                         "END:VFREEBUSY\r\nEND:VCALENDAR\r\n",
                         "Content-Type: text/calendar\r\n");
    }
    if (request.method == "POST" && request.path == "/out/") {
      asked_ = request.body;
      return http_answer(200,
                         "<?xml version=\"1.0\"?><C:schedule-response xmlns:D=\"DAV:\" "
                         "xmlns:C=\"urn:ietf:params:xml:ns:caldav\">" +
                             responses_ + "</C:schedule-response>");
    }
    return std::nullopt;
  }

  std::vector<FreeBusyAnswer> ask(std::vector<std::string> addresses) {
    backend::dav::DavServer server(settings_, loop_.executor(), random_);
    backend::dav::DavFreeBusy free_busy(server, convert::Zone::utc(), clock_, random_);
    const backend::Account ann{.user = UserId::parse("ann").value(),
                               .login = "ann",
                               .password = Secret("secret"),
                               .display_name = {},
                               .addresses = {"ann@example.org"}};
    return loop_.get(free_busy.ask(ann, std::move(addresses), monday, monday + 24h));
  }

  ScriptedDav server_;
  TestLoop loop_;
  SeededRandom random_{1};
  ManualClock clock_;
  backend::dav::Settings settings_;
  bool has_outbox_ = true;
  std::string responses_;
  std::string asked_;
};

TEST_F(DavFreeBusyTest, OwnCalendarsAreReadAndExpanded) {
  const auto found = ask({"Ann@example.org"});
  ASSERT_EQ(1U, found.size());
  EXPECT_EQ(Outcome::known, found[0].outcome);
  EXPECT_EQ((std::vector<OccupiedTime>{{monday + 9h, monday + 10h, Occupied::busy}}),
            found[0].times);
  EXPECT_TRUE(asked_.contains("start=\"20250616T000000Z\" end=\"20250617T000000Z\"")) << asked_;
  EXPECT_EQ(0U, server_.count("POST"));
}

TEST_F(DavFreeBusyTest, OthersAreAskedForByTheOutbox) {
  responses_ = recipient("BOB@example.org", "2.0;Success",
                         "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20250616T110000Z/20250616T120000Z") +
               recipient("eve@example.org", "3.7;Invalid Calendar User", "") +
               recipient("sam@example.org", "5.1;Service unavailable", "") +
               recipient("nobody@example.org", "2.0;Success", "FREEBUSY:x");
  const auto found = ask({"bob@example.org", "ann@example.org", "eve@example.org",
                          "sam@example.org", "zoe@example.org"});
  ASSERT_EQ(5U, found.size());
  EXPECT_EQ((std::vector<OccupiedTime>{{monday + 11h, monday + 12h, Occupied::away}}),
            found[0].times);
  EXPECT_EQ(1U, found[1].times.size());
  EXPECT_EQ(Outcome::no_right, found[2].outcome);
  EXPECT_EQ(Outcome::not_now, found[3].outcome);
  EXPECT_EQ(Outcome::no_right, found[4].outcome);
  EXPECT_EQ(1U, server_.count("POST"));
}

TEST_F(DavFreeBusyTest, TheOutboxIsToldWhoAsks) {
  ask({"bob@example.org"});
  for (const char* line : {"ORGANIZER:mailto:ann@cal.example", "ATTENDEE:mailto:bob@example.org",
                           "METHOD:REQUEST", "DTSTART:20250616T000000Z"}) {
    EXPECT_TRUE(asked_.contains(line)) << line << asked_;
  }
}

TEST_F(DavFreeBusyTest, WithoutAnOutboxTheirCalendarsAreAskedWhereTheyAreKnown) {
  has_outbox_ = false;
  EXPECT_EQ(Outcome::no_right, ask({"bob@example.org"}).at(0).outcome);
  EXPECT_EQ(0U, server_.count("REPORT"));
  settings_.calendars = "/home/{name}/";
  const auto found = ask({"bob@example.org", "eve@example.org"});
  EXPECT_EQ((std::vector<OccupiedTime>{{monday + 11h, monday + 12h, Occupied::tentative}}),
            found.at(0).times);
  EXPECT_EQ(Outcome::no_right, found.at(1).outcome);
}

TEST_F(DavFreeBusyTest, NonsenseIsNoAnswer) {
  responses_ = "<C:response><C:recipient>";
  EXPECT_EQ(Outcome::no_right, ask({"bob@example.org"}).at(0).outcome);
  responses_ = "<D:x/>" + recipient("bob@example.org", "2.0;Success", "nothing");
  EXPECT_EQ(Outcome::known, ask({"bob@example.org"}).at(0).outcome);
  server_.instead = [](const Request&) { return std::optional(http_answer(503, "")); };
  EXPECT_THROW(ask({"bob@example.org"}), Fault);
}

}  // namespace
}  // namespace godwit::interop
