// Documents and their bytes: ours, and those of $GODWIT_EAS/vectors.json where it is.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "wbxml/text.hpp"

namespace godwit::wbxml {
namespace {

struct Vector {
  std::string_view text;
  std::string_view hex;
};

constexpr auto vectors = std::to_array<Vector>({
    {"FolderHierarchy:FolderSync\n"
     "  SyncKey 0\n",
     "03016a00"
     "0007"
     "56"
     "52033000"
     "01"
     "01"},
    {"FolderHierarchy:FolderSync\n"
     "  Status 1\n"
     "  SyncKey 7\n"
     "  Changes\n"
     "    Count 1\n"
     "    Update\n"
     "      ServerId F2\n"
     "      DisplayName Projekte \xC3\xBC\n",
     "03016a00"
     "0007"
     "56"
     "4c033100"
     "01"
     "52033700"
     "01"
     "4e"
     "57033100"
     "01"
     "51"
     "4803463200"
     "01"
     "470350726f6a656b746520c3bc00"
     "01"
     "01"
     "01"
     "01"},
    {"AirSync:Sync\n"
     "  Collections\n"
     "    Collection\n"
     "      SyncKey 1\n"
     "      GetChanges\n"
     "      Options\n"
     "        AirSyncBase:BodyPreference\n"
     "          Type 2\n"
     "        MIMESupport 0\n",
     "03016a00"
     "45"
     "5c"
     "4f"
     "4b033100"
     "01"
     "13"
     "57"
     "001145"
     "46033200"
     "01"
     "01"
     "000062033000"
     "01"
     "01"
     "01"
     "01"
     "01"},
    {"Ping:Ping\n"
     "  Status 1\n",
     "03016a00"
     "000d"
     "45"
     "47033100"
     "01"
     "01"},
    {"ComposeMail:SendMail\n"
     "  ClientId c1\n"
     "  SaveInSentItems\n"
     "  Mime opaque:\"To: a@b\\r\\n\\r\\nhi\"\n",
     "03016a00"
     "0015"
     "45"
     "5103633100"
     "01"
     "08"
     "50"
     "c30d"
     "546f3a206140620d0a0d0a6869"
     "01"
     "01"},
    {"AirSync:Sync\n"
     "  Responses\n"
     "    Email2:ConversationId hex:00ff\n",
     "03016a00"
     "45"
     "46"
     "001649"
     "c30200ff"
     "01"
     "01"
     "01"},
    {"Find:Find\n"
     "  ExecuteSearch\n"
     "    GalSearchCriterion\n"
     "      Options\n"
     "        Picture\n"
     "          MaxSize 1\n",
     "03016a00"
     "0019"
     "45"
     "47"
     "59"
     "4c"
     "62"
     "61033100"
     "01"
     "01"
     "01"
     "01"
     "01"
     "01"},
    {"Provision:Provision\n"
     "  Settings:DeviceInformation\n"
     "    Set\n"
     "      Model Phone\n"
     "  Policies\n"
     "    Policy\n"
     "      PolicyType MS-EAS-Provisioning-WBXML\n",
     "03016a00000e4500125648570350686f6e6500010101000e464748034d532d4541532d50726f7669"
     "73696f6e696e672d5742584d4c0001010101"},
    {"AirSync:Sync\n"
     "  Collections\n"
     "    Collection\n"
     "      SyncKey 2\n"
     "      CollectionId 5\n"
     "      Status 1\n"
     "      Commands\n"
     "        Add\n"
     "          ServerId 5:1\n"
     "          ApplicationData\n"
     "            Email:Subject Hello\n"
     "            AirSyncBase:Body\n"
     "              Type 1\n"
     "              Data Text\n"
     "            Email2:ConversationId hex:0102\n"
     "            Email:Read 0\n",
     "03016a00455c4f4b0332000152033500014e0331000156474d03353a3100015d0002540348656c6c"
     "6f000100114a46033100014b0354657874000101001649c302010201000255033000010101010101"
     "01"},
    {"Ping:Ping\n"
     "  HeartbeatInterval 900\n"
     "  Folders\n"
     "    Folder\n"
     "      Id 5\n"
     "      Class Email\n"
     "    Folder\n"
     "      Id 6\n"
     "      Class Calendar\n",
     "03016a00000d4548033930300001494a4b033500014c03456d61696c0001014a4b033600014c0343"
     "616c656e6461720001010101"},
    {"ComposeMail:SmartReply\n"
     "  ClientId c2\n"
     "  Source\n"
     "    FolderId 5\n"
     "    ItemId 5:1\n"
     "  Mime opaque:\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n",
     "03016a000015475103633200014b4c033500014d03353a3100010150c38102616161616161616161"
     "61616161616161616161616161616161616161616161616161616161616161616161616161616161"
     "61616161616161616161616161616161616161616161616161616161616161616161616161616161"
     "61616161616161616161616161616161616161616161616161616161616161616161616161616161"
     "610101"},
});

TEST(Vectors, PackAndDumpByteForByte) {
  for (const Vector& vector : vectors) {
    const auto packed = pack(vector.text);
    ASSERT_TRUE(packed.has_value()) << vector.text << packed.error().message;
    EXPECT_EQ(hex_encode(*packed), vector.hex) << vector.text;
    EXPECT_EQ(dump(*packed), vector.text);
  }
}

/// `<A:B><A:C>1</A:C></A:B>`, with JSON's escapes undone, as text that pack reads.
std::string text_of_xml(std::string xml) {
  xml = std::regex_replace(xml, std::regex(R"(\\")"), "\"");
  // Markup apart from addresses in angle brackets, which are content.
  const std::regex markup(R"(<(/?)(\w+:\w+)(/?)>)");
  std::string out;
  std::size_t depth = 0;
  auto it = std::sregex_iterator(xml.begin(), xml.end(), markup);
  for (; it != std::sregex_iterator(); ++it) {
    const std::string content = it->prefix();
    if (content.starts_with("opaque:")) {
      out.insert(out.size() - 1, " hex:" + content.substr(7));
    } else if (!content.empty()) {
      out.insert(out.size() - 1,
                 " \"" + std::regex_replace(content, std::regex("\""), "\\\"") + "\"");
    }
    if ((*it)[1].length() != 0) {
      --depth;
      continue;
    }
    out += std::string(2 * depth, ' ') + (*it)[2].str() + '\n';
    if ((*it)[3].length() == 0) ++depth;
  }
  return out;
}

TEST(Vectors, AgreeWithTheListOfVectors) {
  const char* folder = std::getenv("GODWIT_EAS");
  if (folder == nullptr) GTEST_SKIP() << "GODWIT_EAS names no folder with vectors.json";
  std::ifstream file(std::filesystem::path(folder) / "vectors.json");
  const std::string json{std::istreambuf_iterator<char>(file), {}};
  const std::regex row(R"re("xml":"((?:[^"\\]|\\.)*)","hex":"(\w+)")re");
  int count = 0;
  for (auto it = std::sregex_iterator(json.begin(), json.end(), row); it != std::sregex_iterator();
       ++it, ++count) {
    const auto text = text_of_xml((*it)[1]);
    const auto packed = pack(text);
    ASSERT_TRUE(packed.has_value()) << text << packed.error().message;
    EXPECT_EQ(hex_encode(*packed), (*it)[2].str()) << text;
    EXPECT_EQ(pack(dump(*packed)).value_or(""), *packed);
  }
  EXPECT_GE(count, 11);
}

}  // namespace
}  // namespace godwit::wbxml
