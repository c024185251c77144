#include "backend/sieve/protocol.hpp"

#include <gtest/gtest.h>

namespace godwit::backend::sieve {
namespace {

std::optional<Result<Response>> read(std::string_view text, std::size_t piece) {
  ResponseReader reader;
  for (std::size_t i = 0; i < text.size(); i += piece) {
    EXPECT_FALSE(reader.next().has_value()) << i;
    reader.feed(text.substr(i, piece));
  }
  return reader.next();
}

TEST(ManageSieve, ResponsesAreReadHoweverTheyAreCut) {
  const std::string text =
      "\"one\" ACTIVE\r\n\"t\\\"w\\\\o\"\r\n{5}\r\nth\r\nr\r\nOK (WARNINGS) \"line 1: x\"\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, text.size()}) {
    const auto response = read(text, piece);
    ASSERT_TRUE(response && *response) << piece;
    EXPECT_TRUE((*response)->ok());
    EXPECT_EQ((*response)->code, "WARNINGS");
    EXPECT_EQ((*response)->words, "line 1: x");
    EXPECT_EQ(read_scripts(**response).value(),
              (std::vector<ScriptName>{{"one", true}, {"t\"w\\o", false}, {"th\r\nr", false}}));
  }
}

TEST(ManageSieve, RefusalsSayWhy) {
  const auto no = read("NO (quota/MaxSize) {7}\r\ntoo\nbig\r\n", 2);
  ASSERT_TRUE(no && *no);
  EXPECT_EQ((*no)->kind, Response::Kind::no);
  EXPECT_EQ((*no)->code, "QUOTA/MAXSIZE");
  EXPECT_EQ((*no)->words, "too big");
  const auto bye = read("BYE (TRYLATER) \"later\"\r\n", 100);
  EXPECT_EQ((*bye)->kind, Response::Kind::bye);
  const auto bare = read("OK\r\n", 100);
  EXPECT_TRUE((*bare)->ok());
  const auto referred = read("BYE (REFERRAL \"sieve://other\") \"go there\"\r\n", 1);
  EXPECT_EQ((*referred)->code, "REFERRAL");
  EXPECT_EQ((*referred)->words, "go there");
}

TEST(ManageSieve, CapabilitiesAreThoseOfTheServer) {
  const auto greeting = read(
      "\"IMPLEMENTATION\" \"x\"\r\n\"SASL\" \"LOGIN plain\"\r\n\"SIEVE\" \"vacation Include "
      "date\"\r\n"
      "\"STARTTLS\"\r\n\"UNKNOWN\"\r\nOK \"ready\"\r\n",
      7);
  const Capabilities can = read_capabilities(**greeting);
  EXPECT_TRUE(can.starttls);
  EXPECT_TRUE(can.plain);
  EXPECT_TRUE(can.has("include"));
  EXPECT_FALSE(can.has("envelope"));
  EXPECT_FALSE(read_capabilities(**read("OK\r\n", 9)).plain);
}

TEST(ManageSieve, WhatFollowsAResponseIsTheNext) {
  ResponseReader reader;
  EXPECT_TRUE(reader.empty());
  reader.feed("OK\r\nNO \"x\"\r\n\"half");
  EXPECT_TRUE((*reader.next())->ok());
  EXPECT_FALSE((*reader.next())->ok());
  EXPECT_FALSE(reader.next().has_value());
  EXPECT_FALSE(reader.empty());
}

TEST(ManageSieve, EndlessResponsesEnd) {
  const auto code_of = [](const std::string& text) {
    const auto response = read(text, text.size());
    return response && !*response ? std::optional((*response).error().code) : std::nullopt;
  };
  EXPECT_EQ(code_of("\r\n"), Errc::malformed);
  EXPECT_EQ(code_of("{99999999}\r\n"), Errc::too_large);
  EXPECT_EQ(code_of("{123456789012345678901234567890\r\n"), Errc::too_large);
  EXPECT_EQ(code_of("{x}\r\n"), Errc::too_large);
  EXPECT_EQ(code_of('"' + std::string(20'000, 'a') + "\r\n"), Errc::too_large);
  EXPECT_EQ(code_of(std::string(2 * response_bytes_max + 1, 'a')), Errc::too_large);
  std::string words;
  for (int i = 0; i < 20; ++i) words += "a ";
  EXPECT_EQ(code_of(words + "\r\n"), Errc::too_large);
  std::string lines;
  for (std::size_t i = 0; i <= response_lines_max; ++i) lines += "\"x\"\r\n";
  EXPECT_EQ(code_of(lines), Errc::too_large);
}

TEST(ManageSieve, StringsTravelAsTheyAre) {
  EXPECT_EQ(encode_string("a \"b\" \\c"), "\"a \\\"b\\\" \\\\c\"");
  EXPECT_EQ(encode_string("a\r\nb"), "{4+}\r\na\r\nb");
  EXPECT_EQ(encode_string(std::string(600, 'x')).substr(0, 8), "{600+}\r\n");
  EXPECT_EQ(encode_literal("x"), "{1+}\r\nx");
  EXPECT_EQ(plain_credentials("", "tim", "pass"), "AHRpbQBwYXNz");
  EXPECT_EQ(plain_credentials("a", "b", "c"), "YQBiAGM=");
}

}  // namespace
}  // namespace godwit::backend::sieve
