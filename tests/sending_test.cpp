// Sending over systems that die at every step: nothing goes out twice, Sent holds one copy
// (engine.md §2).
#include <gtest/gtest.h>

#include "run.hpp"
#include "server_fixture.hpp"
#include "stepped.hpp"

namespace godwit::test {
namespace {

const std::string mime =
    "To: bruno@elsewhere.test\r\nBcc: clara@elsewhere.test\r\nSubject: Hello\r\n\r\nText.\r\n";

client::Outgoing outgoing_of(std::string client_id, std::string text) {
  client::Outgoing outgoing;
  outgoing.client_id = std::move(client_id);
  outgoing.mime = std::move(text);
  return outgoing;
}

struct Case {
  const char* name;
  eas::Version version;
  bool forward;
};

class Kills : public testing::TestWithParam<Case> {
 protected:
  using Meanwhile = void (*)(MemoryFixture& world);
  static void nothing(MemoryFixture&) {}

  /// A mail sent while the n-th step dies and the process with it; the device asks until it is
  /// told that it is done, or that the original is gone. False: no step was left to fail.
  bool send(unsigned step, How how, Meanwhile meanwhile = &nothing) {
    MemoryFixture world(step);
    Steps steps;
    SteppedStore store(world.store, steps);
    SteppedBackend mail(world.mail_server, steps);
    SteppedSubmission submission(world.submission, steps);
    TestServer server(
        Systems{world.clock, world.random, store, mail, world.mail_server, submission, nullptr}, {},
        std::chrono::seconds(60));
    client::Device::Settings settings;
    settings.version = GetParam().version;
    settings.user = "anna@example.test";
    settings.password = Secret("secret");
    client::Device device(server, std::move(settings));
    run(device.folder_sync());
    const client::Outgoing outgoing = make(world, device);
    steps.fail_at(step, how);
    bool done = false;
    for (int attempt = 0; attempt < 4 && !done; ++attempt) {
      const auto outcome =
          run(GetParam().forward ? device.smart_forward(outgoing) : device.send_mail(outgoing));
      done = (outcome.status == 1 || outcome.status == 118) && !steps.dead();
      if (!done) server.restart();
      steps.revive();
      if (!done) meanwhile(world);
      // [MS-ASCMD] Status 150, up to 12.1 HTTP 500: there is nothing to forward any more, and
      // nothing has gone out.
      if (outcome.status == 150 || outcome.http_status == 500) {
        EXPECT_TRUE(world.submission.sent().empty()) << "step " << step;
        expect_no_intent(world, step);
        return steps.fired();
      }
    }
    EXPECT_TRUE(done) << "step " << step;
    check(world, step);
    return steps.fired();
  }

  static client::Outgoing make(MemoryFixture& world, client::Device& device) {
    client::Outgoing outgoing = outgoing_of("c1", mime);
    if (!GetParam().forward) return outgoing;
    backend::MemoryMail& mail = world.mail();
    const FolderKey inbox = *mail.find_folder(FolderRole::inbox);
    const Uid uid = mail.deliver(inbox, "Subject: One\r\nMessage-ID: <one@x>\r\n\r\nOriginal.\r\n");
    const auto status = run(mail.status(inbox)).value();
    outgoing.folder_id = device.folder_of_type(2)->id;
    outgoing.item_id =
        outgoing.folder_id + ':' + std::to_string(status.uid_validity) + '.' + std::to_string(uid);
    return outgoing;
  }

  static void check(MemoryFixture& world, unsigned step) {
    const auto& sent = world.submission.sent();
    ASSERT_EQ(sent.size(), 1U) << "step " << step;
    EXPECT_EQ(sent[0].envelope.to.size(), 2U);
    EXPECT_FALSE(sent[0].text.contains("clara@"));
    backend::MemoryMail& mail = world.mail();
    std::vector<std::string> copies;
    for (const FolderRole role : {FolderRole::sent, FolderRole::drafts}) {
      const FolderKey folder = *mail.find_folder(role);
      for (const MessageState& state : mail.states(folder)) {
        std::string text = mail.text(folder, state.uid).value();
        if (text.starts_with("Return-Path:")) continue;
        EXPECT_TRUE(state.flags.seen);
        copies.push_back(std::move(text));
      }
    }
    ASSERT_EQ(copies.size(), 1U) << "step " << step;
    const std::string& copy = copies.front();
    EXPECT_TRUE(copy.contains("Bcc: clara@elsewhere.test\r\n"));
    if (GetParam().forward) EXPECT_TRUE(copy.contains("Original.")) << "step " << step;
    expect_no_intent(world, step);
  }

  static void expect_no_intent(MemoryFixture& world, unsigned step) {
    const auto left = run(world.store.list("anna@example.test", store::Kind::intent, "", "", 10));
    EXPECT_TRUE(left.empty()) << "step " << step;
  }
};

TEST_P(Kills, AtEveryStep) {
  unsigned steps = 0;
  for (const How how : {How{false, false}, How{true, false}, How{false, true}, How{true, true}}) {
    for (unsigned step = 1; send(step, how); ++step) steps = step;
  }
  EXPECT_GT(steps, 10U);
  std::printf("killed at each of %u steps, before and after\n", steps);
}

void move_the_copy_away(MemoryFixture& world) {
  backend::MemoryMail& mail = world.mail();
  const FolderKey sent = *mail.find_folder(FolderRole::sent);
  const auto status = run(mail.status(sent)).value();
  for (const MessageState& state : mail.states(sent)) {
    const FolderKey drafts = *mail.find_folder(FolderRole::drafts);
    static_cast<void>(run(mail.move(sent, status.uid_validity, state.uid, drafts)));
  }
}

void remove_the_original(MemoryFixture& world) {
  backend::MemoryMail& mail = world.mail();
  const FolderKey inbox = *mail.find_folder(FolderRole::inbox);
  const auto status = run(mail.status(inbox)).value();
  for (const MessageState& state : mail.states(inbox)) {
    UidSet one;
    one.add(state.uid);
    static_cast<void>(run(mail.expunge(inbox, status.uid_validity, one)));
  }
}

TEST_P(Kills, WhileTheUserMovesTheCopyAway) {
  for (unsigned step = 1; send(step, {.after = true, .die = true}, &move_the_copy_away); ++step) {
  }
}

TEST_P(Kills, WhileTheOriginalGoes) {
  for (unsigned step = 1; send(step, {.after = true, .die = true}, &remove_the_original); ++step) {
  }
}

TEST_P(Kills, WhileTheCopyIsMovedAndTheOriginalGoes) {
  const Meanwhile both = [](MemoryFixture& world) {
    move_the_copy_away(world);
    remove_the_original(world);
  };
  for (unsigned step = 1; send(step, {.after = true, .die = true}, both); ++step) {
  }
}

// What came back to the sender has the copy's Message-ID, and is none.
TEST_P(Kills, WhileWhatCameBackIsMovedToSent) {
  const Meanwhile keep = [](MemoryFixture& world) {
    if (world.submission.sent().empty()) return;
    backend::MemoryMail& mail = world.mail();
    mail.deliver(*mail.find_folder(FolderRole::sent),
                 "Return-Path: <anna@example.test>\r\n" + world.submission.sent().front().text);
  };
  for (unsigned step = 1; send(step, {.after = true, .die = true}, keep); ++step) {
  }
}

INSTANTIATE_TEST_SUITE_P(All, Kills,
                         testing::Values(Case{"SendMail_16_1", eas::Version::v16_1, false},
                                         Case{"SendMail_12_1", eas::Version::v12_1, false},
                                         Case{"SmartForward_14_1", eas::Version::v14_1, true},
                                         Case{"SmartForward_12_1", eas::Version::v12_1, true}),
                         [](const auto& info) { return std::string(info.param.name); });

client::Device device_of(MemoryFixture& world, eas::Version version) {
  client::Device device = world.device("phone", version);
  run(device.folder_sync());
  return device;
}

TEST(Sending, EqualMailsBefore14AreOneOnlyAtOnce) {
  MemoryFixture world;
  client::Device device = device_of(world, eas::Version::v12_1);
  const auto send = [&](const std::string& text) {
    client::Outgoing outgoing = outgoing_of("", mime + text);
    EXPECT_EQ(run(device.send_mail(std::move(outgoing))).status, 1);
    return world.submission.sent().size();
  };
  EXPECT_EQ(send("a"), 1U);
  EXPECT_EQ(send("a"), 1U);
  EXPECT_EQ(send("b"), 2U);
  // Something else went out in between: this one is meant.
  EXPECT_EQ(send("a"), 3U);
  world.clock.advance(std::chrono::minutes(11));
  EXPECT_EQ(send("a"), 4U);
}

TEST(Sending, AnIdIsKnownForAWeekAndTwoHundredMails) {
  MemoryFixture world;
  client::Device device = device_of(world, eas::Version::v16_1);
  const auto send = [&](int number) {
    client::Outgoing outgoing = outgoing_of("c" + std::to_string(number), mime);
    return run(device.send_mail(std::move(outgoing))).status;
  };
  for (int i = 0; i < 205; ++i) EXPECT_EQ(send(i), 1);
  EXPECT_EQ(send(0), 118);
  world.clock.advance(std::chrono::days(8));
  EXPECT_EQ(send(1000), 1);
  EXPECT_EQ(send(204), 118);
  const auto rows = run(world.store.list("anna@example.test", store::Kind::sent, "", "", 500));
  EXPECT_LE(rows.size(), 202U);
  EXPECT_EQ(world.submission.sent().size(), 206U);
}

TEST(Sending, AFullMailboxDoesNotKeepMailFromGoingOut) {
  MemoryFixture world;
  client::Device device = device_of(world, eas::Version::v16_1);
  world.mail().set_quota(0);
  client::Outgoing outgoing = outgoing_of("c1", mime);
  EXPECT_EQ(run(device.send_mail(std::move(outgoing))).status, 1);
  EXPECT_EQ(world.submission.sent().size(), 1U);
}

TEST(Sending, AnEditedMailUnderTheSameIdIsAnotherOne) {
  MemoryFixture world;
  client::Device device = device_of(world, eas::Version::v16_1);
  world.submission.fail_next(Fault::Kind::unavailable, false);
  client::Outgoing outgoing = outgoing_of("c1", mime);
  EXPECT_NE(run(device.send_mail(outgoing)).status, 1);
  outgoing.mime += "More.\r\n";
  EXPECT_EQ(run(device.send_mail(outgoing)).status, 1);
  ASSERT_EQ(world.submission.sent().size(), 1U);
  EXPECT_TRUE(world.submission.sent()[0].text.contains("More."));
}

}  // namespace
}  // namespace godwit::test
