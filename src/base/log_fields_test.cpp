#include "base/log_fields.hpp"

#include <gtest/gtest.h>

#include "base/log.hpp"

namespace godwit {
namespace {

TEST(LogFieldsOfALine, AreThoseThatWereLogged) {
  std::string line;
  set_log_sink([&line](LogLevel, std::string_view, std::string_view text) { line = text; });
  Log("test").info("happened", {{"plain", "a"},
                                {"empty", ""},
                                {"blank", "a b=c"},
                                {"quoted", "say \"x\" \\x0a"},
                                {"control", "one\ntwo\x7f"},
                                {"number", 7}});
  set_log_sink({});
  const LogParts parts = log_parts(line);
  EXPECT_EQ(parts.event, "happened");
  using Fields = decltype(parts.fields);
  EXPECT_EQ(parts.fields, (Fields{{"plain", "a"},
                                  {"empty", ""},
                                  {"blank", "a b=c"},
                                  {"quoted", "say \"x\" \\x0a"},
                                  {"control", "one\ntwo\x7f"},
                                  {"number", "7"}}))
      << line;
}

TEST(LogFieldsOfALine, TakeAnyText) {
  EXPECT_EQ(log_parts("").event, "");
  EXPECT_TRUE(log_parts("").fields.empty());
  for (const char* text :
       {"a b", "a =", "a b=\"", "a b=\"\\", "a b=\"\\x", "a b=\"\\xzz\"", "a  ", "a b=\"c\"d e"}) {
    EXPECT_EQ(log_parts(text).event, "a") << text;
    EXPECT_FALSE(log_parts(text).fields.empty()) << text;
  }
}

}  // namespace
}  // namespace godwit
