#include "sync/relationship.hpp"

#include <gtest/gtest.h>

#include "base/pack.hpp"
#include "sync/folder_table.hpp"
#include "sync/hierarchy.hpp"
#include "sync/server_id.hpp"

namespace godwit::sync {
namespace {

Relationship offered_first() {
  Relationship relationship;
  relationship.id = 0xabc;
  relationship.offered = 1;
  relationship.offered_state = "one";
  return relationship;
}

TEST(SyncKey, ParsesWhatItPrints) {
  const auto key = SyncKey::of(0xfedcba9876543210U, 7);
  const auto again = SyncKey::parse(key.str());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, key);
  EXPECT_TRUE(SyncKey::parse("0")->is_initial());
  for (const char* wrong : {"", "1", "x.1", ".1", "abc.", "abc.0", "0.1", "abc.1.2", "-1.1"}) {
    EXPECT_FALSE(SyncKey::parse(wrong)) << wrong;
  }
}

TEST(Relationship, AcknowledgesByPresenting) {
  auto relationship = offered_first();
  const auto first = SyncKey::of(0xabc, 1);
  ASSERT_EQ(judge(relationship, first), Presented::current);
  acknowledge(relationship, first);
  EXPECT_EQ(relationship.acknowledged, 1U);
  EXPECT_EQ(relationship.acknowledged_state, "one");
  EXPECT_EQ(judge(relationship, first), Presented::current);
  EXPECT_EQ(judge(relationship, SyncKey::of(0xabc, 2)), Presented::unknown);
  EXPECT_EQ(judge(relationship, SyncKey::of(0xabd, 1)), Presented::unknown);
  EXPECT_EQ(judge(relationship, SyncKey::initial()), Presented::unknown);
}

TEST(Relationship, KnowsALostAnswerAndNeverGivesAKeyTwice) {
  auto relationship = offered_first();
  acknowledge(relationship, SyncKey::of(0xabc, 1));
  relationship.offered = next_key(relationship).generation();
  EXPECT_EQ(relationship.offered, 2U);
  EXPECT_EQ(judge(relationship, SyncKey::of(0xabc, 1)), Presented::repeated);
  // The answer made again has a key of its own: the lost one may still arrive.
  EXPECT_EQ(next_key(relationship).generation(), 3U);
}

TEST(Relationship, FindsOutcomesByContent) {
  auto relationship = offered_first();
  CommandOutcome outcome;
  outcome.kind = 1;
  outcome.id = "5:1.2";
  outcome.digest = "d";
  outcome.flags = Flags{};
  outcome.flags->keywords = {"a"};
  relationship.outcomes.push_back(outcome);
  const auto again = unpack_relationship(pack(relationship));
  ASSERT_TRUE(again);
  EXPECT_NE(find_outcome(*again, 1, "5:1.2", "d"), nullptr);
  EXPECT_EQ(find_outcome(*again, 1, "5:1.2", "e"), nullptr);
  EXPECT_EQ(find_outcome(*again, 2, "5:1.2", "d"), nullptr);
  EXPECT_EQ(again->outcomes.front().flags->keywords.size(), 1U);
}

TEST(Relationship, HalvesTheWindowFromTheThirdTimeOn) {
  EXPECT_EQ(window_after_repeats(100, 0), 100U);
  EXPECT_EQ(window_after_repeats(100, 1), 100U);
  EXPECT_EQ(window_after_repeats(100, 2), 50U);
  EXPECT_EQ(window_after_repeats(100, 20), 1U);
  EXPECT_EQ(window_after_repeats(100, 4'000'000'000U), 1U);
}

backend::MailFolder folder(const char* key, const char* name, std::uint32_t validity = 0) {
  backend::MailFolder out{
      *FolderKey::parse(key), std::nullopt, name, FolderRole::none, true, {}, {}};
  if (validity != 0) out.status = backend::MailboxStatus{validity, 10, 3, 0};
  return out;
}

TEST(FolderTable, KeepsIdsThroughRenames) {
  FolderTable table;
  ASSERT_TRUE(reconcile(table, {folder("INBOX", "INBOX", 1), folder("Work", "Work", 2)}));
  const std::string id = table.find_key("Work")->id;
  const auto version = table.version;
  EXPECT_FALSE(reconcile(table, {folder("INBOX", "INBOX", 1), folder("Work", "Work", 2)}));
  ASSERT_TRUE(reconcile(table, {folder("INBOX", "INBOX", 1), folder("Arbeit", "Arbeit", 2)}));
  EXPECT_EQ(table.find_key("Arbeit")->id, id);
  EXPECT_GT(table.version, version);
  ASSERT_TRUE(reconcile(table, {folder("INBOX", "INBOX", 1), folder("New", "New", 3)}));
  EXPECT_NE(table.find_key("New")->id, id);
  const auto again = unpack_folder_table(pack(table));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->rows, table.rows);
}

TEST(FolderTable, KnowsItsOwnRenamesWhateverBecameOfTheMails) {
  FolderTable table;
  const auto below = [](const char* key, const char* parent) {
    auto out = folder(key, "2026", 5);
    out.parent = *FolderKey::parse(parent);
    return out;
  };
  reconcile(table, {folder("Work", "Work", 4), below("Work/2026", "Work")});
  const std::string id = table.find_key("Work")->id;
  const std::string child = table.find_key("Work/2026")->id;
  // A mail was moved away since the folders were listed last.
  auto renamed = folder("Arbeit", "Arbeit", 4);
  --renamed.status->messages;
  auto renamed_child = below("Arbeit/2026", "Arbeit");
  --renamed_child.status->messages;
  FolderTable unknowing = table;
  reconcile(unknowing, {renamed, renamed_child});
  EXPECT_NE(unknowing.find_key("Arbeit")->id, id);
  reconcile(table, {renamed, renamed_child}, {}, RenamedFolder{"Work", "Arbeit"});
  EXPECT_EQ(table.find_key("Arbeit")->id, id);
  EXPECT_EQ(table.find_key("Arbeit/2026")->id, child);
  // What is called the same below it may be another folder.
  auto other = below("Work/2026", "Work");
  other.status->uid_validity = 6;
  reconcile(table, {folder("Work", "Work", 4), other}, {}, RenamedFolder{"Arbeit", "Work"});
  EXPECT_EQ(table.find_key("Work")->id, id);
  EXPECT_NE(table.find_key("Work/2026")->id, child);
}

TEST(FolderTable, ReadsWhatWasWrittenBeforeOthersCollectionsWereKnown) {
  Packer out;
  out.number(1).number(7).number(3).number(1);
  for (const char* text : {"5", "//c", "0", "Work", ""}) out.text(text);
  out.number(0).number(1).boolean(true).number(0).number(0).number(0);
  const auto table = unpack_folder_table(out.bytes());
  ASSERT_TRUE(table);
  ASSERT_EQ(table->rows.size(), 1U);
  EXPECT_EQ(table->rows.front().name, "Work");
  EXPECT_FALSE(table->rows.front().foreign);
  FolderTable now = *table;
  now.rows.front().foreign = true;
  EXPECT_EQ(unpack_folder_table(pack(now))->rows, now.rows);
}

TEST(FolderTable, NamesParentsByTheirIds) {
  FolderTable table;
  auto child = folder("Work/2026", "2026", 5);
  child.parent = *FolderKey::parse("Work");
  reconcile(table, {child, folder("Work", "Work", 4)});
  EXPECT_EQ(table.find_key("Work/2026")->parent, table.find_key("Work")->id);
}

TEST(Hierarchy, TellsTheDifferenceParentsFirst) {
  const HierarchyState before{{{"1", "0", "Inbox", 2}, {"2", "0", "Gone", 12}}};
  const HierarchyState now{
      {{"1", "0", "INBOX", 2}, {"3", "4", "Child", 12}, {"4", "0", "Parent", 12}}};
  const auto delta = difference(before, now);
  ASSERT_EQ(delta.updated.size(), 1U);
  EXPECT_EQ(delta.removed, std::vector<std::string>{"2"});
  ASSERT_EQ(delta.added.size(), 2U);
  EXPECT_EQ(delta.added[0].id, "4");
  EXPECT_EQ(difference(now, now).size(), 0U);
  EXPECT_EQ(*unpack_hierarchy(pack(now)), now);
}

TEST(Hierarchy, SurvivesACircle) {
  const HierarchyState now{{{"1", "2", "a", 12}, {"2", "1", "b", 12}}};
  EXPECT_EQ(difference({}, now).added.size(), 2U);
}

TEST(MailId, ParsesWhatItPrintsAndNothingElse) {
  const auto id = parse_mail_id(format_mail_id("12", 4294967295U, 4294967295U));
  ASSERT_TRUE(id);
  EXPECT_EQ(id->collection, "12");
  for (const char* wrong : {"", "5", "5:", "5:1", "5:1.", "5:1.0", ":1.2", "5:1.2.3", "5:x.1",
                            "../5:1.99999999999", "5:-1.2"}) {
    EXPECT_FALSE(parse_mail_id(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace godwit::sync
