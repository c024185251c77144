// Meetings between two users of real CalDAV servers that schedule (RFC 6638): every message reaches
// its party once, be it as a mail or by the server (docs/adr/0012-who-sends-what.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <tuple>
#include <utility>

#include "backend/dav/dav.hpp"
#include "dav/client.hpp"
#include "interop/imap_servers.hpp"
#include "meeting_phone.hpp"
#include "server_fixture.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/meeting_response.hpp"

namespace godwit::interop {
namespace {

namespace calendar = wbxml::calendar;
namespace meeting_response = wbxml::meeting_response;
using client::Node;
using eas::Version;
using test::PhoneMeeting;

struct Kind {
  const char* name;
  const char* path;
  const char* inbox;   // of a user: what the server delivers
  bool tells_answers;  // whatever an attendee's write says of it
  bool by_imap = false;
};
constexpr Kind davical{"davical", "/caldav.php/", "/caldav.php/{name}/.in/", true};
constexpr Kind cyrus{.name = "cyrus",
                     .path = "/",
                     .inbox = "/dav/calendars/user/{name}/Inbox/",
                     .tells_answers = false,
                     .by_imap = true};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

const std::string outsider = "eve@elsewhere.example";

/// Mail in this process, calendars on a real server.
class World {
 public:
  explicit World(const Kind& kind) : kind_(kind), server_(*RunningServer::get(kind.name, "")) {
    backend::dav::Settings settings;
    settings.start = url(kind.path);
    settings.user = "{name}";
    dav_ = std::make_unique<backend::dav::DavServer>(settings, loop_.executor(), random_);
    front_ =
        std::make_unique<test::TestServer>(test::Systems{clock_, random_, store_, mail_, mail_,
                                                         submission_, nullptr, nullptr, dav_.get()},
                                           command::Settings{}, std::chrono::seconds(60));
    static_cast<void>(sent_by_server({}));  // to people of earlier tests
  }
  ~World() { front_.reset(); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  std::string add_user() {
    const std::string name = fresh_user();
    if (kind_.by_imap) sign_in_by_imap(loop_, server_, name);
    const std::string address = name + "@example.com";
    const auto account = mail_.add_user(address, "secret");
    auto& mail = mail_.mail(account.user);
    for (const auto& [folder, role] : {std::pair("Inbox", FolderRole::inbox),
                                       {"Trash", FolderRole::trash},
                                       {"Sent", FolderRole::sent}}) {
      if (!mail.find_folder(role)) mail.add_folder(std::nullopt, folder, role);
    }
    submission_.add_local(address);
    static_cast<void>(loop_.get(items(address)->collections()));  // makes the account
    return address;
  }
  client::Device device(const std::string& address, Version version) {
    client::Device::Settings settings;
    settings.id = "d" + std::to_string(++devices_);
    settings.version = version;
    settings.user = address;
    settings.password = Secret("secret");
    client::Device device(*front_, std::move(settings));
    EXPECT_TRUE(loop_.get(device.folder_sync()).ok());
    return device;
  }
  std::shared_ptr<backend::Items> items(const std::string& address) {
    return dav_->open_items(loop_.get(mail_.sign_in(address, Secret("secret"))).value());
  }
  std::vector<std::string> events(const std::string& address) {
    const auto all = items(address);
    std::vector<std::string> out;
    for (const auto& each : loop_.get(all->collections())) {
      if (each.item_class != ItemClass::calendar) continue;
      std::vector<std::string> hrefs;
      for (const auto& tag : loop_.get(all->changes(each.key, ""))->changed) {
        hrefs.push_back(tag.href);
      }
      for (auto& item : loop_.get(all->fetch(each.key, hrefs)).value()) {
        out.push_back(unfolded(item.text));
      }
    }
    return out;
  }
  std::string event(const std::string& address) {
    const auto all = events(address);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? std::string() : all.front();
  }
  /// How a user's event names another user's answer: the line of that attendee.
  static std::string attendee(const std::string& event, const std::string& address) {
    const auto end = event.find("mailto:" + address);
    if (end == std::string::npos) return {};
    std::size_t begin = event.rfind("ATTENDEE", end);
    return begin == std::string::npos ? std::string() : event.substr(begin, end - begin);
  }

  /// Mails alone, whatever the server told.
  std::size_t mails_to(const std::string& address) const {
    std::size_t count = 0;
    for (const auto& each : submission_.sent()) {
      count += static_cast<std::size_t>(std::ranges::count(each.envelope.to, address));
    }
    return count;
  }
  std::string last_mail() const {
    const auto& sent = submission_.sent();
    return sent.empty() ? std::string() : sent.back().text;
  }
  /// Messages that reached somebody since the last question: mails, and what the server put into
  /// the scheduling inbox, or (Cyrus, of updates) into the calendar alone.
  std::size_t told(const std::string& address) {
    std::size_t count = 0;
    std::size_t& seen = mails_seen_[address];
    const auto& sent = submission_.sent();
    for (; seen < sent.size(); ++seen) {
      const auto& to = sent[seen].envelope.to;
      count += static_cast<std::size_t>(std::ranges::count(to, address));
    }
    if (!address.ends_with("@example.com")) return count + sent_by_server(address);
    std::set<std::string> now = inbox(address);
    std::set<std::string>& before = inboxes_[address];
    const auto fresh = static_cast<std::size_t>(
        std::ranges::count_if(now, [&](const auto& each) { return !before.contains(each); }));
    before = std::move(now);
    auto present = events(address);
    const bool is_other = std::exchange(calendars_[address], present) != present;
    return count + (fresh == 0 && is_other ? 1 : fresh);
  }

  /// Cyrus sends mail to people elsewhere itself: one file each, its recipients in the first line.
  std::size_t sent_by_server(const std::string& address) {
    if (!kind_.by_imap) return 0;
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(server_.value("SENT"))) {
      const bool is_whole = !entry.path().filename().string().starts_with('.');
      if (!is_whole || !server_mails_.insert(entry.path()).second) continue;
      std::ifstream in(entry.path());
      std::string recipients;
      std::getline(in, recipients);
      if (recipients.contains(address)) ++count;
    }
    return count;
  }

  void settle(client::Device& device, const std::string& collection) {
    for (int round = 0; round < 3; ++round) {
      const auto outcome = loop_.get(device.sync_all(collection, {}));
      EXPECT_TRUE(outcome.ok() || outcome.empty) << outcome.http_status << ' ' << outcome.status;
    }
  }
  void send(client::Device& device, std::string mime) {
    const auto mail = test::outgoing(std::move(mime), "m" + std::to_string(++mails_));
    EXPECT_EQ(loop_.get(device.send_mail(mail)).status, 1);
  }
  test::MeetingReply respond(client::Device& device, client::Wire wire) {
    return test::read_reply(loop_.get(device.send_raw(std::move(wire))));
  }

 private:
  static std::string unfolded(std::string text) {
    for (const std::string fold : {"\r\n ", "\n "}) {
      for (auto at = text.find(fold); at != std::string::npos; at = text.find(fold)) {
        text.erase(at, fold.size());
      }
    }
    return text;
  }
  dav::Url url(const std::string& path) const {
    return dav::parse_url("http://127.0.0.1:" + server_.value("HTTP_PORT") + path).value();
  }
  std::set<std::string> inbox(const std::string& address) {
    const std::string name = address.substr(0, address.find('@'));
    std::string path = kind_.inbox;
    path.replace(path.find("{name}"), 6, name);
    std::set<std::string> out;
    dav::Client client({});
    dav::Request request{.method = "PROPFIND", .url = url(path), .depth = dav::Depth::one};
    request.body = dav::propfind_body(dav::Wanted::tags);
    const auto take = [&](const dav::Entry& entry) -> Result<> {
      if (!entry.properties.collection) out.insert(entry.href + ' ' + entry.properties.etag);
      return {};
    };
    const auto listing = loop_.get(client.list({name, Secret("secret")}, std::move(request), take));
    EXPECT_TRUE(listing.told);
    return out;
  }

  const Kind& kind_;
  const RunningServer& server_;
  TestLoop loop_;
  ManualClock clock_;
  SeededRandom random_{1};
  store::MemoryStore store_;
  backend::MemoryServer mail_{clock_};
  test::RecordingSubmission submission_{&mail_};
  std::unique_ptr<backend::dav::DavServer> dav_;
  std::unique_ptr<test::TestServer> front_;
  std::map<std::string, std::size_t> mails_seen_;
  std::set<std::filesystem::path> server_mails_;  // seen
  std::map<std::string, std::set<std::string>> inboxes_;
  std::map<std::string, std::vector<std::string>> calendars_;
  unsigned devices_ = 0;
  unsigned mails_ = 0;

 public:
  TestLoop& loop() { return loop_; }
};

class OnServer : public testing::Test {
 protected:
  /// False: skipped.
  bool begin(const Kind& kind) {
    if (!RunningServer::is_there(kind.name)) return false;
    world_ = std::make_unique<World>(kind);
    ann_ = world_->add_user();
    bob_ = world_->add_user();
    // Cyrus tells nobody of what is long over.
    team_ = {.uid = fresh_user(),
             .organizer = ann_,
             .attendees = {bob_, outsider},
             .start = "20360610T080000Z",
             .end = "20360610T090000Z"};
    return true;
  }
  World& world() { return *world_; }

  void invite(client::Device& ann) {
    const std::string& id = test::calendar_id(ann);
    world().settle(ann, id);
    ann.add(id, test::new_meeting(ann, team_));
    world().settle(ann, id);
    mail_of(ann, "REQUEST");
  }
  void move(client::Device& ann) {
    const std::string& id = test::calendar_id(ann);
    world().settle(ann, id);
    team_.start = "20360611T080000Z";
    team_.end = "20360611T090000Z";
    ++team_.sequence;
    // Up to 14.1 what a Change leaves out goes.
    std::vector<Node> data{{calendar::StartTime, team_.start}, {calendar::EndTime, team_.end}};
    if (ann.settings().version < Version::v16_0) data = test::new_meeting(ann, named(ann_));
    ann.change(id, only_id(ann, id), std::move(data));
    world().settle(ann, id);
    mail_of(ann, "REQUEST");
  }
  void cancel(client::Device& ann) {
    const std::string& id = test::calendar_id(ann);
    world().settle(ann, id);
    ++team_.sequence;
    ann.remove(id, only_id(ann, id));
    world().settle(ann, id);
    mail_of(ann, "CANCEL");
  }
  /// From the calendar.
  void accept(client::Device& bob, bool says_so) {
    const std::string& id = test::calendar_id(bob);
    world().settle(bob, id);
    const bool server_sends = bob.settings().version >= Version::v16_0;
    std::vector<Node> more;
    if (server_sends && says_so) more.emplace_back(meeting_response::SendResponse);
    const auto wire = test::response_wire(bob, "1", id, only_id(bob, id), std::move(more));
    EXPECT_EQ(world().respond(bob, wire).status, 1);
    if (!server_sends) world().send(bob, test::attendees_mail(named(bob_), bob_, "ACCEPTED"));
  }
  /// Perhaps, and at other times; from the calendar.
  void propose(client::Device& bob) {
    const std::string& id = test::calendar_id(bob);
    world().settle(bob, id);
    std::vector<Node> more{Node(meeting_response::SendResponse,
                                {{meeting_response::ProposedStartTime, "20360612T080000Z"},
                                 {meeting_response::ProposedEndTime, "20360612T090000Z"}})};
    const auto wire = test::response_wire(bob, "2", id, only_id(bob, id), std::move(more));
    EXPECT_EQ(world().respond(bob, wire).status, 1);
  }
  /// With the UID that the event has by now.
  PhoneMeeting named(const std::string& whose) {
    PhoneMeeting out = team_;
    const auto all = world().events(whose);
    if (all.empty()) return out;
    const auto begin = all.front().find("UID:") + 4;
    out.uid = all.front().substr(begin, all.front().find_first_of("\r\n", begin) - begin);
    return out;
  }
  static std::string only_id(client::Device& device, const std::string& collection) {
    const auto& items = device.collection(collection).items;
    EXPECT_EQ(items.size(), 1U);
    return items.empty() ? std::string() : items.begin()->first;
  }

  std::unique_ptr<World> world_;
  std::string ann_, bob_;
  PhoneMeeting team_;

 private:
  /// Phones up to 14.1 send it themselves.
  void mail_of(client::Device& ann, std::string_view method) {
    if (ann.settings().version >= Version::v16_0) return;
    PhoneMeeting meeting = named(ann_);
    if (!uid_.empty()) meeting.uid = uid_;
    uid_ = meeting.uid;
    world().send(ann, test::organizers_mail(method, meeting));
  }
  std::string uid_;
};

class EveryCell : public OnServer,
                  public testing::WithParamInterface<std::tuple<Kind, Version, Version>> {};

TEST_P(EveryCell, OneMessageEach) {
  const auto& [kind, organizers, attendees] = GetParam();
  if (!begin(kind)) GTEST_SKIP() << RunningServer::why_not(kind.name);
  client::Device ann = world().device(ann_, organizers);
  client::Device bob = world().device(bob_, attendees);

  invite(ann);
  EXPECT_EQ(world().told(bob_), 1U);
  EXPECT_EQ(world().told(outsider), 1U);
  static_cast<void>(world().told(ann_));  // what her own device made
  world().settle(bob, test::inbox_id(bob));
  EXPECT_TRUE(World::attendee(world().event(bob_), bob_).contains("PARTSTAT=NEEDS-ACTION"));

  accept(bob, true);
  EXPECT_EQ(world().told(ann_), 1U);
  EXPECT_TRUE(World::attendee(world().event(bob_), bob_).contains("PARTSTAT=ACCEPTED"));
  // What came by mail stays with it; else the agent was for that write.
  EXPECT_EQ(world().event(bob_).contains("ORGANIZER;SCHEDULE-AGENT=CLIENT"),
            organizers < Version::v16_0);
  world().settle(ann, test::inbox_id(ann));
  EXPECT_TRUE(World::attendee(world().event(ann_), bob_).contains("PARTSTAT=ACCEPTED"))
      << world().event(ann_);
  static_cast<void>(world().told(bob_));  // some servers tell attendees of each other's answers

  move(ann);
  EXPECT_EQ(world().told(bob_), 1U);
  EXPECT_EQ(world().told(outsider), 1U);
  world().settle(bob, test::inbox_id(bob));
  EXPECT_TRUE(world().event(bob_).contains("20360611T080000Z")) << world().event(bob_);
  EXPECT_TRUE(World::attendee(world().event(bob_), bob_).contains("PARTSTAT=NEEDS-ACTION"))
      << world().event(bob_);

  static_cast<void>(world().told(bob_));  // what his own device made
  cancel(ann);
  EXPECT_EQ(world().told(bob_), 1U);
  EXPECT_EQ(world().told(outsider), 1U);
  world().settle(bob, test::inbox_id(bob));
  const auto left = world().events(bob_);
  EXPECT_TRUE(left.empty() || left.front().contains("STATUS:CANCELLED")) << left.front();
  EXPECT_TRUE(world().events(ann_).empty());
}

INSTANTIATE_TEST_SUITE_P(Versions, EveryCell,
                         testing::Combine(testing::Values(davical, cyrus),
                                          testing::Values(Version::v14_1, Version::v16_1),
                                          testing::Values(Version::v14_1, Version::v16_1)));

class OfServer : public OnServer, public testing::WithParamInterface<Kind> {};

TEST_P(OfServer, AnOlderPhoneChangesWhatTheServerTold) {
  if (!begin(GetParam())) GTEST_SKIP() << RunningServer::why_not(GetParam().name);
  client::Device tablet = world().device(ann_, Version::v16_1);
  client::Device phone = world().device(ann_, Version::v14_1);
  invite(tablet);
  EXPECT_EQ(world().told(bob_), 1U);
  EXPECT_EQ(world().told(outsider), 1U);
  move(phone);
  EXPECT_EQ(world().told(bob_), 1U);
  EXPECT_EQ(world().told(outsider), 1U);
  const std::string moved = world().event(bob_);
  EXPECT_TRUE(moved.contains("20360611T080000Z")) << moved;
  EXPECT_FALSE(moved.contains("STATUS:CANCELLED")) << moved;
  cancel(phone);
  EXPECT_EQ(world().told(bob_), 1U);
  EXPECT_EQ(world().told(outsider), 1U);
}

TEST_P(OfServer, NothingIsSentWhereThePhoneAsksForNothing) {
  if (!begin(GetParam())) GTEST_SKIP() << RunningServer::why_not(GetParam().name);
  client::Device ann = world().device(ann_, Version::v16_1);
  client::Device bob = world().device(bob_, Version::v16_1);
  invite(ann);
  static_cast<void>(world().told(ann_));
  accept(bob, false);
  // DAViCal tells organizers of every answer; no mail goes out all the same.
  EXPECT_EQ(world().told(ann_), GetParam().tells_answers ? 1U : 0U);
  EXPECT_TRUE(World::attendee(world().event(bob_), bob_).contains("PARTSTAT=ACCEPTED"));
}

/// [MS-ASCMD] ProposedStartTime: nobody but us can carry it, where the server answers, too.
TEST_P(OfServer, OtherTimesAreProposedOnce) {
  if (!begin(GetParam())) GTEST_SKIP() << RunningServer::why_not(GetParam().name);
  client::Device ann = world().device(ann_, Version::v16_1);
  client::Device bob = world().device(bob_, Version::v16_1);
  invite(ann);
  static_cast<void>(world().told(ann_));
  const std::size_t before = world().mails_to(ann_);
  propose(bob);
  EXPECT_EQ(world().mails_to(ann_), before + 1);
  EXPECT_TRUE(world().last_mail().contains("method=COUNTER")) << world().last_mail();
  EXPECT_TRUE(World::attendee(world().event(bob_), bob_).contains("PARTSTAT=TENTATIVE"));
  EXPECT_TRUE(world().event(ann_).contains(team_.start)) << world().event(ann_);
}

TEST_P(OfServer, KnowsItsUsersAndTheirEvents) {
  if (!begin(GetParam())) GTEST_SKIP() << RunningServer::why_not(GetParam().name);
  const auto items = world().items(ann_);
  EXPECT_EQ(world().loop().get(items->scheduling_addresses()), std::vector<std::string>{ann_});
  client::Device ann = world().device(ann_, Version::v14_1);
  invite(ann);
  for (const auto& each : world().loop().get(items->collections())) {
    if (each.role != FolderRole::calendar) continue;
    const auto found = world().loop().get(items->find_uid(each.key, team_.uid));
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1U);
    EXPECT_TRUE(found->front().text.contains(team_.uid));
    EXPECT_TRUE(world().loop().get(items->find_uid(each.key, "nobody-has-this"))->empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Servers, OfServer, testing::Values(davical, cyrus));

}  // namespace
}  // namespace godwit::interop
