#include "policy/device_rules.hpp"

#include <gtest/gtest.h>

namespace godwit::policy {
namespace {

DeviceRules rules() {
  DeviceRules out{.otherwise = Action::quarantine};
  out.list.push_back({.name = "old", .action = Action::block, .versions = {"12.*"}});
  out.list.push_back({.name = "ann",
                      .whom = {.users = {"ann@example.org"}},
                      .until = Time(std::chrono::days(10))});
  out.list.push_back({.name = "team", .types = {"iP*"}, .whom = {.groups = {"team@example.org"}}});
  out.list.push_back({.name = "house",
                      .from = [](std::string_view address) { return address == "192.0.2.1"; },
                      .networks = {"192.0.2.1"}});
  return out;
}

TEST(DeviceRules, TheFirstRuleThatHoldsDecides) {
  const std::vector<std::string> ann{"ann@example.org"};
  const std::vector<std::string> bob{"bob@example.org"};
  const std::vector<std::string> team{"team@example.org"};
  const Time early{};
  const auto why = [&](DeviceFacts facts, Time now = Time{}) {
    return decide(rules(), facts, now).why;
  };
  EXPECT_EQ(why({.version = "12.1", .user = {ann, {}}}), "old");
  EXPECT_EQ(why({.version = "16.1", .user = {ann, {}}}), "ann");
  EXPECT_EQ(why({.version = "16.1", .user = {ann, {}}}, Time(std::chrono::days(10))), "");
  EXPECT_EQ(why({.type = "iPad", .version = "16.1", .user = {bob, team}}), "team");
  EXPECT_EQ(why({.type = "Android", .version = "16.1", .user = {bob, team}}), "");
  EXPECT_EQ(why({.address = "192.0.2.1", .user = {bob, {}}}), "house");
  EXPECT_EQ(decide(rules(), {.user = {bob, {}}}, early).standing, Standing::quarantined);
  EXPECT_EQ(decide(rules(), {.version = "12.0", .user = {bob, {}}}, early).standing,
            Standing::blocked);
  EXPECT_EQ(decide({}, {.user = {bob, {}}}, early).standing, Standing::allowed);
}

TEST(DeviceRules, IsTheSameOrNot) {
  EXPECT_TRUE(same(rules(), rules()));
  DeviceRules other = rules();
  other.list[3].networks = {"192.0.2.2"};
  EXPECT_FALSE(same(rules(), other));
  const Time day(std::chrono::days(10));
  EXPECT_TRUE(ends_between(rules(), day - std::chrono::seconds(5), day));
  EXPECT_FALSE(ends_between(rules(), day, day + std::chrono::seconds(5)));
  EXPECT_EQ(asked_groups(rules()), std::vector<std::string>{"team@example.org"});
}

}  // namespace
}  // namespace godwit::policy
