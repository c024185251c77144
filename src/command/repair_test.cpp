// What an administrator repairs of a device's record, while the device goes on.
#include "sync/repair.hpp"

#include <gtest/gtest.h>

#include "command/test_bed.hpp"
#include "sync/item_state.hpp"
#include "sync/mail_state.hpp"
#include "sync/relationship.hpp"
#include "wbxml/pages/contacts.hpp"

namespace godwit::command {
namespace {

using Kind = sync::RepairOrder::Kind;
using Names = std::vector<std::string>;

/// What is stored of a collection, changed behind everybody's back.
void change_states(TestBed& bed, const std::string& collection,
                   const std::function<std::string(const std::string&)>& change) {
  const store::Key key{"anna@example.test", store::Kind::collection,
                       bed.device().settings().id + '/' + collection};
  const auto record = test::run(bed.store().get(key));
  auto relationship = sync::unpack_relationship(record->value).value();
  for (std::string* const state : {&relationship.acknowledged_state, &relationship.offered_state}) {
    if (!state->empty()) *state = change(*state);
  }
  std::vector<store::Write> writes{{key, record->revision, pack(relationship)}};
  EXPECT_TRUE(test::run(bed.store().commit(std::move(writes))));
}

client::CollectionOutcome sync_once(TestBed& bed, const std::string& collection, unsigned window) {
  client::SyncOptions options;
  options.window_size = window;
  const auto outcome = test::run(bed.device().sync(collection, options));
  EXPECT_TRUE(outcome.ok());
  const auto found = outcome.collections.find(collection);
  return found == outcome.collections.end() ? client::CollectionOutcome() : found->second;
}

class RepairTest : public ::testing::Test {
 protected:
  RepairTest() {
    one_ = bed.deliver(bed.inbox(), "One");
    two_ = bed.deliver(bed.inbox(), "Two");
    bed.sync("Inbox");
  }

  Result<std::string> repair(Kind kind, const std::string& item = {},
                             const std::string& folder = "Inbox") {
    sync::RepairOrder order{.kind = kind,
                            .user = "anna@example.test",
                            .device = bed.device().settings().id,
                            .collection = bed.id(folder),
                            .is_mail = folder == "Inbox",
                            .item = item};
    return test::run(
        sync::repair(bed.store(), std::move(order), [] { return std::vector<store::Write>(); }));
  }
  client::CollectionOutcome sync(unsigned window = 100) {
    return sync_once(bed, bed.id("Inbox"), window);
  }
  /// The next answer is lost; the device asks again with the key that it has.
  void lose_an_answer() {
    bed.device().lose_next_answer();
    static_cast<void>(test::run(bed.device().sync(bed.id("Inbox"), {})));
    bed.device().forget_lost();
  }
  /// The record's position moves on as though the device had been told.
  void miss_what_happened() {
    const auto now = test::run(bed.mail().changes(bed.inbox(), {}, {})).value();
    change_states(bed, bed.id("Inbox"), [&](const std::string& packed) {
      auto state = sync::unpack_mail_state(packed).value();
      state.cursor = now.cursor;
      return pack(state);
    });
  }
  Names held() {
    Names out;
    for (const auto& [id, item] : bed.device().collection(bed.id("Inbox")).items) out.push_back(id);
    return out;
  }
  Names both() { return {name(one_), name(two_)}; }
  std::string name(Uid uid) { return bed.server_id("Inbox", bed.inbox(), uid); }
  Names set_aside() {
    Names out;
    for (const store::Record& record :
         test::run(bed.store().list("anna@example.test", store::Kind::set_aside, "", "", 9))) {
      out.push_back(record.value);
    }
    return out;
  }

  TestBed bed;
  Uid one_ = 0;
  Uid two_ = 0;
};

TEST_F(RepairTest, AnItemIsSentAgainOnceTheDeviceWasToldToRemoveIt) {
  ASSERT_TRUE(repair(Kind::resend, name(one_)));
  ASSERT_TRUE(repair(Kind::resend, name(one_)));  // twice is once
  const auto first = sync();
  EXPECT_EQ(first.removed, Names{name(one_)});
  EXPECT_TRUE(first.added.empty());
  EXPECT_TRUE(first.more_available);
  const auto second = sync();
  EXPECT_EQ(second.added, Names{name(one_)});
  EXPECT_FALSE(second.more_available);
  EXPECT_EQ(sync().changes(), 0U);
}

TEST_F(RepairTest, ALostAnswerNeitherLosesNorDoublesIt) {
  ASSERT_TRUE(repair(Kind::resend, name(one_)));
  lose_an_answer();  // the removal
  EXPECT_EQ(sync().removed, Names{name(one_)});
  lose_an_answer();  // the item
  EXPECT_EQ(sync().added, Names{name(one_)});
  EXPECT_EQ(held(), both());
}

/// The device may have the last answer or not: both of its keys lead to the same.
TEST_F(RepairTest, WhatWasOfferedAndWhatWasAcknowledgedAreBothRepaired) {
  const Uid three = bed.deliver(bed.inbox(), "Three");
  lose_an_answer();  // with Three
  ASSERT_TRUE(repair(Kind::resend, name(three)));
  ASSERT_TRUE(repair(Kind::forget, name(one_)));
  const auto next = sync();  // by the acknowledged key: it has never had Three
  EXPECT_EQ(next.removed, Names{name(one_)});
  EXPECT_EQ(next.added, Names{name(three)});
  EXPECT_EQ(sync().changes(), 0U);

  const Uid four = bed.deliver(bed.inbox(), "Four");
  EXPECT_EQ(sync().added, Names{name(four)});
  ASSERT_TRUE(repair(Kind::resend, name(four)));  // offered, not acknowledged yet
  EXPECT_EQ(sync().removed, Names{name(four)});
  EXPECT_EQ(sync().added, Names{name(four)});
}

TEST_F(RepairTest, AnItemIsTakenOffTheDeviceAndComesAgainWhenItChanges) {
  ASSERT_TRUE(repair(Kind::forget, name(one_)));
  EXPECT_EQ(sync().removed, Names{name(one_)});
  EXPECT_EQ(set_aside(), Names{sync::left_by_repair});
  EXPECT_EQ(sync().changes(), 0U);
  EXPECT_TRUE(bed.mail().states(bed.inbox()).size() == 2);  // the mailbox keeps it
  Flags read;
  read.seen = true;
  bed.mail().set_flags(bed.inbox(), {{one_, one_}}, read);
  EXPECT_EQ(sync().added, Names{name(one_)});
}

TEST_F(RepairTest, WhatWasSetAsideIsTriedAgain) {
  ASSERT_TRUE(repair(Kind::forget, name(one_)));
  static_cast<void>(sync());
  ASSERT_TRUE(repair(Kind::resend, name(one_)));
  EXPECT_EQ(sync().added, Names{name(one_)});
  EXPECT_TRUE(set_aside().empty());
}

TEST_F(RepairTest, WhatIsStillToComeCanBeKeptFromTheDevice) {
  const Uid bad = bed.deliver(bed.inbox(), "Bad");
  lose_an_answer();
  ASSERT_TRUE(repair(Kind::forget, name(bad)));
  EXPECT_EQ(sync().changes(), 0U);
  EXPECT_EQ(held(), both());
}

TEST_F(RepairTest, TheDeviceGoesOnWithAnItemThatIsToBeSentAgain) {
  ASSERT_TRUE(repair(Kind::resend, name(one_)));
  bed.device().set_read(bed.id("Inbox"), name(one_), true);
  EXPECT_EQ(sync().removed, Names{name(one_)});
  EXPECT_EQ(sync().added, Names{name(one_)});
  EXPECT_EQ(bed.device().collection(bed.id("Inbox")).items.at(name(one_)).at("Read"), "1");

  ASSERT_TRUE(repair(Kind::resend, name(two_)));
  bed.device().remove(bed.id("Inbox"), name(two_));
  EXPECT_EQ(sync().changes(), 0U);  // the device wanted it gone, and it is
  EXPECT_EQ(sync().changes(), 0U);
  EXPECT_EQ(held(), Names{name(one_)});
}

TEST_F(RepairTest, OneRemovalAndOneAdditionFitTheSmallestWindow) {
  ASSERT_TRUE(repair(Kind::resend, name(one_)));
  ASSERT_TRUE(repair(Kind::forget, name(two_)));
  for (int i = 0; i < 6; ++i) static_cast<void>(sync(1));
  EXPECT_EQ(held(), Names{name(one_)});
}

TEST_F(RepairTest, AFolderIsHeldAgainstItsRecordWithoutANewKey) {
  const std::string before = bed.device().collection(bed.id("Inbox")).sync_key;
  bed.mail().remove(bed.inbox(), {{one_, one_}});
  const Uid three = bed.deliver(bed.inbox(), "Three");
  miss_what_happened();
  EXPECT_EQ(sync().changes(), 0U);  // it would never come
  ASSERT_TRUE(repair(Kind::rebuild));
  while (sync(1).more_available) continue;
  EXPECT_EQ(held(), (Names{name(two_), name(three)}));
  const std::string after = bed.device().collection(bed.id("Inbox")).sync_key;
  EXPECT_EQ(before.substr(0, before.find('.')), after.substr(0, after.find('.')));
  EXPECT_EQ(sync().changes(), 0U);
}

TEST_F(RepairTest, ARebuiltFolderTellsTheFlagsOfAll) {
  Flags read;
  read.seen = true;
  bed.mail().set_flags(bed.inbox(), {{one_, one_}}, read);
  miss_what_happened();
  ASSERT_TRUE(repair(Kind::rebuild));
  EXPECT_EQ(sync().changed, both());
  EXPECT_EQ(bed.device().collection(bed.id("Inbox")).items.at(name(one_)).at("Read"), "1");
}

TEST_F(RepairTest, WhatTheRecordHasForgottenIsSentWithoutARemoval) {
  const Uid three = bed.deliver(bed.inbox(), "Three");
  miss_what_happened();
  const auto said = repair(Kind::resend, name(three));
  ASSERT_TRUE(said);
  EXPECT_NE(said->find("not recorded"), std::string::npos);
  EXPECT_EQ(sync().added, Names{name(three)});
}

TEST_F(RepairTest, WhatIsGoneMeanwhileIsNotWaitedFor) {
  ASSERT_TRUE(repair(Kind::resend, name(one_)));
  bed.mail().remove(bed.inbox(), {{one_, one_}});
  EXPECT_EQ(sync().removed, Names{name(one_)});
  const auto last = sync();
  EXPECT_EQ(last.changes(), 0U);
  EXPECT_FALSE(last.more_available);
}

/// A Sync that began before and ends after: it is asked again, and what it did is not done twice.
TEST_F(RepairTest, ASyncThatRunsMeanwhileIsAskedAgain) {
  const Uid three = bed.deliver(bed.inbox(), "Three");
  bed.device().set_read(bed.id("Inbox"), name(two_), true);
  bed.store().before_commit([&](store::Store&) { ASSERT_TRUE(repair(Kind::resend, name(one_))); });
  const auto outcome = test::run(bed.device().sync(bed.id("Inbox"), {}));
  EXPECT_EQ(outcome.collections.at(bed.id("Inbox")).status, 16);
  const auto next = sync();
  EXPECT_EQ(next.removed, Names{name(one_)});
  EXPECT_EQ(next.added, Names{name(three)});
  EXPECT_EQ(sync().added, Names{name(one_)});
  EXPECT_EQ(bed.device().collection(bed.id("Inbox")).items.at(name(two_)).at("Read"), "1");
  EXPECT_EQ(held().size(), 3U);
}

TEST_F(RepairTest, AProcessThatDiesBetweenHasRepairedItOrNot) {
  bed.store().fail_after(0);
  EXPECT_THROW(static_cast<void>(repair(Kind::resend, name(one_))), Fault);
  bed.store().mend();
  bed.server().restart();
  EXPECT_EQ(sync().changes(), 0U);
  ASSERT_TRUE(repair(Kind::resend, name(one_)));
  bed.server().restart();  // nobody was told
  for (const unsigned commits : {0U, 1U}) {
    bed.store().fail_after(commits);
    static_cast<void>(test::run(bed.device().sync(bed.id("Inbox"), {})));
    bed.store().mend();
    bed.server().restart();
  }
  while (sync().more_available) continue;
  EXPECT_EQ(held(), both());
  EXPECT_EQ(sync().changes(), 0U);
}

TEST_F(RepairTest, WhatCannotBeRepairedIsSaid) {
  EXPECT_EQ(repair(Kind::forget, name(two_ + 7)).error().code, Errc::not_found);
  EXPECT_EQ(repair(Kind::resend, bed.id("Inbox") + ":7.1").error().code, Errc::not_found);
  EXPECT_EQ(repair(Kind::resend, "1:nonsense").error().code, Errc::malformed);
  EXPECT_EQ(repair(Kind::rebuild, {}, "Projects").error().code, Errc::not_found);
}

/// Contacts: a record that knows what each item is like.
class RepairItemsTest : public ::testing::Test {
 protected:
  RepairItemsTest() : items_(bed.offer_items()) {
    for (const auto& collection : test::run(items_.collections())) {
      if (collection.role == FolderRole::contacts) key_ = collection.key;
    }
    put("one", "cook");
    put("two", "host");
    test::run(bed.device().sync_all(folder(), {}));
  }

  std::string folder() { return bed.id("Contacts"); }
  std::string name(const std::string& href) { return sync::format_item_id(folder(), href); }
  void put(const std::string& href, const std::string& title) {
    const auto there = test::run(items_.fetch(*key_, {href})).value();
    const auto etag = there.empty() ? std::nullopt : std::optional(there.front().etag);
    const std::string card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + href + "\r\nN:" + href +
                             ";;;;\r\nTITLE:" + title + "\r\nEND:VCARD\r\n";
    EXPECT_TRUE(test::run(items_.put(*key_, href, card, {etag})));
  }
  Result<std::string> repair(Kind kind, const std::string& item = {}) {
    sync::RepairOrder order{.kind = kind,
                            .user = "anna@example.test",
                            .device = bed.device().settings().id,
                            .collection = folder(),
                            .item = item};
    return test::run(
        sync::repair(bed.store(), std::move(order), [] { return std::vector<store::Write>(); }));
  }
  client::CollectionOutcome sync(unsigned window = 100) { return sync_once(bed, folder(), window); }
  const std::map<std::string, client::Item>& held() {
    return bed.device().collection(folder()).items;
  }

  TestBed bed;
  backend::Items& items_;
  std::optional<FolderKey> key_;
};

TEST_F(RepairItemsTest, AnItemIsSentAgainOnceTheDeviceWasToldToRemoveIt) {
  ASSERT_TRUE(repair(Kind::resend, name("one")));
  put("one", "chef");  // no Change of what is removed in the same answer
  bed.device().lose_next_answer();
  static_cast<void>(test::run(bed.device().sync(folder(), {})));
  bed.device().forget_lost();
  const auto first = sync();
  EXPECT_EQ(first.removed, Names{name("one")});
  EXPECT_EQ(first.changes(), 1U);
  EXPECT_TRUE(first.more_available);
  EXPECT_EQ(sync().added, Names{name("one")});
  EXPECT_EQ(held().at(name("one")).at("JobTitle"), "chef");
  EXPECT_EQ(sync().changes(), 0U);
}

TEST_F(RepairItemsTest, AnItemIsTakenOffTheDeviceUntilItChangesOrIsSentAgain) {
  ASSERT_TRUE(repair(Kind::forget, name("one")));
  ASSERT_TRUE(repair(Kind::forget, name("two")));
  for (int i = 0; i < 3; ++i) static_cast<void>(sync(1));
  EXPECT_TRUE(held().empty());
  put("one", "chef");
  EXPECT_EQ(sync().added, Names{name("one")});
  ASSERT_TRUE(repair(Kind::resend, name("two")));
  EXPECT_EQ(sync().added, Names{name("two")});
  EXPECT_EQ(test::run(items_.changes(*key_, ""))->changed.size(), 2U);
}

TEST_F(RepairItemsTest, TheDevicesOwnEditOfAnItemThatIsToBeSentAgainIsKept) {
  namespace page = wbxml::contacts;
  ASSERT_TRUE(repair(Kind::resend, name("one")));
  bed.device().change(folder(), name("one"),
                      {client::Node(page::FileAs, "one"), client::Node(page::LastName, "one"),
                       client::Node(page::JobTitle, "baker")});
  EXPECT_EQ(sync().removed, Names{name("one")});
  EXPECT_EQ(sync().added, Names{name("one")});
  EXPECT_EQ(held().at(name("one")).at("JobTitle"), "baker");
  ASSERT_TRUE(repair(Kind::resend, name("two")));
  bed.device().remove(folder(), name("two"));
  EXPECT_EQ(sync().changes(), 0U);
  EXPECT_EQ(sync().changes(), 0U);
  EXPECT_EQ(held().size(), 1U);
}

TEST_F(RepairItemsTest, ACollectionIsHeldAgainstItsRecordWithoutANewKey) {
  const std::string before = bed.device().collection(folder()).sync_key;
  put("one", "chef");
  put("three", "guest");
  const auto there = test::run(items_.fetch(*key_, {"two"})).value();
  EXPECT_TRUE(test::run(items_.remove(*key_, "two", there.front().etag)));
  change_states(bed, folder(), [&](const std::string& packed) {
    auto state = sync::unpack_item_state(packed).value();
    state.cursor = test::run(items_.cursor(*key_)).value();
    return pack(state);
  });
  EXPECT_EQ(sync().changes(), 0U);  // it would never come
  ASSERT_TRUE(repair(Kind::rebuild));
  while (sync(1).more_available) continue;
  ASSERT_EQ(held().size(), 2U);
  EXPECT_EQ(held().at(name("one")).at("JobTitle"), "chef");
  EXPECT_TRUE(held().contains(name("three")));
  const std::string after = bed.device().collection(folder()).sync_key;
  EXPECT_EQ(before.substr(0, before.find('.')), after.substr(0, after.find('.')));
}

TEST_F(RepairItemsTest, WhatCannotBeRepairedIsSaid) {
  EXPECT_EQ(repair(Kind::forget, folder() + ":nothing").error().code, Errc::not_found);
  ASSERT_TRUE(repair(Kind::resend, folder() + ":nothing"));  // it may be there
  EXPECT_EQ(sync().changes(), 0U);
  EXPECT_EQ(sync().changes(), 0U);
}

}  // namespace
}  // namespace godwit::command
