// Meetings where mail and calendars are different servers, which know nothing of each other
// (docs/adr/0012-who-sends-what.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "meeting_phone.hpp"
#include "queue/gateway.hpp"
#include "run.hpp"
#include "server_fixture.hpp"
#include "stepped.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/meeting_response.hpp"

namespace godwit::test {
namespace {

namespace calendar = wbxml::calendar;
using client::Node;
using eas::Version;

const std::string ann = "ann@example.com";
const std::string bob = "bob@example.com";

/// The way out, which a restart may replace.
class Way final : public backend::Submission {
 public:
  explicit Way(backend::Submission& now) : now_(&now) {}
  void go(backend::Submission& next) { now_ = &next; }
  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override {
    return now_->submit(std::move(account), std::move(envelope), std::move(message));
  }

 private:
  backend::Submission* now_;
};

/// The next mail server, which knows that there is no such person, and takes reports, which have no
/// sender, as often as they come.
const std::string nobody = "nobody@example.net";
class NextServer final : public backend::Submission {
 public:
  explicit NextServer(backend::Submission& others) : others_(others) {}
  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override {
    if (std::ranges::find(envelope.to, nobody) != envelope.to.end()) {
      co_return fail(Errc::refused, "550 no such user");
    }
    if (envelope.from.empty()) envelope.id += std::to_string(++reports_);
    co_return co_await others_.submit(std::move(account), std::move(envelope), std::move(message));
  }

 private:
  backend::Submission& others_;
  unsigned reports_ = 0;
};

/// Memory that holds what both servers do, and a server before it whose systems may die.
struct World {
  World() {
    for (const std::string& address : {ann, bob}) {
      fixture.add_user(address);
      items(address).be_gateway();
    }
  }
  backend::MemoryItems& items(const std::string& address) {
    return fixture.mail_server.items(UserId::parse(address).value());
  }
  client::Device device(const std::string& address, Version version) {
    client::Device::Settings settings;
    settings.id = "d" + std::to_string(++devices);
    settings.version = version;
    settings.user = address;
    settings.password = Secret("secret");
    client::Device device(server, std::move(settings));
    EXPECT_TRUE(run(device.folder_sync()).ok());
    return device;
  }
  void deliver(const std::string& to, const std::string& from, const std::string& message) {
    backend::MemoryMail& box = fixture.mail(to);
    box.deliver(*box.find_folder(FolderRole::inbox), "From: " + from + "\r\n" + message);
  }
  std::map<std::string, std::string> events(const std::string& address) {
    return items(address).texts(items(address).find(FolderRole::calendar));
  }
  std::string event(const std::string& address) {
    const auto all = events(address);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? std::string() : all.begin()->second;
  }
  void put(const std::string& address, const std::string& href, const std::string& text) {
    const auto key = items(address).find(FolderRole::calendar);
    EXPECT_TRUE(run(items(address).put(key, href, text, {})));
  }
  ~World() {
    gateway.reset();
    if (!folder.empty()) std::filesystem::remove_all(folder);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// From here on what the server sends waits in a queue; again: as after a restart.
  void queue_mail() {
    gateway.reset();
    if (folder.empty()) {
      folder = testing::TempDir() + "/godwit-meetings-XXXXXX";
      if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
    }
    queue::QueueOptions options{.folder = folder, .host = "gateway.example.com"};
    gateway = std::make_unique<queue::GatewayOutgoing>(std::move(options), *files, fixture.clock,
                                                       fixture.random, hop, false);
    gateway->set_mailboxes(&mail);
    way.go(*gateway);
  }
  /// Copies that somebody has of mails with that METHOD.
  std::size_t saved(const std::string& address, std::string_view method) {
    return holds(address, FolderRole::sent, "method=" + std::string(method));
  }
  /// Messages of somebody's folder that contain these words.
  std::size_t holds(const std::string& address, FolderRole role, const std::string& words) {
    backend::MemoryMail& box = fixture.mail(address);
    const FolderKey held = *box.find_folder(role);
    const auto status = run(box.status(held)).value();
    std::size_t found = 0;
    for (const Uid uid : run(box.search(held, std::nullopt))->to_vector()) {
      std::vector<backend::PartRange> whole{{.uid = uid, .section = ""}};
      if (run(box.read(held, status.uid_validity, whole)).value().at(0).contains(words)) ++found;
    }
    return found;
  }
  std::size_t reports() {
    return holds(ann, FolderRole::inbox, "Final-Recipient: rfc822; " + nobody);
  }
  /// Mails to somebody that carry that METHOD.
  std::size_t count(const std::string& to, std::string_view method) const {
    std::size_t found = 0;
    for (const auto& each : fixture.submission.sent()) {
      const bool is_it = each.text.contains("method=" + std::string(method));
      if (is_it) found += static_cast<std::size_t>(std::ranges::count(each.envelope.to, to));
    }
    return found;
  }

  MemoryFixture fixture;
  Steps steps;
  SteppedStore store{fixture.store, steps};
  SteppedBackend mail{fixture.mail_server, steps};
  SteppedItemsBackend stepped_items{fixture.mail_server, steps};
  NextServer next{fixture.submission};
  SteppedSubmission hop{next, steps};
  std::string folder;
  std::unique_ptr<FileLayer> files = system_files();
  std::unique_ptr<queue::GatewayOutgoing> gateway;
  Way way{fixture.submission};
  SteppedSubmission submission{way, steps};
  TestServer server{Systems{fixture.clock, fixture.random, store, mail, fixture.mail_server,
                            submission, nullptr, nullptr, &stepped_items},
                    {},
                    std::chrono::seconds(60)};
  unsigned devices = 0;
};

PhoneMeeting team() {
  return {.uid = "team", .start = "20250710T080000Z", .end = "20250710T090000Z"};
}

/// Until nothing comes.
void settle(client::Device& device, const std::string& collection) {
  const auto outcome = run(device.sync_all(collection, {}));
  EXPECT_TRUE(outcome.ok() || outcome.empty) << outcome.http_status << ' ' << outcome.status;
}

std::string organized(const std::string& attendee) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:team\r\n"
         "DTSTAMP:20250601T000000Z\r\nDTSTART:20250710T080000Z\r\nDTEND:20250710T090000Z\r\n"
         "SUMMARY:Team\r\nORGANIZER:mailto:ann@example.com\r\n" +
         attendee + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
}
constexpr std::string_view asked =
    "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@example.com";

TEST(GatewayMeetings, AnInvitationThatIsShownStandsInTheCalendarOnce) {
  World world;
  world.deliver(bob, ann, organizers_mail("REQUEST", team()));
  client::Device phone = world.device(bob, Version::v16_1);
  settle(phone, inbox_id(phone));
  EXPECT_TRUE(world.event(bob).contains("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"));
  client::Device tablet = world.device(bob, Version::v14_1);
  settle(tablet, inbox_id(tablet));
  // The same once more, in another mail.
  world.deliver(bob, ann, organizers_mail("REQUEST", team()));
  settle(phone, inbox_id(phone));
  EXPECT_EQ(world.events(bob).size(), 1U);
  PhoneMeeting later = team();
  later.start = "20250711T080000Z";
  later.end = "20250711T090000Z";
  later.sequence = 1;
  world.deliver(bob, ann, organizers_mail("REQUEST", later));
  settle(phone, inbox_id(phone));
  EXPECT_TRUE(world.event(bob).contains("20250711T080000Z"));
  EXPECT_TRUE(world.fixture.submission.sent().empty());
}

TEST(GatewayMeetings, WhatTheUserRemovedStaysSo) {
  World world;
  world.deliver(bob, ann, organizers_mail("REQUEST", team()));
  client::Device phone = world.device(bob, Version::v16_1);
  settle(phone, inbox_id(phone));
  const auto key = world.items(bob).find(FolderRole::calendar);
  EXPECT_TRUE(run(world.items(bob).remove(key, world.events(bob).begin()->first, std::nullopt)));
  client::Device tablet = world.device(bob, Version::v16_1);
  settle(tablet, inbox_id(tablet));
  EXPECT_TRUE(world.events(bob).empty());
}

TEST(GatewayMeetings, WhatSomebodyElseSendsIsShownAndNoMore) {
  World world;
  world.deliver(bob, "eve@example.net", organizers_mail("REQUEST", team()));
  client::Device phone = world.device(bob, Version::v16_1);
  settle(phone, inbox_id(phone));
  const client::Item& shown = phone.collection(inbox_id(phone)).items.begin()->second;
  EXPECT_EQ(shown.at("MessageClass"), "IPM.Schedule.Meeting.Request");
  EXPECT_TRUE(world.events(bob).empty());
  // Nor does it change or end what the organizer made.
  world.put(ann, "e", organized(std::string(asked)));
  world.deliver(ann, "eve@example.net", attendees_mail(team(), bob, "ACCEPTED"));
  world.deliver(bob, ann, organizers_mail("REQUEST", team()));
  world.deliver(bob, "eve@example.net", organizers_mail("CANCEL", team()));
  settle(phone, inbox_id(phone));
  EXPECT_FALSE(world.event(bob).contains("CANCELLED"));
  client::Device organizer = world.device(ann, Version::v16_1);
  settle(organizer, inbox_id(organizer));
  EXPECT_TRUE(world.event(ann).contains(asked));
}

TEST(GatewayMeetings, OldMailIsOnlyMail) {
  World world;
  world.deliver(bob, ann, organizers_mail("REQUEST", team()));
  world.fixture.clock.advance(std::chrono::days(15));
  client::Device phone = world.device(bob, Version::v16_1);
  settle(phone, inbox_id(phone));
  EXPECT_EQ(phone.collection(inbox_id(phone)).items.size(), 1U);
  EXPECT_TRUE(world.events(bob).empty());
}

TEST(GatewayMeetings, AnswersAndCancellationsCount) {
  World world;
  world.put(ann, "e", organized(std::string(asked)));
  world.deliver(ann, bob, attendees_mail(team(), bob, "ACCEPTED"));
  client::Device organizer = world.device(ann, Version::v16_1);
  settle(organizer, inbox_id(organizer));
  EXPECT_TRUE(world.event(ann).contains("PARTSTAT=ACCEPTED"));
  world.deliver(bob, ann, organizers_mail("REQUEST", team()));
  client::Device phone = world.device(bob, Version::v14_1);
  settle(phone, inbox_id(phone));
  PhoneMeeting gone = team();
  gone.sequence = 1;
  world.deliver(bob, ann, organizers_mail("CANCEL", gone));
  settle(phone, inbox_id(phone));
  EXPECT_TRUE(world.event(bob).contains("STATUS:CANCELLED"));
}

TEST(GatewayMeetings, ACalendarThatIsDownGetsItLater) {
  World world;
  client::Device phone = world.device(bob, Version::v16_1);
  settle(phone, inbox_id(phone));
  world.deliver(bob, ann, organizers_mail("REQUEST", team()));
  world.items(bob).fail_next(1);
  settle(phone, inbox_id(phone));
  EXPECT_EQ(phone.collection(inbox_id(phone)).items.size(), 1U);
  EXPECT_TRUE(world.events(bob).empty());
  world.deliver(bob, ann, "Subject: Hello\r\n\r\nHello\r\n");
  settle(phone, inbox_id(phone));
  EXPECT_EQ(world.events(bob).size(), 1U);
}

/// The first look at an invitation while the n-th step dies.
bool look_dying(unsigned step, How how) {
  World world;
  world.deliver(bob, ann, organizers_mail("REQUEST", team()));
  client::Device phone = world.device(bob, Version::v16_1);
  EXPECT_TRUE(run(phone.sync(inbox_id(phone), {})).ok());
  world.steps.fail_at(step, how);
  static_cast<void>(run(phone.sync(inbox_id(phone), {})));
  const bool fired = world.steps.fired();
  if (world.steps.dead()) world.server.restart();
  world.steps.revive();
  world.steps.fail_at(0, {});
  settle(phone, inbox_id(phone));
  // A calendar that failed is asked again with the next mail.
  world.deliver(bob, ann, "Subject: Hello\r\n\r\nHello\r\n");
  settle(phone, inbox_id(phone));
  EXPECT_EQ(world.events(bob).size(), 1U) << "step " << step;
  const auto key = world.items(bob).find(FolderRole::calendar);
  EXPECT_TRUE(run(world.items(bob).remove(key, world.events(bob).begin()->first, std::nullopt)));
  client::Device tablet = world.device(bob, Version::v16_1);
  settle(tablet, inbox_id(tablet));
  EXPECT_TRUE(world.events(bob).empty()) << "step " << step;
  return fired;
}

TEST(GatewayMeetings, TheFirstLookIsKilledAtEveryStep) {
  unsigned steps = 0;
  for (const How how :
       std::to_array<How>({{false, false}, {true, false}, {false, true}, {true, true}})) {
    for (unsigned step = 1; look_dying(step, how); ++step) steps = step;
  }
  EXPECT_GT(steps, 8U);
  std::printf("killed at each of %u steps, before and after\n", steps);
}

/// Accepts the only event that a phone holds.
int accept(client::Device& phone, std::vector<Node> more) {
  settle(phone, calendar_id(phone));
  const auto& held = phone.collection(calendar_id(phone)).items;
  if (held.empty()) return 0;
  const auto wire =
      response_wire(phone, "1", calendar_id(phone), held.begin()->first, std::move(more));
  return read_reply(run(phone.send_raw(wire))).status;
}

TEST(GatewayMeetings, AUidInSeveralPlacesIsAnsweredInOne) {
  World world;
  const auto other = run(world.items(bob).create_collection(ItemClass::calendar, "Other")).value();
  const std::string text = organized(std::string(asked));
  world.put(bob, "one", text);
  world.put(bob, "two", text);
  EXPECT_TRUE(run(world.items(bob).put(other, "three", text, {})));
  world.deliver(bob, ann, organizers_mail("REQUEST", team()));
  client::Device phone = world.device(bob, Version::v16_1);
  settle(phone, inbox_id(phone));
  EXPECT_EQ(world.events(bob).size(), 2U);
  const auto before = world.items(bob).texts(other);
  EXPECT_EQ(accept(phone, {Node(wbxml::meeting_response::SendResponse)}), 1);
  EXPECT_EQ(world.count(ann, "REPLY"), 1U);
  const auto after = world.events(bob);
  EXPECT_TRUE(after.at("one").contains("PARTSTAT=ACCEPTED"));
  EXPECT_FALSE(after.at("two").contains("PARTSTAT=ACCEPTED"));
  EXPECT_EQ(world.items(bob).texts(other), before);
}

TEST(GatewayMeetings, WhomTheServerTellsGetsNoMail) {
  World world;
  world.items(ann).be_gateway({ann});
  client::Device tablet = world.device(ann, Version::v16_1);
  settle(tablet, calendar_id(tablet));
  tablet.add(calendar_id(tablet), new_meeting(tablet, team()));
  settle(tablet, calendar_id(tablet));
  EXPECT_FALSE(world.event(ann).contains("SCHEDULE-AGENT"));
  EXPECT_TRUE(world.fixture.submission.sent().empty());
}

TEST(GatewayMeetings, WhomTheServerDoesNotReachIsToldByUs) {
  for (const char* parameter :
       {"SCHEDULE-STATUS=3.7", "SCHEDULE-STATUS=5.1", "SCHEDULE-AGENT=CLIENT"}) {
    World world;
    world.items(ann).be_gateway({ann});
    world.put(ann, "e",
              organized("ATTENDEE;" + std::string(parameter) + ":mailto:bob@example.com"));
    client::Device tablet = world.device(ann, Version::v16_1);
    settle(tablet, calendar_id(tablet));
    const std::string id = tablet.collection(calendar_id(tablet)).items.begin()->first;
    tablet.change(
        calendar_id(tablet), id,
        {{calendar::StartTime, "20250712T080000Z"}, {calendar::EndTime, "20250712T090000Z"}});
    settle(tablet, calendar_id(tablet));
    EXPECT_EQ(world.count(bob, "REQUEST"), 1U) << parameter;
    EXPECT_TRUE(world.event(ann).contains("SEQUENCE:1"));
    tablet.remove(calendar_id(tablet), id);
    settle(tablet, calendar_id(tablet));
    EXPECT_EQ(world.count(bob, "CANCEL"), 1U) << parameter;
  }
}

TEST(GatewayMeetings, WhatNobodyCouldTakeGoesWithTheNextRequest) {
  World world;
  client::Device tablet = world.device(ann, Version::v16_1);
  settle(tablet, calendar_id(tablet));
  tablet.add(calendar_id(tablet), new_meeting(tablet, team()));
  world.fixture.submission.fail_next(Fault::Kind::unavailable, false);
  EXPECT_TRUE(run(tablet.sync(calendar_id(tablet), {})).ok());
  EXPECT_EQ(world.events(ann).size(), 1U);
  EXPECT_EQ(world.count(bob, "REQUEST"), 0U);
  // The hub ticks by the second.
  const auto held = [&](std::chrono::seconds wanted) {
    const Time before = world.fixture.clock.now();
    EXPECT_EQ(run(tablet.ping({calendar_id(tablet)}, 3000)).status, 1);
    const auto took = world.fixture.clock.now() - before;
    EXPECT_GE(took, wanted);
    EXPECT_LE(took, wanted + std::chrono::seconds(1));
  };
  world.fixture.submission.fail_next(Fault::Kind::unavailable, false);
  held(std::chrono::minutes(5));
  EXPECT_EQ(world.count(bob, "REQUEST"), 0U);
  held(std::chrono::seconds(3000));
  EXPECT_EQ(world.count(bob, "REQUEST"), 1U);
  world.server.restart();
  settle(tablet, calendar_id(tablet));
  EXPECT_EQ(world.count(bob, "REQUEST"), 1U);
  EXPECT_EQ(world.saved(ann, "REQUEST"), 1U);
  EXPECT_TRUE(run(world.fixture.store.list(ann, store::Kind::intent, "", "", 10)).empty());
}

/// A new meeting whose n-th step dies, and a next mail server that is down at first.
bool invite_dying(unsigned step, How how, const PhoneMeeting& meeting) {
  World world;
  world.queue_mail();
  client::Device tablet = world.device(ann, Version::v16_1);
  settle(tablet, calendar_id(tablet));
  tablet.add(calendar_id(tablet), new_meeting(tablet, meeting));
  world.fixture.submission.fail_next(Fault::Kind::unavailable, false);
  world.steps.fail_at(step, how);
  const auto end = [&] {
    if (world.steps.dead()) {
      world.server.restart();
      world.queue_mail();
    }
    world.steps.revive();
  };
  for (int attempt = 0; attempt < 3; ++attempt) {
    static_cast<void>(run(tablet.sync(calendar_id(tablet), {})));
    end();
    world.fixture.clock.advance(std::chrono::hours(2));
    static_cast<void>(run(world.gateway->queue().work()));
    end();
  }
  const bool fired = world.steps.fired();
  world.steps.fail_at(0, {});
  settle(tablet, calendar_id(tablet));
  // The device asks no more; the queue goes on by itself, after a restart, too.
  world.server.restart();
  world.queue_mail();
  // The next mail server may have been killed before it could be down.
  for (int attempt = 0; attempt < 2; ++attempt) {
    world.fixture.clock.advance(std::chrono::hours(2));
    static_cast<void>(run(world.gateway->queue().work()));
  }
  EXPECT_EQ(world.events(ann).size(), 1U) << "step " << step;
  EXPECT_EQ(world.count(bob, "REQUEST"), 1U) << "step " << step;
  EXPECT_EQ(world.saved(ann, "REQUEST"), 1U) << "step " << step;
  EXPECT_EQ(world.reports(), std::ranges::count(meeting.attendees, nobody)) << "step " << step;
  EXPECT_TRUE(run(world.gateway->queue().list()).empty()) << "step " << step;
  EXPECT_TRUE(run(world.fixture.store.list(ann, store::Kind::intent, "", "", 10)).empty())
      << "step " << step;
  return fired;
}

unsigned invite_dying_at_every_step(const PhoneMeeting& meeting) {
  unsigned steps = 0;
  for (const How how :
       std::to_array<How>({{false, false}, {true, false}, {false, true}, {true, true}})) {
    for (unsigned step = 1; invite_dying(step, how, meeting); ++step) steps = step;
  }
  std::printf("killed at each of %u steps, before and after\n", steps);
  return steps;
}

TEST(GatewayMeetings, AnInvitationThatWaitsIsKilledAtEveryStep) {
  EXPECT_GT(invite_dying_at_every_step(team()), 12U);
}

TEST(GatewayMeetings, AnInvitationThatSomebodyCannotGetIsKilledAtEveryStep) {
  PhoneMeeting wider = team();
  wider.attendees.push_back(nobody);
  // Of the report, too: what was given to the next server and not noted is found in the mailbox.
  EXPECT_GT(invite_dying_at_every_step(wider), invite_dying_at_every_step(team()));
}

TEST(GatewayMeetings, WhatWaitsForTheNextServerGoesWithoutTheDevice) {
  World world;
  world.queue_mail();
  client::Device tablet = world.device(ann, Version::v16_1);
  settle(tablet, calendar_id(tablet));
  tablet.add(calendar_id(tablet), new_meeting(tablet, team()));
  world.fixture.submission.fail_next(Fault::Kind::unavailable, false);
  EXPECT_TRUE(run(tablet.sync(calendar_id(tablet), {})).ok());
  EXPECT_EQ(world.count(bob, "REQUEST"), 0U);
  EXPECT_EQ(world.saved(ann, "REQUEST"), 1U);
  EXPECT_TRUE(run(world.fixture.store.list(ann, store::Kind::intent, "", "", 10)).empty());
  world.fixture.clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(run(world.gateway->queue().work()), 1U);
  EXPECT_EQ(world.count(bob, "REQUEST"), 1U);
  // What the device sends itself it goes on keeping.
  world.fixture.submission.fail_next(Fault::Kind::unavailable, false);
  EXPECT_NE(run(tablet.send_mail(outgoing(organizers_mail("REQUEST", team()), "m1"))).status, 1);
  EXPECT_TRUE(run(world.gateway->queue().list()).empty());
}

TEST(GatewayMeetings, WhoCannotBeInvitedIsReportedAndTheOthersAreInvited) {
  World world;
  world.queue_mail();
  client::Device tablet = world.device(ann, Version::v16_1);
  settle(tablet, calendar_id(tablet));
  PhoneMeeting wider = team();
  wider.attendees.push_back(nobody);
  tablet.add(calendar_id(tablet), new_meeting(tablet, wider));
  settle(tablet, calendar_id(tablet));
  EXPECT_EQ(run(world.gateway->queue().work()), 1U);
  EXPECT_EQ(world.count(bob, "REQUEST"), 1U);
  EXPECT_EQ(world.saved(ann, "REQUEST"), 1U);
  const auto& sent = world.fixture.submission.sent();
  std::vector<std::string> reports;
  for (const auto& each : sent) {
    if (each.envelope.to == std::vector<std::string>{ann}) reports.push_back(each.text);
  }
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(reports.front().contains(nobody)) << reports.front();
  EXPECT_TRUE(reports.front().contains("Subject: Team")) << reports.front();
  settle(tablet, calendar_id(tablet));
  EXPECT_EQ(run(world.gateway->queue().work()), 0U);
  EXPECT_EQ(sent.size(), 2U);
}

TEST(GatewayMeetings, AServerThatKnowsTheUserByAnotherAddressTellsNobody) {
  World world;
  world.items(ann).be_gateway({"ann@internal"});
  client::Device tablet = world.device(ann, Version::v16_1);
  settle(tablet, calendar_id(tablet));
  tablet.add(calendar_id(tablet), new_meeting(tablet, team()));
  settle(tablet, calendar_id(tablet));
  EXPECT_EQ(world.count(bob, "REQUEST"), 1U);
}

TEST(GatewayMeetings, AnOlderPhonesOwnMailGoesOnlyToThoseItTells) {
  World world;
  world.items(ann).be_gateway({ann});
  world.put(ann, "e", organized("ATTENDEE;SCHEDULE-STATUS=1.2:mailto:bob@example.com"));
  client::Device phone = world.device(ann, Version::v14_1);
  settle(phone, calendar_id(phone));
  PhoneMeeting wider = team();
  wider.attendees.emplace_back("eve@example.net");
  EXPECT_EQ(run(phone.send_mail(outgoing(organizers_mail("REQUEST", wider), "m1"))).status, 1);
  EXPECT_EQ(world.count(bob, "REQUEST"), 0U);
  EXPECT_EQ(world.count("eve@example.net", "REQUEST"), 1U);
  phone.remove(calendar_id(phone), phone.collection(calendar_id(phone)).items.begin()->first);
  settle(phone, calendar_id(phone));
  EXPECT_EQ(run(phone.send_mail(outgoing(organizers_mail("CANCEL", team()), "m2"))).status, 1);
  EXPECT_EQ(world.count(bob, "CANCEL"), 0U);
  // Whom it invites itself it goes on telling.
  phone.add(calendar_id(phone), new_meeting(phone, {.uid = "own"}));
  settle(phone, calendar_id(phone));
  EXPECT_TRUE(world.event(ann).contains("SCHEDULE-AGENT=CLIENT")) << world.event(ann);
  EXPECT_EQ(run(phone.send_mail(outgoing(organizers_mail("REQUEST", {.uid = "own"}), "m3"))).status,
            1);
  EXPECT_EQ(world.count(bob, "REQUEST"), 1U);
}

}  // namespace
}  // namespace godwit::test
