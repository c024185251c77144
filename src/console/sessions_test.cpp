#include "console/sessions.hpp"

#include <gtest/gtest.h>

namespace godwit::console {
namespace {

using std::chrono::minutes;

backend::Account account(const std::string& login) {
  return {.user = UserId::parse(login).value(),
          .login = login,
          .password = Secret("secret"),
          .display_name = {},
          .addresses = {login}};
}

class SessionsTest : public testing::Test {
 protected:
  bool knows(const std::string& id) { return sessions_.find(id).has_value(); }

  ManualClock clock_;
  SeededRandom random_{1};
  Sessions sessions_{clock_,
                     random_,
                     {.idle = minutes(30),
                      .whole = std::chrono::hours(2),
                      .sessions_max = 4,
                      .sessions_of_user_max = 2}};
};

TEST_F(SessionsTest, ASessionIsItsUsersUntilItEnds) {
  const std::string id = sessions_.begin(account("ann@example.org"));
  EXPECT_EQ(id.size(), 64U);
  ASSERT_TRUE(knows(id));
  EXPECT_EQ(sessions_.find(id)->user.view(), "ann@example.org");
  EXPECT_FALSE(knows(""));
  EXPECT_FALSE(knows(id.substr(1)));
  sessions_.end(id);
  EXPECT_FALSE(knows(id));
}

TEST_F(SessionsTest, EachIsAnother) {
  const std::string one = sessions_.begin(account("ann@example.org"));
  const std::string other = sessions_.begin(account("ann@example.org"));
  EXPECT_NE(one, other);
  EXPECT_NE(Sessions::form_token(one), Sessions::form_token(other));
  EXPECT_NE(Sessions::form_token(one), one);
  EXPECT_EQ(Sessions::form_token(one), Sessions::form_token(one));
}

TEST_F(SessionsTest, EndsWhenIdle) {
  const std::string id = sessions_.begin(account("ann@example.org"));
  clock_.advance(minutes(29));
  EXPECT_TRUE(knows(id));
  clock_.advance(minutes(29));
  EXPECT_TRUE(knows(id));
  clock_.advance(minutes(30));
  EXPECT_FALSE(knows(id));
  EXPECT_EQ(sessions_.size(), 0U);
}

TEST_F(SessionsTest, EndsWhateverHappensAfterItsTime) {
  const std::string id = sessions_.begin(account("ann@example.org"));
  for (int i = 0; i < 5; ++i) {
    clock_.advance(minutes(20));
    EXPECT_TRUE(knows(id));
  }
  clock_.advance(minutes(20));
  EXPECT_FALSE(knows(id));
}

TEST_F(SessionsTest, AUserHasOnlySoMany) {
  const std::string first = sessions_.begin(account("ann@example.org"));
  clock_.advance(minutes(1));
  const std::string second = sessions_.begin(account("ann@example.org"));
  clock_.advance(minutes(1));
  EXPECT_TRUE(knows(first));  // the second is idle longer now
  const std::string third = sessions_.begin(account("ann@example.org"));
  EXPECT_TRUE(knows(first));
  EXPECT_FALSE(knows(second));
  EXPECT_TRUE(knows(third));
}

TEST_F(SessionsTest, AllTogetherAreBounded) {
  const std::string first = sessions_.begin(account("u0@example.org"));
  for (int i = 1; i < 5; ++i) {
    sessions_.begin(account("u" + std::to_string(i) + "@example.org"));
  }
  EXPECT_EQ(sessions_.size(), 4U);
  EXPECT_FALSE(knows(first));
}

TEST_F(SessionsTest, AllOfAUserEnd) {
  const std::string one = sessions_.begin(account("ann@example.org"));
  const std::string other = sessions_.begin(account("bob@example.org"));
  sessions_.end_all_of(UserId::parse("ann@example.org").value());
  EXPECT_FALSE(knows(one));
  EXPECT_TRUE(knows(other));
}

}  // namespace
}  // namespace godwit::console
