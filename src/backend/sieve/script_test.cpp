#include "backend/sieve/script.hpp"

#include <gtest/gtest.h>

namespace godwit::backend::sieve {
namespace {

TEST(SieveScript, CommandsKnowTheirPlace) {
  const std::string text =
      "require [\"fileinto\", \"vacation\"]; # why\r\n"
      "/* all\r\nof it */ if anyof (header :is [\"a\", \"b\"] \"x\\\"y\", size :over 2K)\r\n"
      "{ fileinto \"Junk\"; stop; }\r\nelse { vacation :days 7 text: # no\r\n"
      "Gone.\r\n..dot\r\n.\r\n; }\r\nkeep ;";
  const auto script = parse_script(text);
  ASSERT_TRUE(script) << script.error().message;
  ASSERT_EQ(script->size(), 4U);
  const Command& test = (*script)[1];
  EXPECT_EQ(test.name, "if");
  ASSERT_EQ(test.tests.size(), 1U);
  ASSERT_EQ(test.tests[0].tests.size(), 2U);
  EXPECT_TRUE(test.tests[0].tests[0].has("is"));
  EXPECT_EQ(test.tests[0].tests[0].arguments.back().strings, std::vector<std::string>{"x\"y"});
  EXPECT_EQ(test.tests[0].tests[1].after("over")->number, 2048U);
  EXPECT_EQ(test.block.size(), 2U);
  const Command& vacation = (*script)[2].block.at(0);
  EXPECT_EQ(vacation.after("days")->number, 7U);
  EXPECT_EQ(vacation.arguments.back().strings, std::vector<std::string>{"Gone.\r\n.dot\r\n"});
  EXPECT_EQ(text.substr(vacation.begin, 13), "vacation :day");
  EXPECT_EQ(text[vacation.end - 1], ';');
  EXPECT_EQ(text.substr((*script)[3].begin, (*script)[3].end), "keep ;");
}

TEST(SieveScript, WhatIsNoScriptIsRefused) {
  for (const std::string bad :
       {"keep", "if true { keep;", "}", "keep; ]", "redirect \"a", "/* x", "vacation text: x\n.\n;",
        "vacation text:\nx", "if allof(true { keep; }", "if allof() { keep; }", "redirect [\"a\" ;",
        "redirect [a];", "stop : ;", "\xEF\xBB\xBFkeep;", "redirect \"a\\"}) {
    const auto script = parse_script(bad);
    ASSERT_FALSE(script) << bad;
    EXPECT_EQ(script.error().code, Errc::malformed) << bad;
  }
  for (const std::string good : {"", "# only\n", "keep;", "vacation text:\nx\n.\n;",
                                 "if not not true {}", "redirect :copy [\"a\",\"b\"];"}) {
    EXPECT_TRUE(parse_script(good)) << good;
  }
}

TEST(SieveScript, DepthAndNumberAreBounded) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "if true {";
  EXPECT_EQ(parse_script(deep).error().code, Errc::too_large);
  std::string tests = "if ";
  for (int i = 0; i < 100'000; ++i) tests += "not ";
  EXPECT_EQ(parse_script(tests).error().code, Errc::too_large);
  std::string many;
  for (std::size_t i = 0; i <= script_commands_max; ++i) many += "keep;";
  EXPECT_EQ(parse_script(many).error().code, Errc::too_large);
  std::string list = "if anyof(true";
  for (std::size_t i = 0; i <= script_commands_max; ++i) list += ",true";
  EXPECT_EQ(parse_script(list + ") {}").error().code, Errc::too_large);
  const auto number = parse_script("stop 99999999999999999999G;");
  ASSERT_TRUE(number);
  EXPECT_EQ((*number)[0].arguments[0].number, 0xFFFFFFFFU);
}

TEST(SieveScript, QuotedIsReadBack) {
  const std::string odd = "a\"b\\c\r\nd";
  const auto script = parse_script("redirect " + quote(odd) + ';');
  ASSERT_TRUE(script);
  EXPECT_EQ((*script)[0].arguments[0].strings, std::vector<std::string>{odd});
}

}  // namespace
}  // namespace godwit::backend::sieve
