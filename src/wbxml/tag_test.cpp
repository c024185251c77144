#include "wbxml/tag.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

#include "wbxml/page.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/find.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"

namespace godwit::wbxml {
namespace {

TEST(Tag, IsFoundByNumberAndByName) {
  const TagInfo* info = find_tag(folder_hierarchy::SyncKey);
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->name, "SyncKey");
  EXPECT_EQ(info->content, Content::text);
  EXPECT_EQ(find_tag("FolderHierarchy", "SyncKey"), info);
  EXPECT_EQ(info->tag, (Tag{7, 0x12}));
}

TEST(Tag, TellsVersionsInEasNumbering) {
  EXPECT_EQ(find_tag(airsync::Sync)->since, 25);
  EXPECT_EQ(find_tag(find::Find)->since, 161);
}

TEST(Tag, UnknownOnesHaveNoRow) {
  EXPECT_EQ(find_tag(Tag{0, 0x04}), nullptr);
  EXPECT_EQ(find_tag(Tag{0, 0x3F}), nullptr);
  EXPECT_EQ(find_tag(Tag{0, 0xFF}), nullptr);
  EXPECT_EQ(find_tag(Tag{26, 0x05}), nullptr);
  EXPECT_EQ(find_tag("AirSync", "sync"), nullptr);
  EXPECT_EQ(find_tag("Nowhere", "Sync"), nullptr);
  EXPECT_TRUE(page_name(26).empty());
}

TEST(Tag, EveryPageStandsAtItsNumber) {
  for (std::uint8_t page = 0; page < 26; ++page) {
    ASSERT_FALSE(page_name(page).empty());
    for (std::uint8_t code = code_min; code <= code_max; ++code) {
      const TagInfo* info = find_tag(Tag{page, code});
      if (info == nullptr) continue;
      EXPECT_EQ(info->tag, (Tag{page, code}));
      EXPECT_EQ(find_tag(page_name(page), info->name), info) << info->name;
    }
  }
}

TEST(Tag, AgreesWithTheCodePageList) {
  const char* folder = std::getenv("GODWIT_EAS");
  if (folder == nullptr) GTEST_SKIP() << "GODWIT_EAS names no folder with codepages.json";
  std::ifstream file(std::filesystem::path(folder) / "codepages.json");
  const std::string json{std::istreambuf_iterator<char>(file), {}};
  const std::regex part(
      R"re("page":(\d+),"namespace":"(\w+)"|"hex":"0x(\w\w)","name":"(\w+)","type":"(\w+)")re");
  std::uint8_t page = 0;
  int tokens = 0;
  for (auto it = std::sregex_iterator(json.begin(), json.end(), part); it != std::sregex_iterator();
       ++it) {
    const auto& match = *it;
    if (match[1].matched) {
      page = static_cast<std::uint8_t>(std::stoi(match[1]));
      EXPECT_EQ(page_name(page), match[2].str());
      continue;
    }
    const Tag tag{page, static_cast<std::uint8_t>(std::stoi(match[3], nullptr, 16))};
    const TagInfo* info = find_tag(tag);
    ASSERT_NE(info, nullptr) << match[4];
    EXPECT_EQ(info->name, match[4].str());
    EXPECT_EQ(info->content == Content::opaque, match[5] == "opaque") << match[4];
    EXPECT_EQ(info->content == Content::container, match[5] == "container") << match[4];
    ++tokens;
  }
  EXPECT_EQ(tokens, 653);
}

}  // namespace
}  // namespace godwit::wbxml
