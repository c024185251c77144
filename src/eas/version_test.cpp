#include "eas/version.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace godwit::eas {
namespace {

TEST(Version, TextAndByteAgree) {
  for (const Version version : all_versions_list) {
    EXPECT_EQ(parse_version(to_string(version)), version);
    EXPECT_EQ(version_of_byte(std::to_underlying(version)), version);
  }
  EXPECT_EQ(to_string(Version::v14_1), "14.1");
  EXPECT_EQ(version_of_byte(0x8C), Version::v14_0);
}

TEST(Version, OthersAreUnsupported) {
  for (const auto* text : {"", "2.5", "14", "14.10", " 14.1", "17.0"}) {
    EXPECT_EQ(parse_version(text).error().code, Errc::unsupported) << text;
  }
  for (const int byte : {0, 25, 122, 191, 255}) {
    EXPECT_FALSE(version_of_byte(static_cast<std::uint8_t>(byte)).has_value()) << byte;
  }
}

TEST(Version, RangesAreInclusive) {
  EXPECT_TRUE(since(Version::v14_1).contains(Version::v14_1));
  EXPECT_FALSE(since(Version::v14_1).contains(Version::v14_0));
  EXPECT_TRUE(until(Version::v12_1).contains(Version::v12_1));
  EXPECT_FALSE(until(Version::v12_1).contains(Version::v14_0));
}

}  // namespace
}  // namespace godwit::eas
