// Phones over the embedded store in which one user shares with another: who is woken, what leaves
// with a share that is taken away, and that nobody reaches further than the share.
#include <gtest/gtest.h>

#include "conformance/local_sharing.hpp"
#include "conformance/shared_items.hpp"
#include "server_fixture.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/email.hpp"

namespace godwit::test {
namespace {

using backend::ShareRight;

class SharedFolders : public testing::Test {
 protected:
  SharedFolders() {
    for (const char* login : {"ann@example.com", "bob@example.com"}) fixture_.add_user(login);
    put("bob@example.com", "Team", "Subject: In the team\r\n\r\nx\r\n");
    put("bob@example.com", "Private", "Subject: For nobody\r\n\r\nx\r\n");
    server_ = std::make_unique<TestServer>(Systems{.clock = clock_,
                                                   .random = random_,
                                                   .store = store_,
                                                   .mail = fixture_.store(),
                                                   .users = fixture_.users(),
                                                   .submission = submission_,
                                                   .items = &fixture_.store()},
                                           command::Settings{}, std::chrono::seconds(60));
    ann_ = phone("ann@example.com", "annphone");
    bob_ = phone("bob@example.com", "bobphone");
  }
  std::unique_ptr<client::Device> phone(const std::string& user, const std::string& id) {
    client::Device::Settings settings;
    settings.user = user;
    settings.id = id;
    settings.password = Secret("secret");
    auto device = std::make_unique<client::Device>(*server_, std::move(settings));
    EXPECT_TRUE(run(device->folder_sync()).ok());
    return device;
  }
  backend::LocalShares shares() { return backend::LocalShares(fixture_.store()); }
  void share(const std::string& folder, ShareRight right = ShareRight::read) {
    const auto done = run(shares().share({"bob@example.com", folder}, "ann@example.com", right));
    ASSERT_TRUE(done) << done.error().message;
  }
  void unshare(const std::string& folder) {
    ASSERT_TRUE(run(shares().unshare({"bob@example.com", folder}, "ann@example.com")));
  }
  backend::Account account(const std::string& login) {
    return run(fixture_.users().find(login)).value();
  }
  void put(const std::string& login, const std::string& folder, const std::string& text) {
    const auto mail = fixture_.store().open(account(login));
    static_cast<void>(run(mail->create_folder(std::nullopt, folder)));  // or it is there
    std::optional<FolderKey> key;
    for (const auto& each : run(mail->folders())) {
      if (each.name == folder) key.emplace(each.key);
    }
    ASSERT_TRUE(key);
    ASSERT_TRUE(run(
        mail->append(*key, std::make_shared<const backend::StringSource>(text), {}, clock_.now())));
  }
  static std::string id_of(client::Device& device, const std::string& name) {
    for (const auto& [id, folder] : device.folders()) {
      if (folder.name == name) return id;
    }
    return {};
  }

  backend::local::LocalFixture fixture_;
  ManualClock clock_;
  SeededRandom random_{1};
  store::MemoryStore store_;
  RecordingSubmission submission_{nullptr};
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<client::Device> ann_, bob_;
};

TEST_F(SharedFolders, AnothersMailWakesWhoWaits) {
  share("Team", ShareRight::write);
  ASSERT_TRUE(run(ann_->folder_sync()).ok());
  const std::string at_ann = id_of(*ann_, "Team");
  const std::string at_bob = id_of(*bob_, "Team");
  ASSERT_FALSE(at_ann.empty());
  ASSERT_TRUE(run(ann_->sync_all(at_ann, {})).ok());
  ASSERT_TRUE(run(bob_->sync_all(at_bob, {})).ok());
  server_->while_parked.emplace_back(
      [&] { put("bob@example.com", "Team", "Subject: From Bob\r\n\r\nx\r\n"); });
  EXPECT_EQ(run(ann_->ping({at_ann}, 300)).folders, std::vector<std::string>{at_ann});
  ASSERT_TRUE(run(ann_->sync_all(at_ann, {})).ok());
  EXPECT_EQ(ann_->collection(at_ann).items.size(), 2U);
  ASSERT_TRUE(run(bob_->sync_all(at_bob, {})).ok());
  // And what Ann does there wakes its owner.
  const std::string first = ann_->collection(at_ann).items.begin()->first;
  server_->while_parked.emplace_back([&] {
    EXPECT_EQ(run(ann_->move(first, at_ann, ann_->folder_of_type(2)->id)).move_status, 3);
    clock_.advance(std::chrono::seconds(61));
  });
  EXPECT_EQ(run(bob_->ping({at_bob}, 300)).folders, std::vector<std::string>{at_bob});
  ASSERT_TRUE(run(bob_->sync_all(at_bob, {})).ok());
  EXPECT_EQ(bob_->collection(at_bob).items.size(), 1U);
}

/// docs/adr/0019-sharing-by-row.md: of the folder, not of the reader.
TEST_F(SharedFolders, ReadMarksAreTheFolders) {
  for (const ShareRight right : {ShareRight::read, ShareRight::write}) {
    const bool writes = right == ShareRight::write;
    share("Team", right);
    ASSERT_TRUE(run(ann_->folder_sync()).ok());
    const std::string at_ann = id_of(*ann_, "Team");
    const std::string at_bob = id_of(*bob_, "Team");
    ASSERT_TRUE(run(ann_->sync_all(at_ann, {})).ok());
    ASSERT_TRUE(run(bob_->sync_all(at_bob, {})).ok());
    const std::string message = ann_->collection(at_ann).items.begin()->first;
    const auto mark = [](client::Device& device, const std::string& folder) {
      return device.collection(folder).items.begin()->second.at("Read");
    };
    EXPECT_EQ(mark(*ann_, at_ann), "0");
    ann_->change(at_ann, message, {client::Node(wbxml::email::Read, "1")});
    ASSERT_TRUE(run(ann_->sync_all(at_ann, {})).ok());
    ASSERT_TRUE(run(ann_->sync_all(at_ann, {})).ok());
    EXPECT_EQ(mark(*ann_, at_ann), writes ? "1" : "0") << "who may only read is given it back";
    ASSERT_TRUE(run(bob_->sync_all(at_bob, {})).ok());
    EXPECT_EQ(mark(*bob_, at_bob), writes ? "1" : "0");
  }
}

TEST_F(SharedFolders, AShareThatIsTakenAwayTakesNothingElse) {
  share("Team");
  share("Calendar");
  ASSERT_TRUE(run(ann_->folder_sync()).ok());
  const std::string team = id_of(*ann_, "Team");
  const std::string calendar = id_of(*ann_, "Calendar (bob@example.com)");
  const std::string own = ann_->folder_of_type(8)->id;
  const std::string inbox = ann_->folder_of_type(2)->id;
  ASSERT_FALSE(team.empty() || calendar.empty());
  put("ann@example.com", "Inbox", "Subject: Ann's\r\n\r\nx\r\n");
  for (const std::string& id : {team, calendar, own, inbox}) {
    ASSERT_TRUE(run(ann_->sync_all(id, {})).ok()) << id;
  }
  ASSERT_EQ(ann_->collection(team).items.size(), 1U);
  const std::string message = ann_->collection(team).items.begin()->first;
  server_->while_parked.emplace_back([&] {
    unshare("Team");
    unshare("Calendar");
  });
  const auto woken = run(ann_->ping({team, inbox}, 300));
  EXPECT_EQ(woken.status, 7) << "the folders are others";
  EXPECT_NE(run(ann_->fetch(team, message, {})).fetch_status, 1);
  ASSERT_TRUE(run(ann_->folder_sync()).ok());
  EXPECT_FALSE(ann_->folders().contains(team));
  EXPECT_FALSE(ann_->folders().contains(calendar));
  EXPECT_TRUE(id_of(*ann_, "bob@example.com").empty());
  ASSERT_TRUE(run(ann_->sync(inbox, {})).ok());
  EXPECT_EQ(ann_->collection(inbox).items.size(), 1U);
  ASSERT_TRUE(run(ann_->sync(own, {})).ok());
  // The owner's phone has all of it still.
  ASSERT_TRUE(run(bob_->sync_all(id_of(*bob_, "Team"), {})).ok());
  EXPECT_EQ(bob_->collection(id_of(*bob_, "Team")).items.size(), 1U);
}

TEST_F(SharedFolders, IdsOfWhatIsNotSharedOpenNothing) {
  share("Team", ShareRight::write);
  ASSERT_TRUE(run(ann_->folder_sync()).ok());
  const std::string team = id_of(*ann_, "Team");
  ASSERT_TRUE(run(ann_->sync_all(team, {})).ok());
  // What Bob's phone calls his other folder and the message in it.
  const std::string closed = id_of(*bob_, "Private");
  ASSERT_TRUE(run(bob_->sync_all(closed, {})).ok());
  const std::string message = bob_->collection(closed).items.begin()->first;
  EXPECT_NE(run(ann_->fetch(closed, message, {})).fetch_status, 1);
  EXPECT_NE(run(ann_->fetch(team, message, {})).fetch_status, 1);
  EXPECT_NE(run(ann_->move(message, closed, team)).move_status, 3);
  run(ann_->empty_folder(closed, false));  // to her it is the id of a folder of her own, or of none
  ASSERT_TRUE(run(bob_->sync(closed, {})).ok());
  EXPECT_EQ(bob_->collection(closed).items.size(), 1U);
}

TEST_F(SharedFolders, ACalendarThatMayOnlyBeReadTakesChangesBack) {
  const auto owner = fixture_.store().open_items(account("bob@example.com"));
  for (const auto& each : run(owner->collections())) {
    if (each.role != FolderRole::calendar) continue;
    ASSERT_TRUE(run(owner->put(each.key, "one", conformance::shared_event, {})));
  }
  share("Calendar");
  ASSERT_TRUE(run(ann_->folder_sync()).ok());
  const std::string calendar = id_of(*ann_, "Calendar (bob@example.com)");
  ASSERT_TRUE(run(ann_->sync_all(calendar, {})).ok());
  ASSERT_EQ(ann_->collection(calendar).items.size(), 1U);
  const std::string event = ann_->collection(calendar).items.begin()->first;
  ann_->remove(calendar, event);
  const auto outcome = run(ann_->sync(calendar, {}));
  EXPECT_NE(outcome.collections.at(calendar).responses.at(event), 1);
  ASSERT_TRUE(run(ann_->sync_all(calendar, {})).ok());
  EXPECT_EQ(ann_->collection(calendar).items.size(), 1U) << "it is given back";
  EXPECT_TRUE(submission_.sent().empty()) << "nobody is told of what did not happen";
}

/// What the device gets in place of what was refused is in the answer, and so in each that repeats
/// it.
TEST_F(SharedFolders, ALostAnswerTakesChangesBackNevertheless) {
  const auto owner = fixture_.store().open_items(account("bob@example.com"));
  for (const auto& each : run(owner->collections())) {
    if (each.role != FolderRole::calendar) continue;
    ASSERT_TRUE(run(owner->put(each.key, "one", conformance::shared_event, {})));
  }
  share("Calendar");
  ASSERT_TRUE(run(ann_->folder_sync()).ok());
  const std::string calendar = id_of(*ann_, "Calendar (bob@example.com)");
  ASSERT_TRUE(run(ann_->sync_all(calendar, {})).ok());
  const auto before = ann_->collection(calendar).items;
  ASSERT_EQ(before.size(), 1U);
  const std::string event = before.begin()->first;
  for (const bool removes : {true, false}) {
    if (removes) {
      ann_->remove(calendar, event);
    } else {
      ann_->change(calendar, event, {client::Node(wbxml::calendar::Subject, "Ann's")});
    }
    ann_->lose_next_answer();
    EXPECT_TRUE(run(ann_->sync(calendar, {})).lost);
    EXPECT_TRUE(run(ann_->repeat_lost()).ok());
    ASSERT_TRUE(run(ann_->sync_all(calendar, {})).ok());
    EXPECT_EQ(ann_->collection(calendar).items, before);
  }
}

}  // namespace
}  // namespace godwit::test
