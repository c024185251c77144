#include "app/former_policies.hpp"

#include <gtest/gtest.h>

#include "app/config.hpp"
#include "app/config_policies.hpp"

namespace godwit::app {
namespace {

TEST(FormerPolicies, AreAConfigurationThatIsTaken) {
  const auto text = policies_of_z_push(
      "[default]\ndevpwenabled = 1\nmindevpwlenngth = 99\nmaxattsize = ''\ndocbrowseenabled = x\n"
      "devpwenabled = 0\n[board]\nallowcam = 0\n");
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_TRUE(
      text->contains("[policy.settings]\nDevicePasswordEnabled = 1\n# mindevpwlenngth = 99"))
      << *text;
  EXPECT_TRUE(text->contains("# docbrowseenabled = x: no element of a policy\n")) << *text;
  EXPECT_TRUE(text->contains("# devpwenabled = 0: said already\n")) << *text;
  EXPECT_TRUE(text->contains("[policy.board.settings]\nAllowCamera = 0\n")) << *text;
  EXPECT_FALSE(text->contains("MaxAttachmentSize")) << *text;
  const auto config = parse_config(*text, "made.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->policy.settings.values.at("DevicePasswordEnabled"), "1");
  EXPECT_TRUE(policy_problems(*config).empty()) << policy_problems(*config).front();
}

TEST(FormerPolicies, RefuseNamesThatWouldBeOtherKeys) {
  for (const auto* bad : {"[a.b]\n", "[x]\n[x]\n", "[settings]\n", "[\"]\n", "nothing\n"}) {
    EXPECT_FALSE(policies_of_z_push(bad)) << bad;
  }
}

}  // namespace
}  // namespace godwit::app
