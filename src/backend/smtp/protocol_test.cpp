#include "backend/smtp/protocol.hpp"

#include <gtest/gtest.h>

namespace godwit::backend::smtp {
namespace {

/// All replies in `text`, fed in pieces: code and lines, or "error".
std::string read(std::string_view text, std::size_t piece) {
  ReplyReader reader;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += piece) {
    reader.feed(text.substr(i, piece));
    while (auto reply = reader.next()) {
      if (!*reply) return out + "error";
      out += (*reply)->words() + "|";
    }
  }
  return out;
}

std::string encode(std::string_view text, std::size_t piece) {
  DotEncoder encoder;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += piece) encoder.feed(text.substr(i, piece), out);
  encoder.finish(out);
  return out;
}

TEST(Replies, AreReadHoweverTheyAreCut) {
  for (const std::size_t piece : {1U, 3U, 100U}) {
    EXPECT_EQ(read("220 hello\r\n250-a\r\n250-b c\r\n250 d\r\n354\r\n", piece),
              "220 hello|250 a b c d|354 |");
    EXPECT_EQ(read("250 ok\n", piece), "250 ok|");
    EXPECT_EQ(read("hello\r\n", piece), "error");
    EXPECT_EQ(read("250-a\r\n251 b\r\n", piece), "error");
    EXPECT_EQ(read("99 x\r\n", piece), "error");
    EXPECT_EQ(read("250=x\r\n", piece), "error");
  }
  EXPECT_EQ(read(std::string(5000, 'x'), 5000), "error");
  std::string endless;
  for (int i = 0; i < 200; ++i) endless += "250-x\r\n";
  EXPECT_EQ(read(endless, 7), "error");
}

TEST(Replies, EnhancedCodes) {
  const Reply reply{550, {"5.1.1 unknown"}};
  EXPECT_TRUE(reply.has_enhanced("5.1.1"));
  EXPECT_FALSE(reply.has_enhanced("5.1"));
  EXPECT_FALSE((Reply{550, {"5.1.10 x"}}.has_enhanced("5.1.1")));
  EXPECT_EQ((Reply{550, {"a\tb", std::string(1000, 'x')}}.words().size()), 400U);
}

TEST(Capabilities, AreUnderstood) {
  const auto can = read_capabilities(
      {250, {"mx", "SIZE 1000", "STARTTLS", "8bitmime", "AUTH PLAIN LOGIN", "SMTPUTF8", ""}});
  EXPECT_TRUE(can.starttls && can.eight_bit && can.utf8 && can.auth_plain && can.auth_login);
  EXPECT_EQ(can.size_max, 1000U);
  EXPECT_TRUE(read_capabilities({250, {"mx", "AUTH=LOGIN"}}).auth_login);
  EXPECT_FALSE(read_capabilities({250, {"STARTTLS"}}).starttls);  // that is its name
}

TEST(DotEncoder, ContentCannotEndItself) {
  for (const std::size_t piece : {1U, 2U, 100U}) {
    EXPECT_EQ(encode(".a\r\n..b\r\n.\r\nc", piece), "..a\r\n...b\r\n..\r\nc\r\n.\r\n");
    EXPECT_EQ(encode("a\n.\nb\r.\rc\r\n", piece), "a\r\n..\r\nb\r\n..\r\nc\r\n.\r\n");
    EXPECT_EQ(encode("a\r", piece), "a\r\n.\r\n");
    EXPECT_EQ(encode("", piece), ".\r\n");
  }
}

TEST(Credentials, Plain) {
  EXPECT_EQ(plain_credentials("tim", "pass"), "AHRpbQBwYXNz");
  EXPECT_EQ(plain_credentials("b", "c", "a"), "YQBiAGM=");
}

}  // namespace
}  // namespace godwit::backend::smtp
