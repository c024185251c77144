// Free times from real CalDAV servers below build/parts: one's own calendars, and another's by the
// scheduling outbox where the server has one.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "backend/dav/free_busy.hpp"
#include "backend/imap/imap.hpp"
#include "base/fault.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::interop {
namespace {

using namespace std::chrono_literals;
using backend::FreeBusyAnswer;
using backend::Occupied;
using backend::OccupiedTime;
using Outcome = FreeBusyAnswer::Outcome;

// The servers show nothing that is too far from now.
const Time day = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) + 48h;

struct Variant {
  const char* server;
  const char* path;
  const char* domain;    // of its users' addresses
  bool tells_of_others;  // as it is configured here
};

class DavFreeBusyLiveTest : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there(GetParam().server)) {
      GTEST_SKIP() << RunningServer::why_not(GetParam().server);
    }
    const RunningServer& server = *RunningServer::get(GetParam().server, "");
    settings_.start =
        dav::parse_url("http://127.0.0.1:" + server.value("HTTP_PORT") + GetParam().path).value();
    server_ = std::make_unique<backend::dav::DavServer>(settings_, loop_.executor(), random_);
  }
  backend::Account account() {
    const std::string user = fresh_user();
    backend::Account out{.user = UserId::parse(user).value(),
                         .login = user,
                         .password = Secret("secret"),
                         .display_name = {},
                         .addresses = {user + '@' + GetParam().domain}};
    if (std::string_view(GetParam().server) == "cyrus") sign_in(user);
    return out;
  }
  /// An account of Cyrus is there once it has signed in by IMAP.
  void sign_in(const std::string& user) {
    backend::imap::Settings settings;
    settings.host = "127.0.0.1";
    settings.port = RunningServer::get("cyrus", "")->port("IMAP_PORT");
    settings.encryption = backend::imap::Encryption::none;
    backend::imap::ImapServer gateway(settings, loop_.executor(), random_);
    ASSERT_TRUE(loop_.get(gateway.sign_in(user, Secret("secret"))));
  }
  void put(const backend::Account& who, const std::string& hour) {
    const auto items = server_->open_items(who);
    for (const auto& each : loop_.get(items->collections())) {
      if (each.item_class != ItemClass::calendar) continue;
      const std::string at = fmt::format("{:%Y%m%d}T{}", day, hour);
      const std::string text = fmt::format(
          "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:u{0}\r\n"
          "DTSTAMP:20250101T000000Z\r\nSUMMARY:x\r\nDTSTART:{1}0000Z\r\nDTEND:{1}3000Z\r\n"
          "END:VEVENT\r\nEND:VCALENDAR\r\n",
          hour, at);
      ASSERT_TRUE(loop_.get(items->put(each.key, "u" + hour + ".ics", text, {})));
      return;
    }
    FAIL() << "no calendar";
  }
  std::vector<FreeBusyAnswer> ask(const backend::Account& who, std::vector<std::string> addresses) {
    backend::dav::DavFreeBusy free_busy(*server_, convert::Zone::utc(), clock_, random_);
    return loop_.get(free_busy.ask(who, std::move(addresses), day, day + 24h));
  }

  TestLoop loop_;
  SeededRandom random_{1};
  ManualClock clock_{
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
  backend::dav::Settings settings_;
  std::unique_ptr<backend::dav::DavServer> server_;
};

TEST_P(DavFreeBusyLiveTest, OwnAndOthers) {
  const backend::Account ann = account();
  const backend::Account bob = account();
  put(ann, "09");
  put(bob, "11");
  const auto found = ask(ann, {ann.addresses[0], bob.addresses[0]});
  EXPECT_EQ(Outcome::known, found.at(0).outcome);
  EXPECT_EQ((std::vector<OccupiedTime>{{day + 9h, day + 9h + 30min, Occupied::busy}}),
            found.at(0).times);
  if (!GetParam().tells_of_others) {
    EXPECT_NE(Outcome::known, found.at(1).outcome);
    return;
  }
  EXPECT_EQ(Outcome::known, found.at(1).outcome);
  EXPECT_EQ((std::vector<OccupiedTime>{{day + 11h, day + 11h + 30min, Occupied::busy}}),
            found.at(1).times);
}

std::string name_of(const testing::TestParamInfo<Variant>& info) { return info.param.server; }

INSTANTIATE_TEST_SUITE_P(Servers, DavFreeBusyLiveTest,
                         testing::Values(Variant{"radicale", "/", "example.com", false},
                                         Variant{"davical", "/caldav.php/", "example.com", true},
                                         Variant{"cyrus", "/", "example.com", true}),
                         name_of);

}  // namespace
}  // namespace godwit::interop
