// Calendars and address books of other users on DAViCal, Cyrus and Radicale: which are shown, what
// may be done in them.
#include <gtest/gtest.h>

#include <algorithm>

#include "backend/dav/dav.hpp"
#include "backend/imap/connection.hpp"
#include "conformance/folder_listener.hpp"
#include "conformance/shared_items.hpp"
#include "interop/imap_servers.hpp"
#include "interop/plain_dav.hpp"

namespace godwit::interop {
namespace {

using backend::ItemCollection;
using backend::SharedRule;
using backend::dav::DavServer;
using Which = SharedRule::Which;

const std::string& event = conformance::shared_event;

const std::string read_and_know =
    "<read/></privilege><privilege><read-current-user-privilege-set/>";

/// Ann looks; Bob shares.
class SharedDav : public testing::Test {
 protected:
  void begin(const std::string& name, const std::string& start, const std::string& bob) {
    server_ = RunningServer::get(name, "");
    settings_.start =
        dav::parse_url("http://127.0.0.1:" + server_->value("HTTP_PORT") + start).value();
    settings_.interval = std::chrono::milliseconds(100);
    ann_ = fresh_user();
    bob_ = bob + fresh_user();
  }
  PlainDav as(const std::string& user) const {
    return {server_->port("HTTP_PORT"), user, "secret"};
  }
  std::shared_ptr<backend::Items> items(const std::string& user, SharedRule rule) {
    settings_.shared = std::move(rule);
    gateways_.push_back(std::make_unique<DavServer>(settings_, loop_.executor(), random_));
    return gateways_.back()->open_items({.user = UserId::parse(user).value(),
                                         .login = user,
                                         .password = Secret("secret"),
                                         .display_name = {},
                                         .addresses = {}});
  }
  std::vector<ItemCollection> shown(SharedRule rule) {
    auto out = loop_.get(items(ann_, std::move(rule))->collections());
    for (const ItemCollection& each : out) {
      if (each.foreign) EXPECT_EQ(each.role, FolderRole::none) << each.name;
    }
    EXPECT_EQ(std::ranges::count(out, FolderRole::calendar, &ItemCollection::role), 1);
    std::erase_if(out, [](const ItemCollection& each) { return !each.foreign; });
    return out;
  }
  static std::vector<std::string> names(const std::vector<ItemCollection>& all) {
    std::vector<std::string> out;
    out.reserve(all.size());
    for (const ItemCollection& each : all) out.push_back(each.name + (each.read_only ? " r" : ""));
    std::ranges::sort(out);
    return out;
  }
  std::vector<std::string> shown_names(SharedRule rule) { return names(shown(std::move(rule))); }

  auto getter() {
    return [this](auto work) { return loop_.get(std::move(work)); };
  }
  void expect_read_only(const ItemCollection& shared) {
    const auto items = this->items(ann_, settings_.shared);
    static_cast<void>(loop_.get(items->collections()));
    conformance::expect_read_only(getter(), *items, shared.key);
  }
  void expect_writable(const ItemCollection& shared, const std::string& path) {
    const auto items = this->items(ann_, settings_.shared);
    static_cast<void>(loop_.get(items->collections()));
    conformance::expect_writable(getter(), *items, shared.key, [&] {
      return as(bob_).read_all(path, ItemClass::calendar).size();
    });
  }

  const RunningServer* server_ = nullptr;
  TestLoop loop_;
  SeededRandom random_{1};
  backend::dav::Settings settings_;
  std::string ann_, bob_;
  std::vector<std::unique_ptr<DavServer>> gateways_;
};

class SharedDavical : public SharedDav {
 protected:
  void SetUp() override {
    for (const char* part : {"davical", "postgres"}) {
      if (!RunningServer::is_there(part)) GTEST_SKIP() << RunningServer::why_not(part);
    }
    begin("davical", "/caldav.php/", "");
    as(ann_).get(home(ann_));
    ASSERT_EQ(as(bob_).put(calendar(), event, ""), 201);
  }
  static std::string home(const std::string& user) { return "/caldav.php/" + user + '/'; }
  std::string calendar() const { return home(bob_) + "calendar/one.ics"; }
  /// PHP's own web server knows neither ACL nor BIND.
  void ask(const std::string& user, const std::string& method, const std::string& path,
           const std::string& body) const {
    const auto reply = as(user).ask(
        "POST", path, "X-HTTP-Method-Override: " + method + "\r\nContent-Type: text/xml\r\n", body);
    ASSERT_TRUE(reply.status == 200 || reply.status == 201) << reply.status << reply.body;
  }
  void grant(const std::string& path, const std::string& right) const {
    ask(bob_, "ACL", path,
        "<acl xmlns=\"DAV:\"><ace><principal><href>" + home(ann_) +
            "</href></principal><grant><privilege>" + right + "</privilege></grant></ace></acl>");
  }
  void bind() const {
    ask(ann_, "BIND", home(ann_),
        "<bind xmlns=\"DAV:\"><segment>bobs</segment><href>" + home(bob_) +
            "calendar/</href></bind>");
  }
};

TEST_F(SharedDavical, WhatTheRuleShows) {
  const std::vector<std::string> nothing;
  EXPECT_EQ(shown_names({.which = Which::all}), nothing);
  grant(home(bob_), read_and_know);
  const std::vector<std::string> both{bob_ + " calendar r", bob_ + " contacts r"};
  EXPECT_EQ(shown_names({.which = Which::all}), both) << "Ann may read for Bob: caldav-proxy";
  EXPECT_EQ(shown_names({.which = Which::subscribed}), nothing);
  EXPECT_EQ(shown_names({.which = Which::listed, .names = {home(bob_) + "*"}}), both);
  EXPECT_EQ(shown_names({.which = Which::listed, .names = {home(bob_) + "con*", "/no/thing"}}),
            std::vector<std::string>{bob_ + " contacts r"});
  EXPECT_EQ(shown_names({.which = Which::listed, .names = {home(bob_) + "calendar/"}}),
            std::vector<std::string>{bob_ + " calendar r"});
  bind();
  EXPECT_EQ(shown_names({.which = Which::subscribed}),
            std::vector<std::string>{bob_ + " calendar r"});
  EXPECT_EQ(shown_names({.which = Which::all}), both) << "bound and by proxy, it is there once";
  EXPECT_EQ(shown_names({.which = Which::none}), nothing);
  EXPECT_EQ(shown_names({.which = Which::listed, .names = {"/caldav.php/{login}/b*"}}),
            std::vector<std::string>{bob_ + " calendar r"});
}

TEST_F(SharedDavical, WhatMayBeDoneInThem) {
  grant(home(bob_) + "calendar/", "<read/>");
  bind();
  auto all = shown({.which = Which::subscribed});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all.front().read_only) << "who may not know it finds out by trying";
  expect_read_only(all.front());
  grant(home(bob_) + "calendar/", read_and_know);
  all = shown({.which = Which::subscribed});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all.front().read_only);
  expect_read_only(all.front());
  grant(home(bob_) + "calendar/", read_and_know + "</privilege><privilege><write/>");
  grant(home(bob_), "<read/>");
  all = shown({.which = Which::all});
  const auto calendar = std::ranges::find(all, ItemClass::calendar, &ItemCollection::item_class);
  ASSERT_NE(calendar, all.end());
  EXPECT_FALSE(calendar->read_only);
  expect_writable(*calendar, home(bob_) + "calendar/");
}

TEST_F(SharedDavical, ChangesAndNewSharesAreTold) {
  grant(home(bob_) + "calendar/", "<read/>");
  bind();
  const auto items = this->items(ann_, {.which = Which::subscribed});
  auto all = loop_.get(items->collections());
  const auto bound = std::ranges::find(all, true, &ItemCollection::foreign);
  ASSERT_NE(bound, all.end());
  static_cast<void>(loop_.get(items->cursor(bound->key)));
  conformance::FolderListener listener;
  const auto watch = items->watch(listener);
  ASSERT_TRUE(loop_.wait_until([&] { return !listener.told.empty(); })) << "seen first";
  listener.told.clear();
  ASSERT_EQ(as(bob_).put(home(bob_) + "calendar/two.ics",
                         "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nBEGIN:VEVENT\r\n"
                         "UID:two\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\n"
                         "SUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
                         ""),
            201);
  EXPECT_TRUE(
      loop_.wait_until([&] { return std::ranges::count(listener.told, bound->key.str()) > 0; }));
  EXPECT_FALSE(listener.hierarchy);
  as(ann_).ask("DELETE", home(ann_) + "bobs/", "", "");
  EXPECT_TRUE(loop_.wait_until([&] { return listener.hierarchy; }));
}

class SharedCyrus : public SharedDav {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("cyrus")) GTEST_SKIP() << RunningServer::why_not("cyrus");
    begin("cyrus", "/", "");
    for (const std::string& user : {ann_, bob_}) sign_in_by_imap(loop_, *server_, user);
    as(bob_).get(home(bob_));
    ASSERT_EQ(as(bob_).ask("MKCALENDAR", home(bob_) + "team/", "", "").status, 201);
    ASSERT_EQ(as(bob_).put(home(bob_) + "team/one.ics", event, ""), 201);
  }
  static std::string home(const std::string& user) { return "/dav/calendars/user/" + user + '/'; }
  Task<> talk(std::string user, backend::imap::Command command) const {
    backend::imap::Settings settings;
    settings.host = "127.0.0.1";
    settings.port = server_->port("IMAP_PORT");
    settings.encryption = backend::imap::Encryption::none;
    auto connection = co_await backend::imap::Connection::open(settings, {user, Secret("secret")});
    const auto done = co_await connection->run(std::move(command), settings.command_limit);
    EXPECT_TRUE(done.ok()) << done.status.text;
    connection->close();
  }
  void grant(const std::string& rights) {
    loop_.run(talk(
        bob_,
        backend::imap::Command("SETACL").string("#calendars/team").string(ann_).string(rights)));
  }
  void subscribe() {
    loop_.run(talk(
        ann_,
        backend::imap::Command("SUBSCRIBE").string("Other Users/" + bob_ + "/#calendars/team")));
  }
};

TEST_F(SharedCyrus, WhatTheRuleShowsAndWhatMayBeDone) {
  const std::vector<std::string> nothing;
  EXPECT_EQ(shown_names({.which = Which::all}), nothing);
  grant("lr");
  EXPECT_EQ(shown_names({.which = Which::all}), nothing) << "nobody subscribed it";
  subscribe();
  const std::vector<std::string> team{"team (" + bob_ + ") r"};
  EXPECT_EQ(shown_names({.which = Which::subscribed}), team);
  EXPECT_EQ(shown_names({.which = Which::all}), team);
  EXPECT_EQ(shown_names({.which = Which::none}), nothing);
  EXPECT_EQ(shown_names({.which = Which::listed, .names = {home("{login}") + bob_ + ".*"}}), team);
  auto all = shown({.which = Which::subscribed});
  ASSERT_EQ(all.size(), 1U);
  expect_read_only(all.front());
  grant("lrswipkxtecdn9");
  all = shown({.which = Which::subscribed});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all.front().read_only);
  expect_writable(all.front(), home(bob_) + "team/");
}

class SharedRadicale : public SharedDav {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("radicale")) GTEST_SKIP() << RunningServer::why_not("radicale");
    begin("radicale", "/", "open-");
    for (const char* name : {"read", "written"}) {
      const std::string path = '/' + bob_ + '/' + name + '/';
      const auto body = dav::make_calendar_body(name, {.events = true});
      ASSERT_EQ(as(bob_).ask("MKCALENDAR", path, "", body).status, 201);
      ASSERT_EQ(as(bob_).put(path + "one.ics", event, ""), 201);
    }
  }
};

TEST_F(SharedRadicale, WhatTheRuleShowsAndWhatMayBeDone) {
  const std::vector<std::string> nothing;
  EXPECT_EQ(shown_names({.which = Which::all}), nothing) << "it tells nobody who shares";
  const std::vector<std::string> both{"read (" + bob_ + ") r", "written (" + bob_ + ")"};
  EXPECT_EQ(shown_names({.which = Which::listed, .names = {'/' + bob_ + "/*"}}), both);
  auto all = shown({.which = Which::listed, .names = {'/' + bob_ + "/read/"}});
  ASSERT_EQ(all.size(), 1U);
  expect_read_only(all.front());
  all = shown({.which = Which::listed, .names = {'/' + bob_ + "/w*"}});
  ASSERT_EQ(all.size(), 1U);
  expect_writable(all.front(), '/' + bob_ + "/written/");
  EXPECT_EQ(shown_names({.which = Which::listed, .names = {"/nobody/*", '/' + ann_ + "/*"}}),
            nothing);
}

TEST(SharedDavRule, PathsThatCannotBeOnesAreRefused) {
  backend::dav::Settings settings;
  settings.start = dav::parse_url("http://localhost/").value();
  settings.shared.which = Which::listed;
  for (const char* good : {"/a/*", "/a/b", "/a/b*c/", "/a/{login}/b"}) {
    settings.shared.names = {good};
    EXPECT_EQ(check_dav_settings(settings), "") << good;
  }
  for (const char* bad : {"", "/", "a/b", "/*/b", "/a/{user}/b"}) {
    settings.shared.names = {bad};
    EXPECT_NE(check_dav_settings(settings), "") << bad;
  }
}

}  // namespace
}  // namespace godwit::interop
