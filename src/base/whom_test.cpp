#include "base/whom.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

TEST(Whom, IsKnownByAddressDomainOrGroup) {
  const std::vector<std::string> addresses{"ann@example.org", "a@sales.example.org", "@odd.org"};
  const std::vector<std::string> groups{"cn=staff,dc=example,dc=org", "staff"};
  const auto is_ann = [&](const Whom& whom) { return names(whom, {addresses, groups}); };
  EXPECT_FALSE(is_ann({}));
  EXPECT_TRUE(is_ann({.users = {"Ann@Example.org"}}));
  EXPECT_TRUE(is_ann({.users = {"bob@example.org", "a@sales.example.org"}}));
  EXPECT_FALSE(is_ann({.users = {"ann"}}));
  EXPECT_TRUE(is_ann({.domains = {"Sales.example.org"}}));
  EXPECT_FALSE(is_ann({.domains = {"xample.org"}}));
  EXPECT_FALSE(is_ann({.domains = {"odd.org"}})) << "no address";
  EXPECT_TRUE(is_ann({.groups = {"STAFF"}}));
  EXPECT_TRUE(is_ann({.groups = {"CN=Staff, DC=example, DC = org"}}));
  EXPECT_FALSE(is_ann({.groups = {"cn=staff,dc=example,dc=com"}}));
  EXPECT_TRUE(is_ann({.users = {"bob@example.org"}, .groups = {"staff"}}));
}

TEST(Whom, TellsAddressesOfGroupsFromNames) {
  EXPECT_TRUE(is_group_address("staff@example.org"));
  EXPECT_FALSE(is_group_address("staff"));
  EXPECT_FALSE(is_group_address("cn=staff@night,dc=example,dc=org"));
  std::vector<std::string> groups{"staff"};
  add_groups({.groups = {"staff", "board", "board"}}, groups);
  EXPECT_EQ(groups, (std::vector<std::string>{"staff", "board"}));
}

}  // namespace
}  // namespace godwit
