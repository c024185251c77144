// Items that others write while a device's own writing is cut short.
#include <gtest/gtest.h>

#include "command/test_bed.hpp"
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

}  // namespace
}  // namespace godwit::command
