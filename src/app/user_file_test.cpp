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
  EXPECT_TRUE(parse_user_file("a,b,c,d,e,f\n").error().message.contains("more than 5"));
  EXPECT_TRUE(parse_user_file("a,b,c,d,x\n").error().message.contains("number of megabytes"));
  EXPECT_TRUE(parse_user_file("a,b,c,d,99999999999999\n").error().message.contains("megabytes"));
}

TEST(UserFile, AFirstLineNamesTheFields) {
  const auto users = parse_user_file(
      "# staff\nlogin,password,first_name,title,send_as,listed,aliases\n"
      "ann@example.org,secret,Ann,\"Chief, of all\",info@example.org "
      "sales@example.org,no,a@example.org\n"
      "bob@example.org,secret,,,,\n");
  ASSERT_TRUE(users) << users.error().message;
  ASSERT_EQ(users->size(), 2U);
  using Fields = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ((*users)[0].fields, (Fields{{"first_name", "Ann"},
                                        {"title", "Chief, of all"},
                                        {"send_as", "info@example.org sales@example.org"},
                                        {"listed", "no"}}));
  EXPECT_EQ((*users)[0].aliases, std::vector<std::string>{"a@example.org"});
  EXPECT_TRUE((*users)[1].fields.empty());
  EXPECT_EQ(parse_user_file("login,password,shoe\n").error().message,
            "line 1: no field is called 'shoe'");
  EXPECT_EQ(parse_user_file("login,password,listed\na,b,maybe\n").error().message,
            "line 2: listed is yes or no");
  EXPECT_EQ(parse_user_file("login,title\na,b\n").error().message, "line 2: the password is empty");
}

}  // namespace
}  // namespace godwit::app
