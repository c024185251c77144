#include "app/user_sync.hpp"

#include <gtest/gtest.h>

namespace godwit::app {
namespace {

using backend::RosterPerson;
using Texts = std::vector<std::string>;

class UserSyncPlanTest : public testing::Test {
 protected:
  UserSyncPlanTest() { config_.local.domains = {"example.org", "example.com"}; }

  RosterPerson& person(const std::string& login) {
    RosterPerson& out = people_.emplace_back();
    out.id = "uid=" + login;
    out.login = login;
    return out;
  }
  void users(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      users_.push_back(
          {.login = "u" + std::to_string(i) + "@example.org", .display_name = {}, .aliases = {}});
    }
  }
  UserSyncPlan plan() const { return plan_user_sync(people_, users_, config_); }
  static Texts logins(const std::vector<UserSyncPlan::Wanted>& list) {
    Texts out;
    for (const auto& each : list) out.push_back(each.login);
    return out;
  }

  std::vector<RosterPerson> people_;
  std::vector<admin::User> users_;
  Config config_;
};

TEST_F(UserSyncPlanTest, LoginsAreMailboxesOfOurs) {
  users(1);
  person("U0@Example.ORG");
  person("ann");
  person("bob@example.com").addresses = {"Bob@example.com", "b@example.org", "b@example.net", "x"};
  for (const char* none : {"", "eve@example.net", "@example.org", "a b@c"}) person(none);
  const UserSyncPlan made = plan();
  EXPECT_EQ((Texts{"ann@example.org", "bob@example.com"}), logins(made.missing));
  EXPECT_EQ(Texts{"u0@example.org"}, logins(made.present));
  EXPECT_EQ(Texts{"b@example.org"}, made.missing.at(1).aliases);
  EXPECT_EQ(4U, made.unusable.size());
  EXPECT_TRUE(made.gone.empty());
}

TEST_F(UserSyncPlanTest, WhoIsIgnoredKeptOrNamedTwiceIsLeftAlone) {
  users(5);
  person("u0").ignored = true;
  person("new").ignored = true;
  config_.user_sync.keep = {"U1@example.org"};
  person("u2");
  person("u2@example.org");
  person("u3");
  const UserSyncPlan made = plan();
  EXPECT_EQ(Texts{}, logins(made.missing));
  EXPECT_EQ(Texts{"u3@example.org"}, logins(made.present));
  EXPECT_EQ(Texts{"u4@example.org"}, made.gone);
  EXPECT_EQ(1U, made.unusable.size());
}

TEST_F(UserSyncPlanTest, RemovalsAreHeldBackAboveALimit) {
  users(100);
  const auto held = [&](std::size_t there, std::int64_t percent, bool remove = true) {
    people_.clear();
    for (std::size_t i = 0; i < there; ++i) person("u" + std::to_string(i));
    config_.user_sync.removed_percent_max = percent;
    config_.user_sync.remove = remove;
    return plan().held_back;
  };
  EXPECT_FALSE(held(95, 5));
  EXPECT_TRUE(held(94, 5));
  EXPECT_TRUE(held(50, 5)) << "half an answer";
  EXPECT_TRUE(held(0, 99)) << "an empty one";
  EXPECT_FALSE(held(99, 0)) << "one may always go";
  EXPECT_TRUE(held(98, 0));
  EXPECT_FALSE(held(50, 5, false)) << "nobody is to be removed";
}

TEST(UserSyncSettings, FieldsHaveAttributes) {
  Config config;
  config.user_sync.attributes = {"title=personalTitle"};
  const auto settings = roster_settings(config);
  ASSERT_TRUE(settings);
  EXPECT_EQ(&backend::DirectoryEntry::title, settings->attributes.at(0).first);
  EXPECT_EQ("personalTitle", settings->attributes.at(0).second);
  for (const char* wrong : {"title", "title=", "=x", "shoes=size", ""}) {
    config.user_sync.attributes = {wrong};
    EXPECT_FALSE(roster_settings(config)) << wrong;
  }
  backend::RosterSettings filters;
  EXPECT_EQ("", backend::check_roster_settings(filters));
  filters.ignore = "(a=b";
  EXPECT_NE("", backend::check_roster_settings(filters));
}

}  // namespace
}  // namespace godwit::app
