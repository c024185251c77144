#include "imap/conversation.hpp"

#include <gtest/gtest.h>

#include <string>

namespace godwit::imap {
namespace {

TEST(Conversation, LeavesOutWhatPeopleWrote) {
  EXPECT_EQ(conversation_line("G1 SELECT \"a \\\"b\"\r\n"), "G1 SELECT \"(5)\"");
  EXPECT_EQ(conversation_line("* 3 FETCH (UID 9 BODY[] {5}\r\nab\r\nc FLAGS (\\Seen))\r\n"),
            "* 3 FETCH (UID 9 BODY[] {5} FLAGS (\\Seen))");
  EXPECT_EQ(conversation_line("G2 APPEND {5+}\r\nINBOX () {100}\r\n"), "G2 APPEND {5} () {100}");
  EXPECT_EQ(conversation_line("G3 UID FETCH 1:* (FLAGS)\r\n"), "G3 UID FETCH 1:* (FLAGS)");
}

TEST(Conversation, LeavesOutSecrets) {
  EXPECT_EQ(conversation_line("G1 LOGIN ann secret\r\n"), "G1 LOGIN ...");
  EXPECT_EQ(conversation_line("G1 login {3}\r\nann {6}\r\nsecret\r\n"), "G1 login ...");
  EXPECT_EQ(conversation_line("G1 AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=\r\n"), "G1 AUTHENTICATE ...");
  EXPECT_EQ(conversation_line("G1 UID SEARCH TEXT marked\r\n"), "G1 UID SEARCH ...");
  EXPECT_EQ(conversation_line("+ c2VjcmV0\r\n"), "+");
}

TEST(Conversation, TakesAnything) {
  EXPECT_EQ(conversation_line(""), "");
  EXPECT_EQ(conversation_line("* \"unended"), "* \"(6)\"");
  EXPECT_EQ(conversation_line("* \"x\\"), "* \"(1)\"");
  EXPECT_EQ(conversation_line("* {99}\r\nab"), "* {99}");
  EXPECT_EQ(conversation_line("* {99999999999999999999}\r\nab"), "* {99999999999999999999}ab");
  EXPECT_EQ(conversation_line("* " + std::string(5000, 'a')).size(), 2000U);
  EXPECT_EQ(conversation_line("* " + std::string(1997, 'a') + "\"quoted\"").size(), 2000U);
  EXPECT_EQ(conversation_line("G1 LOGIN" + std::string(5000, 'a')).size(), 2000U);
}

}  // namespace
}  // namespace godwit::imap
