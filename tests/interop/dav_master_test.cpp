// One account that acts for all users of Cyrus's CalDAV.
#include <gtest/gtest.h>

#include "backend/dav/dav.hpp"
#include "backend/imap/imap.hpp"
#include "base/fault.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::interop {
namespace {

constexpr const char* event =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:one\r\n"
    "DTSTAMP:20250101T000000Z\r\nSUMMARY:x\r\nDTSTART:20250101T100000Z\r\n"
    "DTEND:20250101T110000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

class DavMasterTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("cyrus")) GTEST_SKIP() << RunningServer::why_not("cyrus");
    cyrus_ = RunningServer::get("cyrus", "");
    settings_.start =
        dav::parse_url("http://127.0.0.1:" + cyrus_->value("HTTP_PORT") + "/").value();
  }
  backend::Account account(const std::string& user, const std::string& password) {
    return {.user = UserId::parse(user).value(),
            .login = user,
            .password = Secret(password),
            .display_name = {},
            .addresses = {}};
  }
  std::shared_ptr<backend::Items> open(const backend::Account& account) {
    server_ = std::make_unique<backend::dav::DavServer>(settings_, loop_.executor(), random_);
    return server_->open_items(account);
  }
  FolderKey calendar(backend::Items& items) {
    for (const auto& each : loop_.get(items.collections())) {
      if (each.item_class == ItemClass::calendar) return each.key;
    }
    throw std::runtime_error("no calendar");
  }
  std::size_t events(backend::Items& items) {
    return loop_.get(items.changes(calendar(items), "")).value().changed.size();
  }
  void act_as(const std::string& master) {
    settings_.user = master;
    settings_.password = Secret("secret");
    settings_.act_for_users = true;
  }

  const RunningServer* cyrus_ = nullptr;
  TestLoop loop_;
  SeededRandom random_{1};
  backend::dav::Settings settings_;
  std::unique_ptr<backend::dav::DavServer> server_;
};

TEST_F(DavMasterTest, SeesWhatIsTheUsers) {
  const std::string ann = fresh_user();
  const std::string bob = fresh_user();
  for (const std::string& user : {ann, bob}) sign_in_by_imap(loop_, *cyrus_, user);
  const auto own = open(account(ann, "secret"));
  ASSERT_TRUE(loop_.get(own->put(calendar(*own), "one.ics", event, {})));
  act_as("proxy");
  EXPECT_EQ(events(*open(account(ann, ""))), 1U);
  EXPECT_EQ(events(*open(account(bob, ""))), 0U);
}

TEST_F(DavMasterTest, WhoMayNotActForOthersDoesNot) {
  const std::string ann = fresh_user();
  sign_in_by_imap(loop_, *cyrus_, ann);
  act_as(fresh_user());
  try {
    static_cast<void>(events(*open(account(ann, ""))));
    ADD_FAILURE() << "it let us in";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), Fault::Kind::unavailable) << fault.what();
  }
}

}  // namespace
}  // namespace godwit::interop
