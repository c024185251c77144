// Items that others write while a device's own writing is cut short.
#include <gtest/gtest.h>

#include "command/test_bed.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/contacts.hpp"
#include "wbxml/pages/notes.hpp"

namespace godwit::command {
namespace {

namespace page = wbxml::contacts;
using client::Node;

FolderKey collection_of(backend::Items& items, FolderRole role) {
  for (const auto& collection : test::run(items.collections())) {
    if (collection.role == role) return collection.key;
  }
  throw std::runtime_error("no such collection");
}

/// The only item there.
backend::ItemText only(backend::Items& items, FolderRole role) {
  const auto key = collection_of(items, role);
  const auto changes = test::run(items.changes(key, "")).value();
  EXPECT_EQ(changes.changed.size(), 1U);
  return test::run(items.fetch(key, {changes.changed.front().href}))->front();
}

TEST(SyncItems, WhatOthersMadeOfAnAddBeforeItWasAnsweredIsTold) {
  TestBed bed;
  backend::Items& items = bed.offer_items();
  const std::string id = bed.id("Contacts");
  test::run(bed.device().sync_all(id, {}));
  bed.device().add(id, {Node(page::LastName, "Doe"), Node(page::JobTitle, "cook")});
  bed.store().fail_after(1);  // the intent is written, the outcome is not
  EXPECT_EQ(test::run(bed.device().sync(id, {})).http_status, 503);
  bed.store().mend();
  bed.server().restart();

  backend::ItemText there = only(items, FolderRole::contacts);
  const std::size_t at = there.text.find("cook");
  ASSERT_NE(at, std::string::npos);
  there.text.replace(at, 4, "chef");
  EXPECT_TRUE(test::run(
      items.put(collection_of(items, FolderRole::contacts), there.href, there.text, {there.etag})));

  for (int i = 0; i < 2; ++i) test::run(bed.device().sync(id, {}));
  const auto& held = bed.device().collection(id).items;
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held.begin()->second.at("JobTitle"), "chef");
  EXPECT_EQ(only(items, FolderRole::contacts).text, there.text);
}

TEST(SyncItems, TwoEditsInOneRequestUndoNothingOfOthers) {
  TestBed bed;
  backend::Items& items = bed.offer_items();
  const std::string contacts = bed.id("Contacts");
  const std::string notes = bed.id("Notes");
  const std::string card =
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Doe\r\nN:Doe;;;;\r\nTITLE:cook\r\nORG:Inn\r\nEND:VCARD\r\n";
  const std::string journal =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VJOURNAL\r\nUID:1\r\nSUMMARY:cook\r\n"
      "CATEGORIES:Inn\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n";
  const auto put = [&](FolderRole role, std::string text, const std::string& other) {
    text.replace(text.find("Inn"), 3, other);
    const auto key = collection_of(items, role);
    const auto there = test::run(items.fetch(key, {"one"})).value();
    const auto etag = there.empty() ? std::nullopt : std::optional(there.front().etag);
    EXPECT_TRUE(test::run(items.put(key, "one", std::move(text), {etag})));
  };
  put(FolderRole::contacts, card, "Inn");
  put(FolderRole::notes, journal, "Inn");
  for (const std::string& id : {contacts, notes}) test::run(bed.device().sync_all(id, {}));
  put(FolderRole::contacts, card, "Bar");
  put(FolderRole::notes, journal, "Bar");

  const auto id_in = [&](const std::string& id) {
    return bed.device().collection(id).items.begin()->first;
  };
  for (const char* word : {"chef", "host"}) {
    bed.device().change(contacts, id_in(contacts),
                        {Node(page::FileAs, "Doe"), Node(page::LastName, "Doe"),
                         Node(page::JobTitle, word), Node(page::CompanyName, "Inn")});
    namespace note = wbxml::notes;
    bed.device().change(notes, id_in(notes),
                        {Node(note::Subject, word), Node(note::MessageClass, "IPM.StickyNote"),
                         Node(note::Categories, {Node(note::Category, "Inn")})});
  }
  for (const std::string& id : {contacts, notes}) test::run(bed.device().sync(id, {}));
  EXPECT_NE(only(items, FolderRole::contacts).text.find("TITLE:host"), std::string::npos);
  EXPECT_NE(only(items, FolderRole::contacts).text.find("ORG:Bar"), std::string::npos);
  EXPECT_NE(only(items, FolderRole::notes).text.find("SUMMARY:host"), std::string::npos);
  EXPECT_NE(only(items, FolderRole::notes).text.find("CATEGORIES:Bar"), std::string::npos);
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

Node added_file(const std::string& client_id, const std::string& content) {
  namespace base = wbxml::airsyncbase;
  Node data(base::Content, content);
  data.opaque = true;
  return Node(base::Add, {Node(base::ClientId, client_id), std::move(data),
                          Node(base::DisplayName, client_id + ".txt"), Node(base::Method, "1")});
}

const std::string daily =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//desktop//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    "DTSTAMP:20250601T080000Z\r\nDTSTART:20250620T080000Z\r\nDTEND:20250620T090000Z\r\n"
    "RRULE:FREQ=DAILY;COUNT=9\r\nSUMMARY:Standup\r\n"
    "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=old.txt:cGxhbg==\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n";

/// Between a Change that adds attachments and its commit the process dies; what is sent again adds
/// them no second time, whatever others did meanwhile, also where equal ones were there before.
void expect_files_added_once(const std::string& instance, bool others_edit,
                             const std::string& conflict) {
  TestBed bed;
  backend::Items& items = bed.offer_items();
  const auto key = collection_of(items, FolderRole::calendar);
  ASSERT_TRUE(test::run(items.put(key, "one", daily, {})));
  const std::string id = bed.id("Calendar");
  client::SyncOptions options;
  options.options = {Node(wbxml::airsync::Conflict, conflict)};
  test::run(bed.device().sync_all(id, options));
  namespace base = wbxml::airsyncbase;
  std::vector<Node> data{
      Node(base::Attachments, {added_file("new1", "plan"), added_file("new2", "list")})};
  if (!instance.empty()) data.emplace_back(base::InstanceId, instance);
  const std::string one = bed.device().collection(id).items.begin()->first;
  bed.device().change(id, one, std::move(data));
  bed.store().fail_after(1);  // the intent is written, the outcome is not
  EXPECT_EQ(test::run(bed.device().sync(id, {})).http_status, 503);
  bed.store().mend();
  bed.server().restart();
  const std::size_t exceptions = instance.empty() ? 0 : 1;
  EXPECT_EQ(count_of(only(items, FolderRole::calendar).text, ":cGxhbg=="), 2 + exceptions);
  if (others_edit) {
    backend::ItemText there = only(items, FolderRole::calendar);
    there.text.replace(there.text.find("Standup"), 7, "Sitdown");
    ASSERT_TRUE(test::run(items.put(key, there.href, there.text, {there.etag})));
  }
  const auto outcome = test::run(bed.device().sync(id, {}));
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.collections.at(id).responses.at(one), 1);
  const std::string text = only(items, FolderRole::calendar).text;
  EXPECT_EQ(count_of(text, ":cGxhbg=="), 2 + exceptions) << text;
  EXPECT_EQ(count_of(text, ":bGlzdA=="), 1U) << text;
}

TEST(SyncItems, AttachmentsOfACutChangeAreAddedOnce) {
  for (const bool others_edit : {false, true}) {
    for (const char* conflict : {"0", "1"}) {
      expect_files_added_once("", others_edit, conflict);
      expect_files_added_once("20250621T080000Z", others_edit, conflict);
    }
  }
}

TEST(SyncItems, TwoChangesOfOneRequestAddTheirAttachments) {
  TestBed bed;
  backend::Items& items = bed.offer_items();
  ASSERT_TRUE(test::run(items.put(collection_of(items, FolderRole::calendar), "one", daily, {})));
  const std::string id = bed.id("Calendar");
  test::run(bed.device().sync_all(id, {}));
  namespace base = wbxml::airsyncbase;
  const std::string one = bed.device().collection(id).items.begin()->first;
  for (const char* content : {"list", "plot"}) {
    bed.device().change(id, one, {Node(base::Attachments, {added_file("new", content)})});
  }
  EXPECT_TRUE(test::run(bed.device().sync(id, {})).ok());
  const std::string text = only(items, FolderRole::calendar).text;
  EXPECT_EQ(count_of(text, "ATTACH;"), 3U) << text;
}

/// The answer to an Add was lost, and its user went on: what it adds is there already.
TEST(SyncItems, AttachmentsOfAnAddThatComesAgainAreAddedOnce) {
  TestBed bed;
  backend::Items& items = bed.offer_items();
  const std::string id = bed.id("Calendar");
  test::run(bed.device().sync_all(id, {}));
  namespace base = wbxml::airsyncbase;
  const auto data = [](const char* subject) {
    return std::vector<Node>{Node(wbxml::calendar::StartTime, "20250620T080000Z"),
                             Node(wbxml::calendar::EndTime, "20250620T090000Z"),
                             Node(wbxml::calendar::Subject, subject),
                             Node(base::Attachments, {added_file("new1", "plan")})};
  };
  bed.device().add(id, data("first"));
  bed.device().lose_next_answer();
  test::run(bed.device().sync(id, {}));
  bed.device().forget_lost();
  bed.device().collection(id).pending.front().data = data("second");
  EXPECT_TRUE(test::run(bed.device().sync_all(id, {})).ok());
  const std::string text = only(items, FolderRole::calendar).text;
  EXPECT_EQ(count_of(text, "ATTACH;"), 1U) << text;
  EXPECT_EQ(count_of(text, "SUMMARY:second"), 1U) << text;
}

/// How a phone says an Add again whose answer was lost.
struct Again {
  const char* how;
  bool another_id;               // a ClientId of its own (an Android fault)
  std::chrono::minutes later{};  // after the first one
  bool and_another = false;      // a second equal item that its user made meanwhile
  std::size_t items = 1;
};

TEST(SyncItems, AnAddWhoseAnswerWasLostIsKnownAgain) {
  using std::chrono::minutes;
  for (const Again& again :
       {Again{"as it was", false, minutes(60)}, Again{"under another ClientId", true, minutes(9)},
        Again{"under another ClientId, too late", true, minutes(11), false, 2},
        Again{"with an equal one", false, minutes(1), true, 2},
        Again{"anew with an equal one", true, minutes(1), true, 2}}) {
    SCOPED_TRACE(again.how);
    TestBed bed;
    backend::Items& items = bed.offer_items();
    const std::string id = bed.id("Contacts");
    test::run(bed.device().sync_all(id, {}));
    const std::vector<Node> data{Node(page::LastName, "Doe")};
    bed.device().add(id, data);
    bed.device().lose_next_answer();
    test::run(bed.device().sync(id, {}));
    bed.device().forget_lost();
    bed.clock().advance(again.later);
    auto& pending = bed.device().collection(id).pending;
    ASSERT_EQ(pending.size(), 1U);
    if (again.another_id) pending.front().client_id = "another";
    if (again.and_another) bed.device().add(id, data);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(test::run(bed.device().sync_all(id, {})).ok());
    const auto key = collection_of(items, FolderRole::contacts);
    EXPECT_EQ(test::run(items.changes(key, "")).value().changed.size(), again.items);
    EXPECT_EQ(bed.device().collection(id).items.size(), again.items);
  }
}

/// Two equal items are legal: in one request, in the next one, and of another phone.
TEST(SyncItems, EqualAddsAreItemsOfTheirOwn) {
  TestBed bed;
  backend::Items& items = bed.offer_items();
  const std::string id = bed.id("Contacts");
  const std::vector<Node> data{Node(page::LastName, "Doe")};
  client::Device::Settings settings;
  settings.id = "secondphone";
  settings.version = eas::Version::v16_1;
  settings.user = "anna@example.test";
  settings.password = Secret("secret");
  client::Device second(bed.server(), settings);
  EXPECT_TRUE(test::run(second.folder_sync()).ok());
  for (client::Device* phone : {&bed.device(), &second}) {
    test::run(phone->sync_all(id, {}));
    phone->add(id, data);
    phone->add(id, data);
    EXPECT_TRUE(test::run(phone->sync_all(id, {})).ok());
    phone->add(id, data);
    EXPECT_TRUE(test::run(phone->sync_all(id, {})).ok());
  }
  test::run(bed.device().sync_all(id, {}));
  const auto key = collection_of(items, FolderRole::contacts);
  EXPECT_EQ(test::run(items.changes(key, "")).value().changed.size(), 6U);
  EXPECT_EQ(bed.device().collection(id).items.size(), 6U);
}

}  // namespace
}  // namespace godwit::command
