#include "command/last_verb.hpp"

#include <gtest/gtest.h>

namespace godwit::command {
namespace {

const std::vector<std::string> own{"ann@example.org", "a@example.org"};

Verb verb_of_reply(std::vector<std::string> recipients, const std::string& header) {
  return verb_of(header, recipients, own);
}

TEST(LastVerb, AReplyGoesToTheAuthor) {
  const std::string header =
      "From: Bob <Bob@example.com>\r\nTo: Ann <ann@example.org>, Carl <carl@example.com>\r\n"
      "Cc: team@example.com\r\n\r\n";
  EXPECT_EQ(verb_of_reply({"bob@example.com"}, header), Verb::reply);
  EXPECT_EQ(verb_of_reply({"bob@example.com", "ann@example.org"}, header), Verb::reply);
  EXPECT_EQ(verb_of_reply({"bob@example.com", "new@example.com"}, header), Verb::reply);
  EXPECT_EQ(verb_of_reply({"bob@example.com", "CARL@example.com"}, header), Verb::reply_all);
  EXPECT_EQ(verb_of_reply({"team@example.com"}, header), Verb::reply_all);
}

TEST(LastVerb, OrWhereTheAuthorWantsIt) {
  const std::string header =
      "From: bob@example.com\r\nReply-To: list@example.com\r\nTo: list@example.com\r\n\r\n";
  EXPECT_EQ(verb_of_reply({"list@example.com"}, header), Verb::reply);
  EXPECT_EQ(verb_of_reply({"bob@example.com"}, header), Verb::reply);
}

TEST(LastVerb, ToAMailOfOnesOwnItGoesToItsRecipients) {
  const std::string header =
      "From: A@example.org\r\nTo: bob@example.com, carl@example.com\r\nCc: "
      "team@example.com\r\n\r\n";
  EXPECT_EQ(verb_of_reply({"bob@example.com", "carl@example.com"}, header), Verb::reply);
  EXPECT_EQ(verb_of_reply({"bob@example.com", "team@example.com"}, header), Verb::reply_all);
}

TEST(LastVerb, NothingIsKnownOfAMailWithoutAddresses) {
  EXPECT_EQ(verb_of_reply({"bob@example.com"}, "\r\n"), Verb::reply);
}

}  // namespace
}  // namespace godwit::command
