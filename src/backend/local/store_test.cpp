#include <gtest/gtest.h>

#include <filesystem>

#include "backend/local/collections.hpp"
#include "backend/local/core.hpp"
#include "backend/local/limits.hpp"
#include "backend/local/mail.hpp"
#include "backend/local/mailboxes.hpp"
#include "backend/local/messages.hpp"
#include "backend/local/rows.hpp"
#include "backend/local/schema.hpp"
#include "backend/local/testing.hpp"
#include "base/fault.hpp"

namespace godwit::backend::local {
namespace {

struct LocalStoreTest : testing::Test {
  Uid append(const std::string& text) {
    return test::run(mail->append(inbox, std::make_shared<const StringSource>(text), {},
                                  fixture.clock().now()))
        .value();
  }
  std::string read(Mail& by, Uid uid) {
    const auto status = test::run(by.status(inbox)).value();
    return test::run(by.read(inbox, status.uid_validity, {PartRange{.uid = uid, .section = ""}}))
        .value()
        .at(0);
  }

  LocalFixture fixture;
  Account ada = fixture.add_user("ada@example.com");
  std::shared_ptr<Mail> mail = fixture.store().open(ada);
  FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
};

TEST_F(LocalStoreTest, EverythingIsThereAfterARestart) {
  const Uid uid = append("a: b\r\n\r\nkept");
  const auto before = test::run(mail->changes(inbox, {}, {}))->cursor;
  mail.reset();
  fixture.reopen();
  const auto again = fixture.store().open(ada);
  EXPECT_EQ("a: b\r\n\r\nkept", read(*again, uid));
  EXPECT_EQ(before.status, test::run(again->changes(inbox, before, {}))->cursor.status);
}

TEST_F(LocalStoreTest, ASweepTakesWhatNobodyNeeds) {
  const Uid uid = append("a: b\r\n\r\nkept");
  BlobStore& blobs = fixture.store().core()->blobs;
  {
    Pins pins(blobs);
    BlobStore::Draft draft = blobs.draft();
    draft.append("orphan");
    std::move(draft).keep(pins);
    EXPECT_EQ(0U, test::run(fixture.store().sweep()));
  }
  EXPECT_EQ(1U, test::run(fixture.store().sweep()));
  EXPECT_EQ("a: b\r\n\r\nkept", read(*mail, uid));
}

TEST_F(LocalStoreTest, ALostBlobIsAFaultAndAnExpungedMessageIsNone) {
  const Uid uid = append("a: b\r\n\r\nlost");
  std::filesystem::remove_all(fixture.options().folder + "/blobs");
  EXPECT_THROW(read(*mail, uid), Fault);
  EXPECT_THROW(check_local_store(fixture.options(), fixture.files()), Fault);
}

TEST_F(LocalStoreTest, ABackupIsWholeAndStartsANewEpoch) {
  const Uid uid = append("a: b\r\n\r\nsaved");
  const auto cursor = test::run(mail->changes(inbox, {}, {}))->cursor;
  const std::string folder = fixture.folder() + "/backup";
  backup_local_store(fixture.options(), fixture.files(), folder);
  EXPECT_THROW(backup_local_store(fixture.options(), fixture.files(), folder), Fault);
  append("a: b\r\n\r\nlater");
  LocalOptions restored = fixture.options();
  restored.folder = folder;
  check_local_store(restored, fixture.files());
  const LocalStore store(restored, fixture.files(), fixture.clock());
  LocalMail copied(store.core(), ada.user);
  EXPECT_EQ("a: b\r\n\r\nsaved", read(copied, uid));
  EXPECT_EQ(1U, test::run(copied.status(inbox))->messages);
  EXPECT_EQ(Errc::stale, test::run(copied.changes(inbox, cursor, {})).error().code);
}

TEST_F(LocalStoreTest, SchemasAreInstalledOnceAndTold) {
  constexpr int newest = migrations.size();
  EXPECT_EQ((LocalSchema{newest, newest}), local_schema_status(fixture.options(), fixture.files()));
  LocalOptions other = fixture.options();
  other.folder = fixture.folder() + "/other";
  EXPECT_EQ((LocalSchema{0, newest}), local_schema_status(other, fixture.files()));
  EXPECT_THROW(LocalStore(other, fixture.files(), fixture.clock()), Fault);
  EXPECT_THROW(install_local_schema(fixture.options(), fixture.files()), Fault);
  update_local_schema(fixture.options());
  check_local_store(fixture.options(), fixture.files());
}

TEST_F(LocalStoreTest, ChangesAreToldOnceTheyAreThere) {
  struct Reader final : ChangeListener {
    void changed(const UserId&, const std::optional<FolderKey>& folder, Kind kind) override {
      told.emplace_back(folder ? folder->str() : "", kind);
    }
    std::vector<std::pair<std::string, Kind>> told;
  } reader;
  const Account bob = fixture.add_user("bob@example.com");
  const auto watch = mail->watch(reader);
  fixture.deliver(bob, "a: b\r\n\r\nfor bob");
  EXPECT_TRUE(reader.told.empty());
  fixture.deliver(ada, "a: b\r\n\r\nfor ada");
  fixture.deliver(ada, "a: b\r\n\r\nfor ada");  // recognised: nothing changed
  EXPECT_EQ((std::vector<std::pair<std::string, ChangeListener::Kind>>{
                {inbox.str(), ChangeListener::Kind::added}}),
            reader.told);
}

/// On rows alone: what counts is how they are found.
struct RowsTest : testing::Test {
  RowsTest() {
    sqlite::migrate(database, migrations);
    database.run("BEGIN");
    database.run("INSERT INTO user (address, local_part, password) VALUES ('a@b', 'a', '')");
    create_default_mailboxes(database, 1, Time(std::chrono::seconds(1'750'000'000)));
    content.hash = std::string(32, 'h');
    content.size = 10;
    content.pieces = {{.hash = content.hash, .offset = 0, .length = 10}};
    content.blobs = {{content.hash, 10}};
  }
  Mailbox inbox() { return mailbox_of_role(database, 1, FolderRole::inbox).value(); }
  std::string plan(const std::string& sql) {
    std::string out;
    for (auto rows = database.query("EXPLAIN QUERY PLAN " + sql); rows.step();) {
      out += rows.text(3) + "\n";
    }
    return out;
  }

  TemporaryFolder folder;
  Database database{sqlite::OpenOptions{.path = folder.path() + "/rows.sqlite"}};
  Content content;
};

TEST_F(RowsTest, EventsAreFoundByAnIndex) {
  const auto event = [](const std::string& uid) {
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:" + uid +
           "\r\nDTSTART:20260102T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
  };
  create_default_collections(database, 1);
  const auto key = list_collections(database, 1).at(0).key;
  const Collection calendar = find_collection(database, 1, key).value();
  EXPECT_TRUE(put_item(database, calendar, "a", event("one"), {}));
  EXPECT_TRUE(put_item(database, calendar, "b", event("two"), {}));
  EXPECT_TRUE(put_item(database, calendar, "c", "no calendar", {}));
  const auto found = [&](const std::string& uid) {
    std::string out;
    for (const ItemText& each : find_events(database, calendar, uid)) out += each.href;
    return out;
  };
  EXPECT_EQ(found("two"), "b");
  EXPECT_EQ(found("none"), "");
  // As an older version left them.
  database.run("UPDATE item SET uid = NULL WHERE href <> 'a'");
  EXPECT_EQ(found("two"), "");
  EXPECT_TRUE(has_unnamed_events(database, calendar));
  name_events(database, calendar);
  EXPECT_FALSE(has_unnamed_events(database, calendar));
  EXPECT_EQ(found("two"), "b");
  // One that has several is always looked into.
  const std::string two = event("three");
  std::string both = event("four");
  both.insert(
      both.find("END:VCALENDAR"),
      two.substr(two.find("BEGIN:VEVENT"), two.find("END:VCALENDAR") - two.find("BEGIN:VEVENT")));
  EXPECT_TRUE(put_item(database, calendar, "d", both, {}));
  EXPECT_EQ(found("three"), "d");
  EXPECT_EQ(found("four"), "d");
  EXPECT_TRUE(plan("SELECT href FROM item WHERE collection = 1 AND uid IN ('a', '*') AND text IS "
                   "NOT NULL")
                  .contains("item_uid"));
}

TEST_F(RowsTest, WhatIsAskedOftenIsFoundByIndex) {
  for (const std::string sql :
       {"SELECT uid, flags, keywords, modseq, received FROM message WHERE mailbox = 1 AND"
        " modseq > 5",
        "SELECT uid FROM expunged WHERE mailbox = 1 AND modseq > 5",
        "SELECT uid FROM message WHERE mailbox = 1 AND received >= 5",
        "SELECT uid, flags FROM message WHERE mailbox = 1 AND uid = 7",
        "SELECT id FROM content WHERE hash = x'00'", "SELECT id FROM user WHERE address = 'a'",
        "SELECT m.uid FROM message m JOIN content c ON c.id = m.content WHERE m.mailbox = 1 AND"
        " m.uid >= 9 AND c.message_id = 'x' ORDER BY m.uid",
        "DELETE FROM delivery WHERE at < 5", "SELECT at FROM delivery WHERE key = x'00'"}) {
    EXPECT_FALSE(plan(sql).contains("SCAN")) << sql << "\n" << plan(sql);
    EXPECT_FALSE(plan(sql).contains("TEMP B-TREE")) << sql << "\n" << plan(sql);
  }
}

TEST_F(RowsTest, ALongLogOfRemovalsIsCutAndChangesStayRight) {
  const auto many = static_cast<Uid>(2 * expunged_max + 10);
  for (Uid i = 0; i < many; ++i) {
    insert_message(database, inbox(), content, {.prefix = {}, .flags = {}, .received = {}});
  }
  MailCursor old;
  old.status = inbox().status;
  const auto removed = expunge_messages(database, inbox(), UidSet{{1, 5}});
  EXPECT_EQ(5U, removed.messages);
  MailCursor late;
  late.status = inbox().status;
  for (Uid uid = 6; uid <= many - 3; ++uid) {
    expunge_messages(database, inbox(), UidSet{{uid, uid}});
  }
  EXPECT_LE(inbox().expunged, 2 * expunged_max);
  EXPECT_GT(inbox().forgotten, old.status.highest_modseq);
  const UidSet known{{1, many}};
  EXPECT_EQ((UidSet{{1, many - 3}}), list_changes(database, inbox(), old, known)->vanished);
  EXPECT_EQ((UidSet{{6, many - 3}}),
            list_changes(database, inbox(), late, UidSet{{6, many}})->vanished);
  MailCursor now;
  now.status = inbox().status;
  expunge_messages(database, inbox(), UidSet{{many, many}});
  EXPECT_EQ((UidSet{{many, many}}), list_changes(database, inbox(), now, known)->vanished);
  EXPECT_EQ(2U, inbox().status.messages);
}

}  // namespace
}  // namespace godwit::backend::local
