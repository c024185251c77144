#include "app/user_file.hpp"

#include <gtest/gtest.h>

namespace godwit::app {
namespace {

TEST(UserFile, ReadsFieldsQuotesAndDefaults) {
  const auto users = parse_user_file(
      "# staff\n\nann@example.org,secret\r\n"
      "bob@example.org,\"a,b\"\"c\",\"Bob, the Builder\",b@example.org  bb@example.org,50\n");
  ASSERT_TRUE(users) << users.error().message;
  ASSERT_EQ(users->size(), 2U);
  EXPECT_EQ((*users)[0].login, "ann@example.org");
  EXPECT_EQ((*users)[0].password.reveal(), "secret");
  EXPECT_EQ((*users)[0].line, 3);
  EXPECT_EQ((*users)[1].password.reveal(), "a,b\"c");
  EXPECT_EQ((*users)[1].display_name, "Bob, the Builder");
  EXPECT_EQ((*users)[1].aliases, (std::vector<std::string>{"b@example.org", "bb@example.org"}));
  EXPECT_EQ((*users)[1].quota_bytes, 50ULL * 1024 * 1024);
}

TEST(UserFile, NamesTheBadLine) {
  EXPECT_EQ(parse_user_file("a,b\nc,\n").error().message, "line 2: the password is empty");
  EXPECT_EQ(parse_user_file(",b\n").error().message, "line 1: the login is empty");
  EXPECT_EQ(parse_user_file("a,\"b\n").error().message, "line 1: a quotation mark is not closed");
  EXPECT_TRUE(parse_user_file("a,b,c,d,e,f\n").error().message.contains("more than five"));
  EXPECT_TRUE(parse_user_file("a,b,c,d,x\n").error().message.contains("number of megabytes"));
  EXPECT_TRUE(parse_user_file("a,b,c,d,99999999999999\n").error().message.contains("megabytes"));
}

}  // namespace
}  // namespace godwit::app
