#include "auth/access.hpp"

#include <gtest/gtest.h>

namespace godwit::auth {
namespace {

using backend::DataClass;
using backend::DataClasses;

backend::Account ann() {
  return {.user = UserId::parse("ann@example.org").value(),
          .login = "ann",
          .password = {},
          .display_name = {},
          .addresses = {"ann@example.org", "a@sales.example.org"}};
}

constexpr DataClasses only(DataClass one) { return DataClasses().with(one); }

TEST(Access, WithoutRulesEverythingIsAllowed) {
  EXPECT_TRUE(decide({}, ann(), {}).denied.empty());
  EXPECT_EQ(decide({}, ann(), {}).rule, "");
}

TEST(Access, RulesAreAboutUsersGroupsDomainsAndAttributes) {
  const DataClasses notes = only(DataClass::notes);
  const Facts facts{.groups = {"cn=staff,dc=example,dc=org", "staff"},
                    .attributes = {{"employeeType", "Intern"}}};
  const auto denied = [&](AccessRule rule) {
    rule.name = "rule";
    rule.deny = notes;
    return decide({rule}, ann(), facts).denied == notes;
  };
  EXPECT_TRUE(denied({.name = {}}));
  EXPECT_TRUE(denied({.name = {}, .whom = {.users = {"Ann@Example.org"}}}));
  EXPECT_FALSE(denied({.name = {}, .whom = {.users = {"bob@example.org"}}}));
  EXPECT_TRUE(denied({.name = {}, .whom = {.groups = {"STAFF"}}}));
  EXPECT_TRUE(denied({.name = {}, .whom = {.groups = {"CN=Staff, DC=example, DC = org"}}}));
  EXPECT_FALSE(denied({.name = {}, .whom = {.groups = {"cn=staff,dc=example,dc=com"}}}));
  EXPECT_TRUE(denied({.name = {}, .whom = {.domains = {"sales.example.org"}}}));
  EXPECT_FALSE(denied({.name = {}, .whom = {.domains = {"xample.org"}}}));
  EXPECT_TRUE(denied({.name = {}, .attributes = {{"employeetype", "intern"}}}));
  EXPECT_FALSE(denied({.name = {}, .attributes = {{"employeeType", "boss"}}}));
  EXPECT_TRUE(denied({.name = {}, .whom = {.users = {"bob@example.org"}, .groups = {"staff"}}}));
}

TEST(Access, TheFirstThatNamesAClassDecides) {
  const std::vector<AccessRule> rules = {
      {.name = "mail for all", .allow = only(DataClass::mail)},
      {.name = "staff", .whom = {.groups = {"staff"}}, .allow = DataClasses::all()},
      {.name = "nobody else", .deny = DataClasses::all()},
  };
  const Access stranger = decide(rules, ann(), {});
  EXPECT_EQ(stranger.denied, DataClasses::all().without(only(DataClass::mail)));
  EXPECT_EQ(stranger.rule, "nobody else");
  const Access staff = decide(rules, ann(), {.groups = {"staff"}, .attributes = {}});
  EXPECT_TRUE(staff.denied.empty());
  EXPECT_EQ(staff.rule, "");
  const AccessRule both{
      .name = "both", .allow = only(DataClass::mail), .deny = only(DataClass::mail)};
  EXPECT_EQ(decide({both}, ann(), {}).denied, only(DataClass::mail));
}

TEST(Access, SaysWhetherADirectoryIsNeeded) {
  EXPECT_FALSE(asks_for_facts({{.name = "a", .whom = {.users = {"ann"}}}}));
  EXPECT_TRUE(asks_for_facts({{.name = "a"}, {.name = "b", .attributes = {{"a", "b"}}}}));
  EXPECT_FALSE(asks_for_groups({{.name = "b", .attributes = {{"a", "b"}}}}));
  EXPECT_TRUE(asks_for_groups({{.name = "b", .whom = {.groups = {"staff"}}}}));
  EXPECT_FALSE(asks_for_groups({{.name = "b", .whom = {.groups = {"staff@example.org"}}}}));
}

}  // namespace
}  // namespace godwit::auth
