// Several calendars of a real CalDAV server as one folder, one of them another user's.
#include <gtest/gtest.h>

#include <algorithm>

#include "asked.hpp"
#include "backend/dav/dav.hpp"
#include "interop/imap_servers.hpp"
#include "interop/plain_dav.hpp"
#include "server_fixture.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/search.hpp"

namespace godwit::interop {
namespace {

namespace page = wbxml::calendar;
using client::Node;
using Names = std::vector<std::string>;

std::string event(const std::string& name) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nBEGIN:VEVENT\r\nUID:" + name +
         "\r\nDTSTAMP:20250601T000000Z\r\nDTSTART:20250620T090000Z\r\nDTEND:20250620T100000Z\r\n"
         "SUMMARY:" +
         name + "\r\nX-KEPT:yes\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
}

/// Radicale: calendars "calendar" and "work" of the user, and "read" of somebody who lets everybody
/// read it.
class MergedDav : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("radicale")) GTEST_SKIP() << RunningServer::why_not("radicale");
    user_ = fresh_user();
    owner_ = "open-" + fresh_user();
    radicale_ = RunningServer::get("radicale", "");
    make(user_, "calendar", "Plan");
    make(user_, "work", "Shift");
    make(owner_, "read", "Match");
    backend::dav::Settings dav;
    dav.start = dav::parse_url("http://127.0.0.1:" + radicale_->value("HTTP_PORT") + "/").value();
    dav.user = "{name}";
    dav.shared = {.which = backend::SharedRule::Which::listed, .names = {'/' + owner_ + "/*"}};
    dav_ = std::make_unique<backend::dav::DavServer>(dav, loop_.executor(), fixture_.random);
    fixture_.add_user(user_ + "@example.test");
    command::Settings settings;
    settings.profiles = test::profile_for("Simple*", {.merged_folders = true});
    server_ = std::make_unique<test::TestServer>(
        test::Systems{fixture_.clock, fixture_.random, fixture_.store, fixture_.mail_server,
                      fixture_.mail_server, fixture_.submission, nullptr, nullptr, dav_.get()},
        settings, std::chrono::seconds(60));
  }
  PlainDav as(const std::string& user) const {
    return {radicale_->port("HTTP_PORT"), user, "secret"};
  }
  void make(const std::string& user, const std::string& name, const std::string& first) const {
    const std::string path = '/' + user + '/' + name + '/';
    const auto body = dav::make_calendar_body(name, {.events = true});
    ASSERT_EQ(as(user).ask("MKCALENDAR", path, "", body).status, 201);
    ASSERT_EQ(as(user).put(path + first + ".ics", event(first), ""), 201);
  }
  Names there(const std::string& user, const std::string& name) const {
    Names out;
    const std::string path = '/' + user + '/' + name + '/';
    for (const auto& item : as(user).read_all(path, ItemClass::calendar)) {
      const auto at = item.text.find("SUMMARY:") + 8;
      out.push_back(item.text.substr(at, item.text.find_first_of("\r\n", at) - at));
    }
    std::ranges::sort(out);
    return out;
  }
  client::Device device(const std::string& type) {
    client::Device::Settings settings;
    settings.id = type;
    settings.type = type;
    settings.version = eas::Version::v14_1;
    settings.user = user_ + "@example.test";
    settings.password = Secret("secret");
    return {*server_, std::move(settings)};
  }
  void settle(client::Device& device, const std::string& folder) {
    for (int round = 0; round < 3; ++round) {
      const auto outcome = loop_.get(device.sync_all(folder, {}));
      EXPECT_TRUE(outcome.ok() || outcome.empty) << outcome.http_status << ' ' << outcome.status;
    }
  }
  static Names held(client::Device& device, const std::string& folder) {
    Names out;
    for (const auto& [id, item] : device.collection(folder).items)
      out.push_back(item.at("Subject"));
    std::ranges::sort(out);
    return out;
  }
  static std::string id_of(client::Device& device, const std::string& folder,
                           const std::string& subject) {
    for (const auto& [id, item] : device.collection(folder).items) {
      if (item.at("Subject") == subject) return id;
    }
    ADD_FAILURE() << "the phone has no " << subject;
    return {};
  }

  const RunningServer* radicale_ = nullptr;
  TestLoop loop_;
  test::MemoryFixture fixture_;
  std::string user_, owner_;
  std::unique_ptr<backend::dav::DavServer> dav_;
  std::unique_ptr<test::TestServer> server_;
};

TEST_F(MergedDav, OneFolderOverThree) {
  client::Device phone = device("SimplePhone");
  client::Device other = device("Tablet");
  for (client::Device* each : {&phone, &other}) {
    ASSERT_TRUE(loop_.get(each->folder_sync()).ok());
  }
  const auto calendars = [](const client::Device& device) {
    return std::ranges::count_if(device.folders(), [](const auto& folder) {
      return folder.second.type == 8 || folder.second.type == 13;
    });
  };
  EXPECT_EQ(calendars(phone), 1);
  EXPECT_EQ(calendars(other), 3);
  const std::string folder = phone.folder_of_type(8)->id;
  settle(phone, folder);
  EXPECT_EQ(held(phone, folder), (Names{"Match", "Plan", "Shift"}));

  phone.add(folder, {Node(page::Subject, "Lunch"), Node(page::StartTime, "20250621T110000Z"),
                     Node(page::EndTime, "20250621T120000Z"), Node(page::AllDayEvent, "0")});
  const std::string shift = id_of(phone, folder, "Shift");
  phone.change(folder, shift, {Node(page::Subject, "Late shift")});
  settle(phone, folder);
  EXPECT_EQ(there(user_, "calendar"), (Names{"Lunch", "Plan"}));
  EXPECT_EQ(there(user_, "work"), Names{"Late shift"});
  EXPECT_TRUE(as(user_).get('/' + user_ + "/work/Shift.ics").contains("X-KEPT:yes"));

  const std::string match = id_of(phone, folder, "Match");
  phone.change(folder, match, {Node(page::Subject, "Mine")});
  const auto refused = loop_.get(phone.sync(folder, {}));
  EXPECT_EQ(refused.collections.at(folder).responses.at(match), 7);
  phone.remove(folder, id_of(phone, folder, "Late shift"));
  ASSERT_EQ(as(owner_).put('/' + owner_ + "/read/Final.ics", event("Final"), ""), 201);
  settle(phone, folder);
  EXPECT_EQ(held(phone, folder), (Names{"Final", "Lunch", "Match", "Plan"}));
  EXPECT_EQ(there(user_, "work"), Names{});
  EXPECT_EQ(there(owner_, "read"), (Names{"Final", "Match"}));

  const std::string own = other.folder_of_type(8)->id;
  settle(other, own);
  EXPECT_EQ(held(other, own), (Names{"Lunch", "Plan"})) << "who knows several has each apart";
}

TEST_F(MergedDav, SearchLooksIntoAllOfThem) {
  client::Device phone = device("SimplePhone");
  client::Device other = device("Tablet");
  const auto search = [this](client::Device& asks, const char* words) {
    const Node request = test::search_request(
        {Node(wbxml::airsync::Class, "Calendar"), Node(wbxml::search::FreeText, words)}, {});
    return test::document_of(
        loop_.get(asks.send_raw(test::document_wire(asks, "Search", request))));
  };
  for (client::Device* each : {&phone, &other}) {
    ASSERT_TRUE(loop_.get(each->folder_sync()).ok());
    const Node both = search(*each, "shif OR match");
    EXPECT_EQ(test::text_of(both, wbxml::search::Total), "2");
    EXPECT_EQ(test::texts_of(both, page::Subject).size(), 2U);
    EXPECT_EQ(test::text_of(search(*each, "lunch"), wbxml::search::Total), "0");
  }
  const Node found = search(phone, "subject:shift");
  EXPECT_EQ(test::text_of(found, wbxml::airsync::CollectionId), phone.folder_of_type(8)->id);
  EXPECT_EQ(test::text_of(found, page::Subject), "Shift");
  // What was found is what the phone knows by Sync, and can be fetched.
  settle(phone, phone.folder_of_type(8)->id);
  const std::string long_id = test::text_of(found, wbxml::search::LongId);
  EXPECT_EQ(long_id, id_of(phone, phone.folder_of_type(8)->id, "Shift"));
  namespace operations = wbxml::item_operations;
  const Node fetch(operations::ItemOperations,
                   {Node(operations::Fetch, {Node(operations::Store, "Mailbox"),
                                             Node(wbxml::search::LongId, long_id)})});
  const Node fetched = test::document_of(
      loop_.get(phone.send_raw(test::document_wire(phone, "ItemOperations", fetch))));
  EXPECT_EQ(test::text_of(fetched, page::Subject), "Shift");
}

}  // namespace
}  // namespace godwit::interop
