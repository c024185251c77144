#include "sync/mail_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "backend/memory/memory.hpp"
#include "run.hpp"

namespace godwit::sync {
namespace {

using std::chrono::days;

const char* const text = "Subject: x\r\nMessage-ID: <1@example.org>\r\n\r\nbody\r\n";

/// A mailbox, a state, and the copy that a device makes of it by what it is told.
class MailStateTest : public testing::Test {
 protected:
  MailStateTest()
      : server_(clock_),
        account_(server_.add_user("ann@example.org", "secret")),
        mail_(server_.mail(account_.user)),
        inbox_(*mail_.find_folder(FolderRole::inbox)) {}

  Result<> refresh_now(std::uint8_t filter = 0, ExpectedFlags expected = {}) {
    return test::run(refresh(mail_, inbox_, state_, filter, clock_.now(), std::move(expected)));
  }

  /// One answer of at most `window` items, taken in by the device.
  MailDelta answer(std::size_t window, std::uint8_t filter = 0) {
    EXPECT_TRUE(refresh_now(filter));
    const MailDelta delta = take(state_, window);
    EXPECT_LE(delta.size(), window);
    for (const Uid uid : delta.removed) EXPECT_EQ(device_.erase(uid), 1U);
    for (const Uid uid : delta.soft_removed) EXPECT_EQ(device_.erase(uid), 1U);
    for (const MessageState& message : mail_.states(inbox_)) {
      if (std::ranges::find(delta.added, message.uid) != delta.added.end())
        device_[message.uid] = message.flags;
      if (std::ranges::find(delta.changed, message.uid) != delta.changed.end()) {
        EXPECT_TRUE(device_.contains(message.uid));
        device_[message.uid] = message.flags;
      }
    }
    return delta;
  }

  std::map<Uid, Flags> mailbox() const {
    std::map<Uid, Flags> all;
    for (const MessageState& message : mail_.states(inbox_)) all[message.uid] = message.flags;
    return all;
  }

  ManualClock clock_;
  backend::MemoryServer server_;
  backend::Account account_;
  backend::MemoryMail& mail_;
  FolderKey inbox_;
  MailState state_;
  std::map<Uid, Flags> device_;
};

TEST_F(MailStateTest, AddsNewestFirstAndAll) {
  for (int i = 0; i < 5; ++i) mail_.deliver(inbox_, text);
  EXPECT_EQ(answer(2).added, (std::vector<Uid>{5, 4}));
  EXPECT_TRUE(state_.pending());
  EXPECT_EQ(answer(100).added, (std::vector<Uid>{3, 2, 1}));
  EXPECT_FALSE(state_.pending());
  EXPECT_EQ(device_, mailbox());
}

TEST_F(MailStateTest, TellsFlagsOfOthersAndNotTheDevicesOwn) {
  const Uid uid = mail_.deliver(inbox_, text);
  answer(10);
  Flags seen;
  seen.seen = true;
  mail_.set_flags(inbox_, UidSet{{uid, uid}}, seen);
  ASSERT_TRUE(refresh_now(0, {{uid, seen}}));
  EXPECT_FALSE(state_.pending());
  Flags flagged = seen;
  flagged.flagged = true;
  mail_.set_flags(inbox_, UidSet{{uid, uid}}, flagged);
  ASSERT_TRUE(refresh_now(0, {{uid, seen}}));  // expected something else: somebody changed it too
  EXPECT_TRUE(state_.dirty.contains(uid));
}

TEST_F(MailStateTest, NeverNamesWhatTheDeviceDoesNotHold) {
  const Uid first = mail_.deliver(inbox_, text);
  const Uid second = mail_.deliver(inbox_, text);
  ASSERT_TRUE(refresh_now());
  EXPECT_EQ(take(state_, 1).added, (std::vector<Uid>{second}));
  mail_.remove(inbox_, UidSet{{first, first}});  // owed, never sent
  ASSERT_TRUE(refresh_now());
  EXPECT_FALSE(state_.pending());
}

TEST_F(MailStateTest, SlidesItsWindow) {
  const Uid old = mail_.deliver(inbox_, text, {}, clock_.now() - days(2));
  mail_.deliver(inbox_, text, {}, clock_.now() - days(30));
  EXPECT_EQ(answer(10, 2).added, (std::vector<Uid>{old}));
  clock_.advance(days(4));
  EXPECT_EQ(answer(10, 2).soft_removed, (std::vector<Uid>{old}));
  EXPECT_EQ(answer(10, 0).added.size(), 2U);
}

TEST_F(MailStateTest, StartsOverWhenTheMailboxIsAnotherOne) {
  mail_.deliver(inbox_, text);
  answer(10);
  mail_.change_uid_validity(inbox_);
  const auto refreshed = refresh_now();
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, Errc::stale);
}

TEST_F(MailStateTest, TriesWhatWasSetAsideAgainWhenItChanges) {
  const Uid uid = mail_.deliver(inbox_, text);
  ASSERT_TRUE(refresh_now());
  state_.todo.remove(uid);
  state_.aside.add(uid);
  ASSERT_TRUE(refresh_now());
  EXPECT_FALSE(state_.pending());
  Flags seen;
  seen.seen = true;
  mail_.set_flags(inbox_, UidSet{{uid, uid}}, seen);
  ASSERT_TRUE(refresh_now());
  EXPECT_TRUE(state_.todo.contains(uid));
}

TEST_F(MailStateTest, SurvivesItsRecord) {
  for (int i = 0; i < 50; ++i) mail_.deliver(inbox_, text);
  answer(20, 3);
  state_.aside.add(7);
  const auto again = unpack_mail_state(pack(state_));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, state_);
  EXPECT_FALSE(unpack_mail_state(pack(state_).substr(0, 20)));
}

// Whatever others do and however small the windows are, the device ends with what the mailbox
// holds.
TEST(DraftNames, OneNameThroughEveryEdit) {
  MailState state;
  state.held.add(9);
  state.drafts[9] = {4, {{4, "2", "3"}, {7, "2.1", "2"}}};
  EXPECT_EQ(state.name_of(9), 4U);
  EXPECT_EQ(state.named(4), 9U);
  EXPECT_EQ(state.name_of(5), 5U);
  EXPECT_EQ(state.named(5), 5U);
  EXPECT_EQ(state.section_of(9, 4, "2"), "3");
  EXPECT_EQ(state.section_of(9, 7, "2.1"), "2");
  EXPECT_EQ(state.section_of(9, 9, "2"), "2");
  EXPECT_FALSE(state.section_of(9, 4, "1"));
  EXPECT_FALSE(state.section_of(8, 4, "2"));
  state.conversations = true;
  EXPECT_EQ(unpack_mail_state(pack(state)).value(), state);
}

// Format 1 ended before the drafts.
TEST(DraftNames, ARecordFromBeforeIsRead) {
  MailState state;
  state.started = true;
  state.held.add(3, 5);
  std::string bytes = pack(state);
  ASSERT_EQ(bytes.front(), '\x03');
  bytes.front() = '\x02';  // without what is to be repaired
  bytes.resize(bytes.size() - 3);
  EXPECT_EQ(unpack_mail_state(bytes).value(), state);
  bytes.front() = '\x01';
  bytes.resize(bytes.size() - 2);
  EXPECT_EQ(unpack_mail_state(bytes).value(), state);
}

TEST_F(MailStateTest, ConvergesUnderRandomEdits) {
  std::mt19937 random(11);
  const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  for (int round = 0; round < 400; ++round) {
    for (unsigned edits = pick(6); edits > 0; --edits) {
      const auto states = mail_.states(inbox_);
      const unsigned what = states.empty() ? 0 : pick(4);
      if (what == 0) mail_.deliver(inbox_, text);
      if (what == 1) mail_.deliver_together(inbox_, {text, text, text});
      if (what < 2) continue;
      const Uid first = states[pick(static_cast<unsigned>(states.size()))].uid;
      const UidSet some{{first, first + pick(4)}};
      Flags flags;
      flags.seen = pick(2) == 0;
      flags.flagged = pick(2) == 0;
      if (what == 2) mail_.set_flags(inbox_, some, flags);
      if (what == 3) mail_.remove(inbox_, some);
    }
    answer(1 + pick(4));
    if (pick(20) != 0) continue;
    while (answer(5).size() > 0) {
    }
    ASSERT_EQ(device_, mailbox()) << "round " << round;
  }
}

}  // namespace
}  // namespace godwit::sync
