// Meetings between two accounts of one embedded store: who is told what, and how often
// (docs/adr/0012-who-sends-what.md).
#include <gtest/gtest.h>

#include "backend/local/testing.hpp"
#include "meeting_phone.hpp"
#include "run.hpp"
#include "server_fixture.hpp"
#include "stepped.hpp"
#include "store/memory/memory_store.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/meeting_response.hpp"

namespace godwit::test {
namespace {

namespace airsyncbase = wbxml::airsyncbase;
namespace calendar = wbxml::calendar;
namespace meeting = wbxml::meeting_response;
using backend::Account;
using client::Node;
using eas::Version;

/// Into the inboxes of the store's users, as the server's own way out does it.
class StoreSubmission final : public backend::Submission {
 public:
  explicit StoreSubmission(backend::LocalDelivery& delivery) : delivery_(delivery) {}
  Task<Result<>> submit(Account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override {
    backend::LocalDelivery::Envelope inner{.from = envelope.from, .to = envelope.to};
    static_cast<void>(co_await delivery_.deliver(std::move(inner), std::move(message)));
    co_return Result<>();
  }

 private:
  backend::LocalDelivery& delivery_;
};

/// The store, before which nothing ever dies, and a server whose systems may.
struct World {
  World() {
    Account both[] = {fixture.add_user("ann@example.com"), fixture.add_user("bob@example.com")};
    ann = both[0];
    bob = both[1];
  }

  client::Device device(const std::string& user, Version version,
                        std::string agent = "Godwit-Client/0.1") {
    client::Device::Settings settings;
    settings.id = user;
    settings.version = version;
    settings.user = user + "@example.com";
    settings.password = Secret("secret");
    settings.user_agent = std::move(agent);
    client::Device device(server, std::move(settings));
    EXPECT_TRUE(run(device.folder_sync()).ok());
    return device;
  }

  /// Mails of a folder with that METHOD.
  std::size_t count(const Account& account, std::string_view method,
                    FolderRole role = FolderRole::inbox) {
    std::size_t found = 0;
    for (const std::string& text : inbox(account, role)) {
      if (text.contains("method=" + std::string(method))) ++found;
    }
    return found;
  }
  std::vector<std::string> inbox(const Account& account, FolderRole role = FolderRole::inbox) {
    const auto mail = fixture.store().open(account);
    const FolderKey key = backend::local::LocalFixture::folder(*mail, role);
    const auto status = run(mail->status(key)).value();
    std::vector<std::string> out;
    for (const Uid uid : run(mail->search(key, std::nullopt))->to_vector()) {
      std::vector<backend::PartRange> whole{{.uid = uid, .section = ""}};
      out.push_back(run(mail->read(key, status.uid_validity, whole)).value().at(0));
    }
    return out;
  }
  /// The only event of somebody's calendar.
  std::string event(const Account& account) {
    const auto all = events(account);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? std::string() : all.front();
  }
  std::vector<std::string> events(const Account& account) {
    const auto items = fixture.store().open_items(account);
    std::vector<std::string> out;
    for (const auto& each : run(items->collections())) {
      if (each.role != FolderRole::calendar) continue;
      std::vector<std::string> hrefs;
      for (const auto& tag : run(items->changes(each.key, ""))->changed) hrefs.push_back(tag.href);
      for (auto& item : run(items->fetch(each.key, hrefs)).value()) out.push_back(item.text);
    }
    return out;
  }

  backend::local::LocalFixture fixture;
  Account ann{UserId::parse("ann@example.com").value(), {}, Secret(""), {}, {}};
  Account bob = ann;
  Steps steps;
  SeededRandom random{1};
  store::MemoryStore kept;
  SteppedStore store{kept, steps};
  SteppedBackend stepped_mail{fixture.store(), steps};
  SteppedItemsBackend stepped_items{fixture.store(), steps};
  StoreSubmission way_out{fixture.delivery()};
  SteppedSubmission submission{way_out, steps};
  TestServer server{Systems{fixture.clock(), random, store, stepped_mail, fixture.users(),
                            submission, nullptr, nullptr, &stepped_items},
                    {},
                    std::chrono::seconds(60)};
};

void add(client::Device& device, std::vector<Node> data) {
  client::Collection& held = device.collection(calendar_id(device));
  client::Command command;
  command.kind = client::Command::Kind::add;
  command.number = ++held.commands_made;
  command.client_id = "c" + std::to_string(command.number);
  command.data = std::move(data);
  held.pending.push_back(std::move(command));
}

/// Until nothing is pending and nothing comes.
void settle(client::Device& device, const std::string& collection) {
  for (int round = 0; round < 4; ++round) {
    const auto outcome = run(device.sync(collection, {}));
    EXPECT_TRUE(outcome.ok() || outcome.empty) << outcome.http_status << ' ' << outcome.status;
  }
}

const PhoneMeeting team;

int send(client::Device& device, std::string mime, const std::string& id) {
  return run(device.send_mail(outgoing(std::move(mime), id))).status;
}

MeetingReply respond(client::Device& device, const client::Wire& wire) {
  return read_reply(run(device.send_raw(wire)));
}

/// The only item that a device holds of a collection.
std::string only_id(client::Device& device, const std::string& collection) {
  const auto& items = device.collection(collection).items;
  EXPECT_EQ(items.size(), 1U);
  return items.empty() ? std::string() : items.begin()->first;
}

MeetingReply accept(client::Device& device, std::vector<Node> more = {}) {
  EXPECT_TRUE(run(device.sync_all(inbox_id(device), {})).ok());
  return respond(device, response_wire(device, "1", inbox_id(device),
                                       only_id(device, inbox_id(device)), std::move(more)));
}

/// Ann invites Bob by a phone of that version; the mail is in his inbox and nowhere else.
void invite(World& world, client::Device& ann) {
  EXPECT_TRUE(run(ann.sync_all(calendar_id(ann), {})).ok());
  add(ann, new_meeting(ann, team));
  settle(ann, calendar_id(ann));
  if (ann.settings().version < Version::v16_0) {
    EXPECT_EQ(world.count(world.bob, "REQUEST"), 0U);
    EXPECT_EQ(send(ann, organizers_mail("REQUEST", team), "i1"), 1);
  }
  EXPECT_EQ(world.count(world.bob, "REQUEST"), 1U);
  EXPECT_TRUE(world.inbox(world.ann).empty());
}

/// With the UID that the event has by now.
PhoneMeeting as_known(PhoneMeeting meeting, const std::string& event) {
  const auto uid = event.find("UID:") + 4;
  meeting.uid = event.substr(uid, event.find("\r\n", uid) - uid);
  return meeting;
}

/// Ann moves what Bob has accepted, and removes it: he is told of each once, whoever sends it.
void expect_change_told(World& world, client::Device& ann) {
  const bool phone_sends = ann.settings().version < Version::v16_0;
  PhoneMeeting meeting = as_known(team, world.event(world.ann));
  meeting.start = "20240611T080000Z";
  meeting.end = "20240611T090000Z";
  meeting.sequence = 1;
  settle(ann, calendar_id(ann));
  const std::string id = only_id(ann, calendar_id(ann));
  // Up to 14.1 what a Change leaves out goes.
  std::vector<Node> data{{calendar::StartTime, meeting.start}, {calendar::EndTime, meeting.end}};
  ann.change(calendar_id(ann), id, phone_sends ? new_meeting(ann, meeting) : std::move(data));
  settle(ann, calendar_id(ann));
  EXPECT_EQ(world.count(world.bob, "REQUEST"), phone_sends ? 0U : 1U);
  if (phone_sends) EXPECT_EQ(send(ann, organizers_mail("REQUEST", meeting), "i2"), 1);
  EXPECT_EQ(world.count(world.bob, "REQUEST"), 1U);
  const std::string moved = world.event(world.bob);
  EXPECT_TRUE(moved.contains("20240611T080000Z")) << moved;
  EXPECT_TRUE(moved.contains("PARTSTAT=NEEDS-ACTION")) << moved;

  ++meeting.sequence;
  ann.remove(calendar_id(ann), id);
  settle(ann, calendar_id(ann));
  EXPECT_EQ(world.count(world.bob, "CANCEL"), phone_sends ? 0U : 1U);
  if (phone_sends) EXPECT_EQ(send(ann, organizers_mail("CANCEL", meeting), "i3"), 1);
  EXPECT_EQ(world.count(world.bob, "CANCEL"), 1U);
  EXPECT_EQ(world.inbox(world.bob).size(), 2U);
  EXPECT_TRUE(world.event(world.bob).contains("STATUS:CANCELLED"));
  EXPECT_TRUE(world.events(world.ann).empty());
}

class EveryCell : public testing::TestWithParam<std::tuple<Version, Version>> {};

TEST_P(EveryCell, OneMailEach) {
  const auto [organizers, attendees] = GetParam();
  World world;
  client::Device ann = world.device("ann", organizers);
  invite(world, ann);
  EXPECT_TRUE(world.event(world.bob).contains("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"));

  client::Device bob = world.device("bob", attendees);
  const bool server_answers = attendees >= Version::v16_0;
  const MeetingReply reply = accept(
      bob, server_answers ? std::vector<Node>{Node(meeting::SendResponse)} : std::vector<Node>{});
  EXPECT_EQ(reply.status, 1);
  EXPECT_FALSE(reply.calendar_id.empty());
  EXPECT_EQ(world.count(world.ann, "REPLY"), server_answers ? 1U : 0U);
  // A copy of each is in Sent, whoever sent it: a phone asks for that itself.
  EXPECT_EQ(world.count(world.bob, "REPLY", FolderRole::sent), server_answers ? 1U : 0U);
  EXPECT_EQ(world.count(world.ann, "REQUEST", FolderRole::sent), 1U);
  if (!server_answers) {
    const PhoneMeeting named = as_known(team, world.event(world.bob));
    EXPECT_EQ(send(bob, attendees_mail(named, "bob@example.com", "ACCEPTED"), "r1"), 1);
  }
  EXPECT_EQ(world.count(world.ann, "REPLY"), 1U);
  EXPECT_TRUE(world.event(world.bob).contains("PARTSTAT=ACCEPTED"));
  EXPECT_TRUE(world.inbox(world.bob).empty());
  EXPECT_EQ(world.inbox(world.bob, FolderRole::trash).size(), 1U);
  EXPECT_TRUE(world.event(world.ann).contains("PARTSTAT=ACCEPTED"));
  settle(bob, calendar_id(bob));
  EXPECT_EQ(only_id(bob, calendar_id(bob)), reply.calendar_id);
  expect_change_told(world, ann);
}

INSTANTIATE_TEST_SUITE_P(Versions, EveryCell,
                         testing::Combine(testing::Values(Version::v12_1, Version::v14_1,
                                                          Version::v16_0, Version::v16_1),
                                          testing::Values(Version::v12_1, Version::v14_1,
                                                          Version::v16_0, Version::v16_1)));

TEST(Meetings, SilentWhereThePhoneAsksForNothing) {
  World world;
  client::Device ann = world.device("ann", Version::v16_1);
  invite(world, ann);
  client::Device bob = world.device("bob", Version::v16_1);
  EXPECT_EQ(accept(bob).status, 1);
  EXPECT_TRUE(world.inbox(world.ann).empty());
  EXPECT_TRUE(world.event(world.bob).contains("PARTSTAT=ACCEPTED"));
}

TEST(Meetings, APhoneThatAddsWhatItWasInvitedToHasItOnce) {
  World world;
  client::Device ann = world.device("ann", Version::v14_1);
  invite(world, ann);
  client::Device bob = world.device("bob", Version::v14_1);
  EXPECT_TRUE(run(bob.sync(calendar_id(bob), {})).ok());
  add(bob, new_meeting(ann, team));
  settle(bob, calendar_id(bob));
  EXPECT_TRUE(world.event(world.bob).contains("UID:made-by-a-phone"));
  static_cast<void>(only_id(bob, calendar_id(bob)));
}

TEST(Meetings, AnAttendeesChangesTellNobody) {
  World world;
  client::Device ann = world.device("ann", Version::v16_1);
  invite(world, ann);
  client::Device bob = world.device("bob", Version::v16_1);
  EXPECT_TRUE(run(bob.sync_all(calendar_id(bob), {})).ok());
  const std::string id = only_id(bob, calendar_id(bob));
  bob.change(calendar_id(bob), id, {{calendar::BusyStatus, "2"}, {calendar::Reminder, "5"}});
  settle(bob, calendar_id(bob));
  EXPECT_TRUE(world.event(world.bob).contains("PARTSTAT=NEEDS-ACTION"));
  bob.remove(calendar_id(bob), id);
  settle(bob, calendar_id(bob));
  EXPECT_TRUE(world.events(world.bob).empty());
  EXPECT_TRUE(world.inbox(world.ann).empty());
}

TEST(Meetings, TheOrganizersChangesAreTold) {
  World world;
  client::Device ann = world.device("ann", Version::v16_1);
  invite(world, ann);
  client::Device bob = world.device("bob", Version::v16_1);
  EXPECT_EQ(accept(bob, {Node(meeting::SendResponse)}).status, 1);
  EXPECT_TRUE(world.event(world.bob).contains("PARTSTAT=ACCEPTED"));
  settle(ann, calendar_id(ann));
  const std::string id = only_id(ann, calendar_id(ann));
  // A reminder is nobody else's.
  ann.change(calendar_id(ann), id, {{calendar::Reminder, "5"}});
  settle(ann, calendar_id(ann));
  EXPECT_EQ(world.count(world.bob, "REQUEST"), 0U);
  ann.change(calendar_id(ann), id,
             {{calendar::StartTime, "20240611T080000Z"}, {calendar::EndTime, "20240611T090000Z"}});
  settle(ann, calendar_id(ann));
  EXPECT_EQ(world.count(world.bob, "REQUEST"), 1U);
  const std::string moved = world.event(world.bob);
  EXPECT_TRUE(moved.contains("20240611T080000Z")) << moved;
  EXPECT_TRUE(moved.contains("SEQUENCE:1"));
  EXPECT_TRUE(moved.contains("PARTSTAT=NEEDS-ACTION"));
  EXPECT_TRUE(world.event(world.ann).contains("PARTSTAT=NEEDS-ACTION"));
  ann.remove(calendar_id(ann), id);
  settle(ann, calendar_id(ann));
  EXPECT_EQ(world.count(world.bob, "CANCEL"), 1U);
  EXPECT_TRUE(world.event(world.bob).contains("STATUS:CANCELLED"));
  EXPECT_TRUE(world.events(world.ann).empty());
}

TEST(Meetings, CountersAreShownAndChangeNoTimes) {
  World world;
  client::Device ann = world.device("ann", Version::v16_1);
  invite(world, ann);
  client::Device bob = world.device("bob", Version::v16_1);
  const Node proposal(meeting::SendResponse, {{meeting::ProposedStartTime, "20240612T080000Z"},
                                              {meeting::ProposedEndTime, "20240612T090000Z"}});
  const std::string before = world.event(world.ann);
  EXPECT_EQ(accept(bob, {proposal}).status, 1);
  EXPECT_EQ(world.count(world.ann, "COUNTER"), 1U);
  EXPECT_EQ(world.inbox(world.ann).size(), 1U);
  const std::string after = world.event(world.ann);
  EXPECT_TRUE(after.contains("PARTSTAT=ACCEPTED"));
  for (const std::string_view line : {"DTSTART", "DTEND"}) {
    const auto value = [&](const std::string& text) {
      const auto at = text.find(line);
      return text.substr(at, text.find("\r\n", at) - at);
    };
    EXPECT_EQ(value(after), value(before));
  }
  EXPECT_TRUE(run(ann.sync_all(inbox_id(ann), {})).ok());
  const client::Item& shown = ann.collection(inbox_id(ann)).items.begin()->second;
  EXPECT_EQ(shown.at("MessageClass"), "IPM.Schedule.Meeting.Resp.Pos");
  EXPECT_EQ(shown.at("MeetingRequest/StartTime"), "2024-06-10T08:00:00.000Z");
  EXPECT_EQ(shown.at("MeetingRequest/ProposedStartTime"), "20240612T080000Z");
  // [MS-ASCMD] ProposedStartTime: of the Attendee, too.
  settle(ann, calendar_id(ann));
  const client::Item& meeting_of_ann = ann.collection(calendar_id(ann)).items.begin()->second;
  EXPECT_EQ(meeting_of_ann.at("Attendees/Attendee/ProposedStartTime"), "20240612T080000Z");
  EXPECT_EQ(meeting_of_ann.at("Attendees/Attendee/ProposedEndTime"), "20240612T090000Z");
  // Another time is what everybody is asked about anew.
  ann.change(calendar_id(ann), only_id(ann, calendar_id(ann)),
             {{calendar::StartTime, "20240612T080000Z"}, {calendar::EndTime, "20240612T090000Z"}});
  settle(ann, calendar_id(ann));
  EXPECT_FALSE(world.event(world.ann).contains("PROPOSED"));
  EXPECT_EQ(world.count(world.bob, "REQUEST"), 1U);
}

TEST(Meetings, PhonesThatLeaveTheirAnswerToTheServer) {
  World world;
  client::Device ann = world.device("ann", Version::v16_1);
  invite(world, ann);
  client::Device bob = world.device("bob", Version::v14_1, "Apple-iPhone9C1/1607.77");
  EXPECT_EQ(accept(bob).status, 1);
  EXPECT_EQ(world.count(world.ann, "REPLY"), 1U);
  // It sends one after all.
  const PhoneMeeting named = as_known(team, world.event(world.bob));
  EXPECT_EQ(send(bob, attendees_mail(named, "bob@example.com", "ACCEPTED"), "r1"), 1);
  EXPECT_EQ(world.count(world.ann, "REPLY"), 1U);
}

/// One answer while the n-th step dies; the phone asks until it is told that it is done.
bool answer_dying(unsigned step, How how) {
  World world;
  client::Device ann = world.device("ann", Version::v16_1);
  invite(world, ann);
  client::Device bob = world.device("bob", Version::v16_1);
  EXPECT_TRUE(run(bob.sync_all(inbox_id(bob), {})).ok());
  const client::Wire wire = response_wire(bob, "1", inbox_id(bob), only_id(bob, inbox_id(bob)),
                                          {Node(meeting::SendResponse)});
  world.steps.fail_at(step, how);
  MeetingReply reply;
  for (int attempt = 0; attempt < 4; ++attempt) {
    reply = respond(bob, wire);
    const bool done = reply.status == 1 && !world.steps.dead();
    if (!done) world.server.restart();
    world.steps.revive();
    if (done) break;
  }
  EXPECT_EQ(reply.status, 1) << "step " << step;
  EXPECT_EQ(world.count(world.ann, "REPLY"), 1U) << "step " << step;
  EXPECT_EQ(world.count(world.bob, "REPLY", FolderRole::sent), 1U) << "step " << step;
  EXPECT_TRUE(world.event(world.bob).contains("PARTSTAT=ACCEPTED")) << "step " << step;
  EXPECT_TRUE(world.event(world.ann).contains("PARTSTAT=ACCEPTED")) << "step " << step;
  EXPECT_TRUE(world.inbox(world.bob).empty()) << "step " << step;
  EXPECT_EQ(world.inbox(world.bob, FolderRole::trash).size(), 1U) << "step " << step;
  const auto left = run(world.kept.list("bob@example.com", store::Kind::intent, "", "", 10));
  EXPECT_TRUE(left.empty()) << "step " << step;
  return world.steps.fired();
}

/// One invitation likewise.
bool invite_dying(unsigned step, How how) {
  World world;
  client::Device ann = world.device("ann", Version::v16_1);
  EXPECT_TRUE(run(ann.sync_all(calendar_id(ann), {})).ok());
  add(ann, new_meeting(ann, team));
  world.steps.fail_at(step, how);
  bool done = false;
  for (int attempt = 0; attempt < 4 && !done; ++attempt) {
    ann.lose_next_answer();
    static_cast<void>(run(ann.sync(calendar_id(ann), {})));
    if (world.steps.dead()) world.server.restart();
    world.steps.revive();
    done = run(ann.repeat_lost()).ok() && !world.steps.dead();
    if (world.steps.dead()) world.server.restart();
    world.steps.revive();
    if (!done) ann.forget_lost();
  }
  EXPECT_TRUE(done) << "step " << step;
  const bool fired = world.steps.fired();
  world.steps.fail_at(0, {});
  // What could not be sent goes with the next Sync that has something to do.
  add(ann, {{calendar::StartTime, "20240612T080000Z"},
            {calendar::EndTime, "20240612T090000Z"},
            {calendar::Subject, "Alone"}});
  settle(ann, calendar_id(ann));
  EXPECT_EQ(world.count(world.bob, "REQUEST"), 1U) << "step " << step;
  EXPECT_EQ(world.count(world.ann, "REQUEST", FolderRole::sent), 1U) << "step " << step;
  EXPECT_EQ(world.events(world.ann).size(), 2U) << "step " << step;
  EXPECT_EQ(world.events(world.bob).size(), 1U) << "step " << step;
  const auto left = run(world.kept.list("ann@example.com", store::Kind::intent, "", "", 10));
  EXPECT_TRUE(left.empty()) << "step " << step;
  return fired;
}

constexpr auto deaths =
    std::to_array<How>({{false, false}, {true, false}, {false, true}, {true, true}});

TEST(Meetings, AnAnswerIsKilledAtEveryStep) {
  unsigned steps = 0;
  for (const How how : deaths) {
    for (unsigned step = 1; answer_dying(step, how); ++step) steps = step;
  }
  EXPECT_GT(steps, 15U);
  std::printf("killed at each of %u steps, before and after\n", steps);
}

TEST(Meetings, AnInvitationIsKilledAtEveryStep) {
  unsigned steps = 0;
  for (const How how : deaths) {
    for (unsigned step = 1; invite_dying(step, how); ++step) steps = step;
  }
  EXPECT_GT(steps, 10U);
  std::printf("killed at each of %u steps, before and after\n", steps);
}

}  // namespace
}  // namespace godwit::test
