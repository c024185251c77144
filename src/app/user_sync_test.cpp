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
    RosterPerson& out = roster_.people.emplace_back();
    out.id = "uid=" + login;
    out.identity = "entryUUID=" + std::to_string(roster_.people.size());
    out.login = login;
    return out;
  }
  void user(const std::string& login, const std::string& origin) {
    users_.push_back({.login = login, .display_name = {}, .aliases = {}, .origin = origin});
  }
  /// Who came from the directory, by entries that nobody is now.
  void users(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      user("u" + std::to_string(i) + "@example.org", "entryUUID=old" + std::to_string(i));
    }
  }
  UserSyncPlan plan() const { return plan_user_sync(roster_, users_, config_); }
  static Texts logins(const std::vector<UserSyncPlan::Wanted>& list) {
    Texts out;
    for (const auto& each : list) out.push_back(each.login);
    return out;
  }

  backend::Roster roster_;
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
    roster_.people.clear();
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
  roster_.elsewhere = true;
  EXPECT_TRUE(held(99, 5)) << "another server may know the one";
  EXPECT_FALSE(held(100, 5));
}

TEST_F(UserSyncPlanTest, NobodyGoesWhoWasAddedByHand) {
  users(20);
  for (int i = 0; i < 1000; ++i) user("hand" + std::to_string(i) + "@example.org", "");
  for (std::size_t i = 0; i < 18; ++i) person("u" + std::to_string(i));
  config_.user_sync.remove = true;
  const UserSyncPlan made = plan();
  EXPECT_EQ((Texts{"u18@example.org", "u19@example.org"}), made.gone);
  EXPECT_TRUE(made.held_back) << "two of twenty, whoever else there is";
}

TEST_F(UserSyncPlanTest, NotEverybodyGoes) {
  users(3);
  person("stranger");
  config_.user_sync.remove = true;
  config_.user_sync.removed_percent_max = 100;
  EXPECT_TRUE(plan().held_back) << "another directory";
  person("u0");
  EXPECT_FALSE(plan().held_back);
  EXPECT_EQ((Texts{"u1@example.org", "u2@example.org"}), plan().gone);
}

TEST_F(UserSyncPlanTest, WhoIsThereIsAdopted) {
  user("hand@example.org", "");
  user("known@example.org", "entryUUID=2");
  user("moved@example.org", "entryUUID=of another server");
  for (const char* login : {"hand", "known", "moved"}) person(login);
  const UserSyncPlan made = plan();
  ASSERT_EQ((Texts{"hand@example.org", "known@example.org", "moved@example.org"}),
            logins(made.present));
  EXPECT_TRUE(made.present[0].adopt);
  EXPECT_FALSE(made.present[1].adopt);
  EXPECT_TRUE(made.present[2].adopt);
  config_.user_sync.keep = {"hand@example.org"};
  EXPECT_EQ(2U, plan().present.size());
}

TEST_F(UserSyncPlanTest, AnEntryOfAnotherNameIsTheSameUser) {
  user("ann@example.org", "entryUUID=1");
  person("ann.archer@example.com").addresses = {"a@example.org"};
  const UserSyncPlan made = plan();
  EXPECT_EQ(Texts{"ann@example.org"}, logins(made.present));
  EXPECT_EQ((Texts{"a@example.org", "ann.archer@example.com"}), made.present.at(0).aliases);
  ASSERT_EQ(1U, made.renamed.size());
  EXPECT_EQ("ann.archer@example.com", made.renamed[0].second);
  EXPECT_TRUE(made.missing.empty() && made.gone.empty() && made.unusable.empty());
}

/// Whose mailbox it is cannot be known: nothing is done, and nobody goes.
TEST_F(UserSyncPlanTest, ANameThatIsAnothersNow) {
  user("ann@example.org", "entryUUID=1");
  user("hand@example.org", "");
  config_.user_sync.remove = true;
  person("hand");
  const auto nothing = [this] {
    const UserSyncPlan made = plan();
    return made.missing.empty() && made.present.empty() && made.gone.empty() &&
           made.renamed.empty() && made.unusable.size() == 1;
  };
  EXPECT_TRUE(nothing()) << "of a user added by hand";
  roster_.people.front().login = "new";
  person("ann");
  EXPECT_TRUE(nothing()) << "of an entry that came later";
  roster_.people.pop_back();
  roster_.people.front().login = "ann@elsewhere.test";
  EXPECT_TRUE(nothing()) << "of another domain";
  roster_.people.front().ignored = true;
  EXPECT_TRUE(plan().gone.empty());
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
