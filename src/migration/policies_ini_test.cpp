#include "migration/policies_ini.hpp"

#include <gtest/gtest.h>

#include <string>

namespace godwit::migration {
namespace {

TEST(PoliciesIni, ReadsSettingsByTheirElements) {
  const auto read = read_policies_ini(
      "; about\n[default]\ndevpwenabled = 1 ; yes\nmindevpwlenngth=4\r\nmaxattsize = ''\n"
      "allowcam = off\ndocbrowseenabled =\n[board]\nallowcam = \"1\"\n");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2U);
  const auto& settings = read->front().settings;
  ASSERT_EQ(settings.size(), 5U);
  EXPECT_EQ(settings[0].element, "DevicePasswordEnabled");
  EXPECT_EQ(settings[0].value, "1");
  EXPECT_EQ(settings[1].element, "MinDevicePasswordLength");
  EXPECT_EQ(settings[1].value, "4");
  EXPECT_EQ(settings[2].value, "");
  EXPECT_EQ(settings[3].value, "0");
  EXPECT_EQ(settings[4].name, "docbrowseenabled");
  EXPECT_EQ(settings[4].element, "");
  EXPECT_EQ(read->back().name, "board");
  EXPECT_EQ(read->back().settings[0].value, "1");
}

TEST(PoliciesIni, NamesTheLineThatIsWrong) {
  for (const auto* bad : {"\nallowcam = 1", "[default]\nallowcam", "\n[default"}) {
    const auto read = read_policies_ini(bad);
    ASSERT_FALSE(read);
    EXPECT_TRUE(read.error().message.starts_with("line 2: ")) << read.error().message;
  }
  EXPECT_FALSE(read_policies_ini(std::string(policies_bytes_max + 1, ' ')));
}

}  // namespace
}  // namespace godwit::migration
