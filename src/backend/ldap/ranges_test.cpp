#include "backend/ldap/ranges.hpp"

#include <gtest/gtest.h>

namespace godwit::backend::ldap {
namespace {

TEST(ValueRange, Parts) {
  EXPECT_EQ((ValueRange{"member", 0, 1499}), parse_value_range("member;range=0-1499"));
  EXPECT_EQ((ValueRange{"member", 1500}), parse_value_range("member;Range=1500-*"));
  EXPECT_EQ((ValueRange{"a;binary", 7, 7}), parse_value_range("a;binary;range=7-7"));
}

TEST(ValueRange, WhatIsNone) {
  for (const char* text :
       {"member", "", ";range=0-1", "member;range=", "member;range=1", "member;range=*-1",
        "member;range=5-4", "member;range=-1-4", "member;range=0-1x", "member;range=0-",
        "member;range=0-4294967296", "member;binary"}) {
    EXPECT_EQ(std::nullopt, parse_value_range(text)) << text;
  }
}

TEST(ValueRange, WhatIsAskedForNext) {
  EXPECT_EQ("member;range=1500-*", range_request("member", 1500));
}

}  // namespace
}  // namespace godwit::backend::ldap
