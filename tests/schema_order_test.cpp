#include "schema_order.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/text.hpp"
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

// A small tree in the form of the real one.
constexpr std::string_view tree =
    "# of some answers\n"
    "FolderSyncResponse\n"
    "  FolderSync > Status, SyncKey?, Changes?\n"
    "    Changes > Count?, Update*,\n"
    "        Delete*, Add*\n"
    "      Delete > ServerId\n"
    "SyncResponse\n"
    "  Sync > Status?, (Limit? | Collections?)\n"
    "    Collections > Collection*\n"
    "      Collection > (SyncKey | CollectionId |\n"
    "          Status | Commands?)+\n"
    "        Commands > Add+\n"
    "          Add > ServerId, ApplicationData\n"
    "            ApplicationData | group:email:AllProps, airsyncbase:Body\n"
    "Email\n"
    "  AllProps > (Subject | Read | Flag)+\n"
    "  Flag & Status?, FlagType?\n"
    "AirSyncBase\n"
    "  Body > Type, Data?\n"
    "MoveItemsResponse\n"
    "  MoveItems > Status?, Response*\n"
    "  MoveItems/Response > SrcMsgId, Status, DstMsgId?\n";

std::vector<std::string> check(const Element& answer, eas::Version version = eas::Version::v16_1) {
  return SchemaOrder::of_tree(tree).check(answer, version);
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

TEST(SchemaOrder, ABadTreeNamesTheLine) {
  const auto error_of = [](std::string_view text) -> std::string {
    try {
      SchemaOrder::of_tree(text);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_EQ(error_of("Email\n  Flag Status\n"), "line 2: after a name stands > or & or |");
  EXPECT_EQ(error_of("Email\n  Flag > A\n      B > C\n"), "line 3: too deep");
  EXPECT_EQ(error_of("Email\n  Flag > (A | B\n"), "line 2: a parenthesis is not closed");
}

/// The reference's table: schema, path, model and children in columns.
SchemaRows read_reference(std::istream& file) {
  SchemaRows out;
  std::string line;
  std::getline(file, line);  // the heading
  for (std::array<std::string, 4> fields; std::getline(file, line);) {
    std::istringstream columns(line);
    for (std::string& field : fields) std::getline(columns, field, '\t');
    const auto& [schema, path, model, children] = fields;
    if (schema.empty() || schema.starts_with("Autodiscover")) continue;  // no document of WBXML
    using Model = SchemaRow::Model;
    const Model how = model == "all"       ? Model::all
                      : model == "choice*" ? Model::choices
                                           : Model::sequence;
    out[{ascii_lower(schema), ascii_lower(path)}] = schema_row(schema, how, children);
  }
  return out;
}

/// Where a requirement is wider than the schema.
const std::map<std::pair<std::string, std::string>, std::string> wider{
    {{"calendar", "categories"}, "Category*"},  // MS-ASCAL_R183
};

TEST(SchemaOrder, TheTreeSaysWhatTheReferenceSays) {
  const char* folder = std::getenv("GODWIT_EAS");
  if (folder == nullptr) GTEST_SKIP() << "GODWIT_EAS does not name the folder of the schemas";
  std::ifstream file(std::string(folder) + "/schema_order.tsv");
  const SchemaRows reference = read_reference(file);
  const SchemaRows& ours = SchemaOrder::instance().rows();
  EXPECT_EQ(ours.size(), reference.size());
  for (const auto& [place, row] : reference) {
    SCOPED_TRACE(place.first + ' ' + place.second);
    ASSERT_TRUE(ours.contains(place));
    EXPECT_EQ(ours.at(place).model, row.model);
    const auto said = wider.find(place);
    EXPECT_EQ(ours.at(place).text, said == wider.end() ? row.text : said->second);
  }
}

TEST(SchemaOrder, TheWholeTreeIsThere) { EXPECT_EQ(SchemaOrder::instance().rows().size(), 145U); }

}  // namespace
}  // namespace godwit::test
