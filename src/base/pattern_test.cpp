#include "base/pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace godwit {
namespace {

TEST(Patterns, MatchWithoutRegardToCase) {
  EXPECT_TRUE(imatches_pattern("", ""));
  EXPECT_TRUE(imatches_pattern("*", ""));
  EXPECT_TRUE(imatches_pattern("ip*", "iPhone"));
  EXPECT_TRUE(imatches_pattern("*-mail/*", "Android-Mail/2025.1"));
  EXPECT_TRUE(imatches_pattern("a*b*c", "axxbxxbc"));
  EXPECT_FALSE(imatches_pattern("a*b*c", "axxbxxbcd"));
  EXPECT_FALSE(imatches_pattern("iPhone", "iPhone2"));
  EXPECT_FALSE(imatches_pattern("iPhone", ""));
  // A pattern made to be slow is done in the product of the lengths.
  EXPECT_FALSE(imatches_pattern("*a*a*a*a*a*a*a*a*b", std::string(10'000, 'a')));
}

}  // namespace
}  // namespace godwit
