#include "migration/php_value.hpp"

#include <gtest/gtest.h>

#include <string>

namespace godwit::migration {
namespace {

using namespace std::literals;

Errc error_of(std::string_view bytes, const PhpLimits& limits = {}) {
  const auto read = PhpDocument::parse(bytes, limits);
  EXPECT_FALSE(read) << bytes;
  return read ? Errc::conflict : read.error().code;
}

TEST(PhpValue, ReadsScalars) {
  const auto read = PhpDocument::parse(
      "a:6:{i:0;N;i:1;b:1;i:2;i:-7;i:3;d:0.5;s:1:\"x\";s:3:\"a\"b\";"
      "i:5;s:2:\"42\";}");
  ASSERT_TRUE(read) << read.error().message;
  const auto root = read->root();
  ASSERT_EQ(root.size(), 6U);
  EXPECT_EQ(root.find(0)->kind(), PhpKind::null);
  EXPECT_EQ(root.find(1)->integer(), 1);
  EXPECT_EQ(root.find(2)->integer(), -7);
  EXPECT_EQ(root.find(3)->text(), "0.5");
  EXPECT_FALSE(root.find(3)->integer());
  EXPECT_EQ(root.find("x")->text(), "a\"b");
  EXPECT_EQ(root.find(5)->integer(), 42);
  EXPECT_FALSE(root.find("y"));
  EXPECT_FALSE(root.find(4));
}

TEST(PhpValue, NamesMembersWithoutTheirClass) {
  const auto bytes = "O:3:\"Box\":3:{s:6:\"\0Box\0a\";i:1;s:4:\"\0*\0b\";i:2;s:1:\"c\";i:3;}"sv;
  const auto read = PhpDocument::parse(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->root().class_name(), "Box");
  EXPECT_EQ(read->root().find("a")->integer(), 1);
  EXPECT_EQ(read->root().find("b")->integer(), 2);
  EXPECT_EQ(read->root().find("c")->integer(), 3);
}

TEST(PhpValue, ReadsWhatAClassWroteItself) {
  const auto read =
      PhpDocument::parse("a:2:{i:0;C:1:\"A\":14:{a:1:{i:7;i:9;}}i:1;C:1:\"B\":3:{x{}}}");
  ASSERT_TRUE(read) << read.error().message;
  const auto first = *read->root().find(0);
  EXPECT_EQ(first.kind(), PhpKind::custom);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first.member(0).second.find(7)->integer(), 9);
  EXPECT_EQ(read->root().find(1)->size(), 0U);
  EXPECT_EQ(read->root().find(1)->text(), "x{}");
}

TEST(PhpValue, FollowsReferences) {
  const auto read = PhpDocument::parse("a:4:{i:0;s:1:\"x\";i:1;R:2;i:2;R:99;i:3;r:5;}");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->root().find(1)->text(), "x");
  EXPECT_EQ(read->root().find(2)->kind(), PhpKind::reference) << "leads nowhere";
  const auto circle = PhpDocument::parse("a:1:{i:0;r:2;}");
  ASSERT_TRUE(circle);
  EXPECT_EQ(circle->root().find(0)->kind(), PhpKind::reference);
}

TEST(PhpValue, RefusesWhatIsBroken) {
  for (const auto* bytes :
       {"", "x", "i:;", "i:1", "s:3:\"ab\";", "s:1:\"ab\";", "a:1:{}", "a:0:{", "a:1:{N;N;}",
        "a:99999999999999999999:{}", "s:18446744073709551615:\"a\";", "O:1:\"A\"", "i:1;i:2;",
        "a:0:{i:0;N;}", "C:1:\"A\":9:{}", "i:9223372036854775808;", "C:1:\"A\":0:{", "R:x;"}) {
    EXPECT_EQ(error_of(bytes), Errc::malformed);
  }
}

TEST(PhpValue, KeepsItsBounds) {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "a:1:{i:0;";
  EXPECT_EQ(error_of(deep), Errc::too_large);
  EXPECT_EQ(error_of("a:2:{i:0;N;i:1;N;}", {.values_max = 4}), Errc::too_large);
  EXPECT_EQ(error_of("i:1;", {.bytes_max = 3}), Errc::too_large);
  EXPECT_EQ(error_of("C:1:\"A\":18:{a:2:{i:0;N;i:1;N;}}", {.values_max = 4}), Errc::too_large);
}

}  // namespace
}  // namespace godwit::migration
