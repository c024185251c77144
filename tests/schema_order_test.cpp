#include "schema_order.hpp"

#include <gtest/gtest.h>

#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"
#include "wbxml/pages/move.hpp"

namespace godwit::test {
namespace {

using wbxml::Element;
namespace airsync = wbxml::airsync;
namespace hierarchy = wbxml::folder_hierarchy;

Element leaf(wbxml::Tag tag, std::string_view text) {
  Element out;
  out.tag = tag;
  out.text = text;
  return out;
}

Element node(wbxml::Tag tag, std::vector<Element> children) {
  Element out;
  out.tag = tag;
  out.children = std::move(children);
  return out;
}

// A small table of our own in the form of the real one.
constexpr std::string_view table =
    "xsd\tpath\tmodel\tchildren\n"
    "FolderSyncResponse\tFolderSync\tsequence\tStatus, SyncKey?, Changes?\n"
    "FolderSyncResponse\tFolderSync/Changes\tsequence\tCount?, Update*, Delete*, Add*\n"
    "FolderSyncResponse\tFolderSync/Changes/Delete\tsequence\tServerId\n"
    "SyncResponse\tSync\tsequence\tStatus?, (Limit? | Collections?)\n"
    "SyncResponse\tSync/Collections\tsequence\tCollection*\n"
    "SyncResponse\tSync/Collections/Collection\tsequence\t"
    "(SyncKey | CollectionId | Status | Commands?)+\n"
    "SyncResponse\tSync/Collections/Collection/Commands\tsequence\tAdd+\n"
    "SyncResponse\tSync/Collections/Collection/Commands/Add\tsequence\tServerId, ApplicationData\n"
    "SyncResponse\tSync/Collections/Collection/Commands/Add/ApplicationData\tchoice*\t"
    "group:email:AllProps, airsyncbase:Body\n"
    "Email\tAllProps\tsequence\t(Subject | Read | Flag)+\n"
    "Email\tFlag\tall\tStatus?, FlagType?\n"
    "AirSyncBase\tBody\tsequence\tType, Data?\n"
    "MoveItemsResponse\tMoveItems\tsequence\tStatus?, Response*\n"
    "MoveItemsResponse\tMoveItems/Response\tsequence\tSrcMsgId, Status, DstMsgId?\n";

std::vector<std::string> check(const Element& answer, eas::Version version = eas::Version::v16_1) {
  return SchemaOrder::of_table(table).check(answer, version);
}

Element mail(std::vector<Element> properties) {
  return node(
      airsync::Sync,
      {node(
          airsync::Collections,
          {node(airsync::Collection,
                {leaf(airsync::SyncKey, "7"), leaf(airsync::CollectionId, "1"),
                 leaf(airsync::Status, "1"),
                 node(airsync::Commands, {node(airsync::Add, {leaf(airsync::ServerId, "1:1"),
                                                              node(airsync::ApplicationData,
                                                                   std::move(properties))})})})})});
}

TEST(SchemaOrder, AcceptsWhatIsInOrder) {
  EXPECT_EQ(check(node(hierarchy::FolderSync,
                       {leaf(hierarchy::Status, "1"), leaf(hierarchy::SyncKey, "k"),
                        node(hierarchy::Changes, {leaf(hierarchy::Count, "0")})})),
            std::vector<std::string>());
}

TEST(SchemaOrder, FindsAWrongOrder) {
  const auto wrong = check(
      node(hierarchy::FolderSync, {leaf(hierarchy::SyncKey, "k"), leaf(hierarchy::Status, "1")}));
  ASSERT_EQ(wrong.size(), 1U);
  EXPECT_TRUE(wrong[0].contains("folderhierarchy:synckey (child 1) is not allowed"));
}

TEST(SchemaOrder, FindsWhatIsMissing) {
  EXPECT_EQ(check(node(wbxml::move::MoveItems,
                       {node(wbxml::move::Response, {leaf(wbxml::move::SrcMsgId, "1:1")})}))
                .size(),
            1U);
}

TEST(SchemaOrder, FindsAForeignElement) {
  EXPECT_EQ(check(mail({leaf(wbxml::email::Subject, "s"), leaf(wbxml::email::To, "t")})).size(),
            1U);
}

TEST(SchemaOrder, FollowsAnElementToItsOwnNamespace) {
  const auto wrong =
      check(mail({node(wbxml::airsyncbase::Body, {leaf(wbxml::airsyncbase::Data, "text"),
                                                  leaf(wbxml::airsyncbase::Type, "1")})}));
  ASSERT_EQ(wrong.size(), 1U);
  EXPECT_TRUE(wrong[0].starts_with("Sync/Collections/Collection/Commands/Add/"));
  EXPECT_EQ(check(mail({node(wbxml::email::Flag, {leaf(wbxml::email::FlagType, "f"),
                                                  leaf(wbxml::email::Status, "2")})}))
                .size(),
            0U);
}

TEST(SchemaOrder, FindsFormats) {
  EXPECT_EQ(check(node(hierarchy::FolderSync,
                       {leaf(hierarchy::Status, "9"), leaf(hierarchy::SyncKey, "")}))
                .size(),
            1U);
  EXPECT_EQ(check(node(hierarchy::FolderSync,
                       {leaf(hierarchy::Status, "1"), leaf(hierarchy::SyncKey, "k"),
                        node(hierarchy::Changes, {leaf(hierarchy::Count, "3")})}))
                .size(),
            1U);
  EXPECT_EQ(check(mail({leaf(wbxml::email::Read, "true")})).size(), 1U);
}

TEST(SchemaOrder, FindsElementsNewerThanTheVersion) {
  const auto answer = node(airsync::Sync, {leaf(airsync::Status, "14"), leaf(airsync::Limit, "1")});
  EXPECT_EQ(check(answer, eas::Version::v12_1).size(), 0U);
  EXPECT_EQ(check(answer, eas::Version::v12_0).size(), 1U);
}

TEST(SchemaOrder, ReadsTheWholeTable) {
  const SchemaOrder& order = SchemaOrder::instance();
  if (!order.available()) GTEST_SKIP() << "GODWIT_EAS does not name the folder of the schemas";
  EXPECT_GT(order.size(), 140U);
}

}  // namespace
}  // namespace godwit::test
