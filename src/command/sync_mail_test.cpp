// Mailboxes that change, or contradict themselves, while an answer is made of them.
#include <gtest/gtest.h>

#include "command/test_bed.hpp"
#include "item/email.hpp"
#include "wbxml/pages/email.hpp"

namespace godwit::command {
namespace {

class SyncMailTest : public ::testing::Test {
 protected:
  client::CollectionOutcome sync() {
    const auto outcome = test::run(bed.device().sync(bed.id("Inbox"), {}));
    EXPECT_TRUE(outcome.ok());
    const auto found = outcome.collections.find(bed.id("Inbox"));
    return found == outcome.collections.end() ? client::CollectionOutcome() : found->second;
  }
  std::string name(Uid uid) { return bed.server_id("Inbox", bed.inbox(), uid); }

  TestBed bed;
};

TEST_F(SyncMailTest, WhatGoesWhileItIsReadIsNeverRemovedFromTheDevice) {
  const Uid stays = bed.deliver(bed.inbox(), "Stays");
  const Uid goes = bed.deliver(bed.inbox(), "Goes");
  sync();  // key 0
  bed.mail().before_next_fetch([&] { bed.mail().remove(bed.inbox(), UidSet{{goes, goes}}); });
  EXPECT_EQ(sync().added, std::vector<std::string>{name(stays)});
  const auto next = sync();  // the device throws at a Delete of what it never held
  EXPECT_TRUE(next.added.empty() && next.removed.empty());
}

TEST_F(SyncMailTest, WhatAReadingMissesOnceIsStillDelivered) {
  const Uid uid = bed.deliver(bed.inbox(), "Late");
  sync();
  bed.mail().withhold({{uid, uid}});
  bed.mail().before_next_fetch(
      [&] { bed.mail().before_next_fetch([&] { bed.mail().withhold({}); }); });
  EXPECT_EQ(sync().added, std::vector<std::string>{name(uid)});
}

TEST_F(SyncMailTest, WhatIsListedAndNeverGivenIsSetAsideAndNamed) {
  const Uid never = bed.deliver(bed.inbox(), "Never");
  const Uid other = bed.deliver(bed.inbox(), "Other");
  sync();
  bed.mail().withhold({{never, never}});
  const auto first = sync();
  EXPECT_EQ(first.added, std::vector<std::string>{name(other)});
  EXPECT_FALSE(first.more_available);
  const auto named =
      test::run(bed.store().list("anna@example.test", store::Kind::set_aside, "", "", 9));
  ASSERT_EQ(named.size(), 1U);
  EXPECT_TRUE(named.front().key.name.ends_with(name(never)));
  bed.mail().withhold({});
  Flags read;
  read.seen = true;
  bed.mail().set_flags(bed.inbox(), {{never, never}}, read);
  EXPECT_EQ(sync().added, std::vector<std::string>{name(never)});
}

TEST_F(SyncMailTest, WhatSomebodyElseMarksAsTheDeviceDoesIsToldToTheDevice) {
  const Uid uid = bed.deliver(bed.inbox(), "One");
  const std::vector<std::pair<std::string, client::SyncOptions>> both{{bed.id("Inbox"), {}},
                                                                      {bed.id("Trash"), {}}};
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(test::run(bed.device().sync_many(both, {})).ok());
  bed.device().set_read(bed.id("Inbox"), name(uid), true);
  Flags flagged;
  flagged.flagged = true;
  // Both mailboxes were looked at in one round by then: nothing was new.
  bed.mail().before_next_fetch([&] { bed.mail().set_flags(bed.inbox(), {{uid, uid}}, flagged); });
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(test::run(bed.device().sync_many(both, {})).ok());
  const auto& item = bed.device().collection(bed.id("Inbox")).items.at(name(uid));
  EXPECT_EQ(item.at("Read"), "1");
  EXPECT_EQ(item.at("Flag/Status"), "2");
}

/// Follow-up flags have more to say than a mailbox can hold.
class KeptMailTest : public SyncMailTest {
 protected:
  KeptMailTest() : uid(bed.deliver(bed.inbox(), "One")) {
    for (int i = 0; i < 2; ++i) sync();
    flag("Call");
    sync();
    EXPECT_EQ(kept(), std::vector<std::string>{name(uid)});
  }
  void flag(std::string type) {
    const client::Node flag(wbxml::email::Flag,
                            {client::Node(wbxml::email::Status, "2"),
                             client::Node(wbxml::email::FlagType, std::move(type))});
    bed.device().change(bed.id("Inbox"), name(uid), {flag});
  }
  /// ServerIds of the mails that something is kept of.
  std::vector<std::string> kept() {
    std::vector<std::string> out;
    for (const auto& record :
         test::run(bed.store().list("anna@example.test", store::Kind::item, "", "", 9))) {
      out.push_back(record.key.name);
    }
    return out;
  }

  Uid uid;
};

TEST_F(KeptMailTest, WhatIsKeptGoesToTheTrashWithTheMailAndEndsThere) {
  bed.device().remove(bed.id("Inbox"), name(uid));
  sync();
  const FolderKey trash = *bed.mail().find_folder(FolderRole::trash);
  const auto in_trash = bed.mail().states(trash);
  ASSERT_EQ(in_trash.size(), 1U);
  const std::string there = bed.server_id("Trash", trash, in_trash.front().uid);
  EXPECT_EQ(kept(), std::vector<std::string>{there});
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(test::run(bed.device().sync(bed.id("Trash"), {})).ok());
  bed.device().remove(bed.id("Trash"), there);
  EXPECT_TRUE(test::run(bed.device().sync(bed.id("Trash"), {})).ok());
  EXPECT_TRUE(kept().empty());
}

TEST_F(KeptMailTest, TwoChangesOfOneFlagInOneRequest) {
  flag("Write");
  flag("Read");
  EXPECT_TRUE(sync().responses.empty());
  const auto record =
      test::run(bed.store().get({"anna@example.test", store::Kind::item, name(uid)}));
  ASSERT_TRUE(record);
  EXPECT_EQ(unpack_kept(record->value)->flag->type, "Read");
}

TEST_F(KeptMailTest, WhatIsKeptEndsWithAMailThatIsRemovedElsewhere) {
  bed.mail().remove(bed.inbox(), UidSet{{uid, uid}});
  sync();
  EXPECT_TRUE(kept().empty());
}

/// A phone whose Sync was lost goes on under the old key: its last word counts.
class LostSyncTest : public SyncMailTest {
 protected:
  LostSyncTest() : uid(bed.deliver(bed.inbox(), "One")) {
    sync();
    sync();
  }
  void read(std::initializer_list<bool> states) {
    for (const bool state : states) bed.device().set_read(bed.id("Inbox"), name(uid), state);
  }
  void lose() {
    bed.device().lose_next_answer();
    test::run(bed.device().sync(bed.id("Inbox"), {}));
    bed.device().forget_lost();
  }
  bool is_read() { return bed.mail().states(bed.inbox()).front().flags.seen; }

  Uid uid;
};

TEST_F(LostSyncTest, ChangingBackAndForthIsDone) {
  read({true});
  lose();
  EXPECT_TRUE(is_read());
  read({false, true});
  sync();
  EXPECT_TRUE(is_read());
}

TEST_F(LostSyncTest, GoingOnIsDone) {
  read({true});
  lose();
  read({false});
  sync();
  EXPECT_FALSE(is_read());
}

TEST_F(LostSyncTest, LeavingOutTheLastChangeIsDone) {
  read({false, true});
  lose();
  EXPECT_TRUE(is_read());
  bed.device().collection(bed.id("Inbox")).pending.clear();
  read({false});
  sync();
  EXPECT_FALSE(is_read());
}

TEST_F(LostSyncTest, ARepetitionDoesNotUndoWhatSomebodyElseDidSince) {
  read({true});
  lose();
  bed.mail().set_flags(bed.inbox(), {{uid, uid}}, Flags{});
  sync();
  EXPECT_FALSE(is_read());
  sync();
  EXPECT_EQ(bed.device().collection(bed.id("Inbox")).items.at(name(uid)).at("Read"), "0");
}

}  // namespace
}  // namespace godwit::command
