#include "auth/sign_in_cache.hpp"

#include <gtest/gtest.h>

namespace godwit::auth {
namespace {

using std::chrono::minutes;

backend::Account account(const std::string& user, const char* password = "secret") {
  return {UserId::parse(user).value(), user, Secret(password), "", {user}};
}

class SignInCacheTest : public testing::Test {
 protected:
  void remember(const std::string& user, const char* password = "secret") {
    cache_.put(user, Secret(password), account(user, password), cache_.epoch());
  }
  bool knows(const std::string& user, const char* password = "secret") {
    return cache_.find(user, Secret(password)).has_value();
  }

  ManualClock clock_;
  SeededRandom random_{1};
  SignInCache cache_{clock_, random_, {.lifetime = minutes(5), .entries_max = 3}};
};

TEST_F(SignInCacheTest, GivesTheAccountWithThisRequestsPassword) {
  remember("ann@example.com");
  const auto found = cache_.find("ann@example.com", Secret("secret"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->user.view(), "ann@example.com");
  EXPECT_EQ(found->addresses.at(0), "ann@example.com");
  EXPECT_EQ(found->password.reveal(), "secret");
}

TEST_F(SignInCacheTest, AMasterUsersAccountStaysWithoutPassword) {
  cache_.put("ann", Secret("secret"), account("ann", ""), cache_.epoch());
  EXPECT_TRUE(cache_.find("ann", Secret("secret"))->password.empty());
}

TEST_F(SignInCacheTest, ATokenCountsUntilItEnds) {
  auto by_token = account("ann", "");
  by_token.token_ends = clock_.now() + minutes(3);
  cache_.put("", Secret("token"), by_token, cache_.epoch());
  clock_.advance(minutes(3) - std::chrono::milliseconds(1));
  ASSERT_TRUE(knows("", "token"));
  EXPECT_EQ(cache_.find("", Secret("token"))->token_ends, by_token.token_ends);
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_FALSE(knows("", "token"));
}

TEST_F(SignInCacheTest, KnowsNoOtherPasswordOrUser) {
  remember("ann");
  EXPECT_FALSE(knows("ann", "Secret"));
  EXPECT_FALSE(knows("ann", ""));
  EXPECT_FALSE(knows("an", "nsecret"));
  EXPECT_FALSE(knows("bob"));
}

TEST_F(SignInCacheTest, ForgetsAfterItsLifetime) {
  remember("ann");
  clock_.advance(minutes(5) - std::chrono::milliseconds(1));
  EXPECT_TRUE(knows("ann"));
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_FALSE(knows("ann"));
  EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(SignInCacheTest, UseDoesNotProlong) {
  remember("ann");
  clock_.advance(minutes(4));
  EXPECT_TRUE(knows("ann"));
  clock_.advance(minutes(1));
  EXPECT_FALSE(knows("ann"));
}

TEST_F(SignInCacheTest, ForgetsWhenTheClockIsSetBack) {
  remember("ann");
  clock_.advance(minutes(-1));
  EXPECT_FALSE(knows("ann"));
}

TEST_F(SignInCacheTest, ForgetsTheOldestWhenFull) {
  for (const auto* user : {"a", "b", "c"}) remember(user);
  remember("a");  // verified again
  remember("d");
  EXPECT_TRUE(knows("a"));
  EXPECT_FALSE(knows("b"));
  EXPECT_TRUE(knows("c"));
  EXPECT_TRUE(knows("d"));
}

TEST_F(SignInCacheTest, DropsAUserUnderEverySpelling) {
  remember("ann");
  cache_.put("EXAMPLE\\ann", Secret("other"), account("ann"), cache_.epoch());
  remember("bob");
  cache_.drop(UserId::parse("ann").value());
  EXPECT_FALSE(knows("ann"));
  EXPECT_FALSE(knows("EXAMPLE\\ann", "other"));
  EXPECT_TRUE(knows("bob"));
}

TEST_F(SignInCacheTest, AnAnswerUnderWayWhileTheUserIsDroppedIsNotKept) {
  const auto epoch = cache_.epoch();
  cache_.drop(UserId::parse("ann").value());
  cache_.put("ann", Secret("secret"), account("ann"), epoch);
  EXPECT_FALSE(knows("ann"));
}

}  // namespace
}  // namespace godwit::auth
