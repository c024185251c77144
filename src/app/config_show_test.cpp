#include "app/config_show.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace godwit::app {
namespace {

std::vector<ShownKey> shown(std::string_view text) {
  auto keys = shown_config(text, "/etc/godwit/godwit.toml");
  EXPECT_TRUE(keys) << (keys ? "" : keys.error().message);
  return keys ? std::move(*keys) : std::vector<ShownKey>();
}

/// "value line"; empty when it is not shown.
std::string row(const std::vector<ShownKey>& keys, std::string_view name) {
  const auto found = std::ranges::find(keys, name, &ShownKey::name);
  return found == keys.end() ? std::string() : found->value + ' ' + std::to_string(found->line);
}

TEST(ConfigShow, SaysWhereEachValueComesFrom) {
  const auto keys = shown(
      "[server]\nstate_directory = \"state\"\ndrain_seconds = 20\n"
      "[http]\nlisten = [\n\"[::1]:80\"]\nproxy_protocol = true\n");
  EXPECT_EQ(row(keys, "server.state_directory"), "\"/etc/godwit/state\" 2") << "as it is opened";
  EXPECT_EQ(row(keys, "server.drain_seconds"), "20 3") << "said, though it is the default";
  EXPECT_EQ(row(keys, "http.listen"), "[\"[::1]:80\"] 5");
  EXPECT_EQ(row(keys, "http.proxy_protocol"), "true 7");
  EXPECT_EQ(row(keys, "http.idle_seconds"), "120 0");
  EXPECT_EQ(row(keys, "sign_in[1].kind"), "");
}

TEST(ConfigShow, EveryKeyIsShownOnce) {
  std::set<std::string> names;
  for (const ShownKey& key : shown("")) EXPECT_TRUE(names.insert(key.name).second) << key.name;
  for (const Key& key : keys()) {
    const std::string name = std::string(key.section) + '.' + std::string(key.name);
    EXPECT_NE(names.contains(name), is_list_section(key.section)) << name;
  }
}

TEST(ConfigShow, SectionsThatStandSeveralTimesAndNamedOnes) {
  const auto keys = shown(
      "[[sign_in]]\nkind = \"pam\"\n[[sign_in]]\nkind = \"mailbox\"\ndomains = [\"a.org\"]\n"
      "[policy.zoo]\nusers = [\"ann@a.org\"]\n[policy.zoo.settings]\nAllowCamera = false\n"
      "[autodiscover.domain.\"b.org\"]\nculture = \"de:de\"\n");
  EXPECT_EQ(row(keys, "sign_in[1].kind"), "\"pam\" 2");
  EXPECT_EQ(row(keys, "sign_in[1].domains"), "[] 0");
  EXPECT_EQ(row(keys, "sign_in[2].domains"), "[\"a.org\"] 5");
  EXPECT_EQ(row(keys, "policy.mode"), "\"off\" 0");
  EXPECT_EQ(row(keys, "policy.zoo.users"), "[\"ann@a.org\"] 7");
  EXPECT_EQ(row(keys, "policy.zoo.settings.AllowCamera"), "false 9");
  EXPECT_EQ(row(keys, "autodiscover.domain.\"b.org\".culture"), "\"de:de\" 11");
}

TEST(ConfigShow, SecretsThatDoNotBelongThereAreHidden) {
  const auto keys = shown(
      "[store]\npostgres_url = \"host=db password=hunter2 user=x\"\n"
      "[dav]\nurl = \"https://ann:hunter2@dav.example.org/\"\n"
      "[submission]\npassword_file = \"/etc/secret\"\n");
  EXPECT_EQ(row(keys, "store.postgres_url"), "\"host=db password=(hidden) user=x\" 2");
  EXPECT_EQ(row(keys, "dav.url"), "\"https://ann:(hidden)@dav.example.org/\" 4");
  EXPECT_EQ(row(keys, "submission.password_file"), "\"/etc/secret\" 6");
}

TEST(ConfigShow, AFileWithMistakesIsRefused) {
  const auto keys = shown_config("[http]\nlisten = 7\n", "f.toml");
  ASSERT_FALSE(keys);
  EXPECT_TRUE(keys.error().message.starts_with("f.toml:2: http.listen: ")) << keys.error().message;
}

}  // namespace
}  // namespace godwit::app
