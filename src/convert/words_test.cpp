#include "convert/words.hpp"

#include <gtest/gtest.h>

namespace godwit::convert {
namespace {

using Words = std::vector<std::string>;

TEST(Words, AreFolded) {
  EXPECT_EQ((Words{"anna", "archer", "example", "org"}), folded_words("Anna  archer@EXAMPLE.org"));
  EXPECT_EQ((Words{"jurgen", "muller"}), folded_words("Jürgen MÜLLER"));
  EXPECT_EQ((Words{"strasse", "12"}), folded_words("Straße-12"));
  EXPECT_EQ((Words{"алексеи"}), folded_words("Алексей"));
  EXPECT_EQ((Words{"山", "田", "さ", "ん", "x1"}), folded_words("山田さんx1"));
  EXPECT_EQ((Words{"ffi"}), folded_words("ﬃ"));
}

TEST(Words, WhatIsNoTextSeparates) {
  EXPECT_EQ(Words{}, folded_words(""));
  EXPECT_EQ(Words{}, folded_words(" .,*()%\\\"'"));
  EXPECT_EQ((Words{"a", "b"}), folded_words(std::string_view("a\xFF\xFE"
                                                             "b",
                                                             4)));
  EXPECT_EQ((Words{"a", "b"}), folded_words(std::string_view("a\0b", 3)));
  EXPECT_EQ(64U * 1024, folded_words(std::string(1'000'000, 'x')).at(0).size());
}

TEST(Words, MakeALine) {
  EXPECT_EQ(" anna archer", folded_line("Anna, Archer!"));
  EXPECT_EQ("", folded_line("..."));
}

TEST(Words, PrefixesBeginWords) {
  const std::string line = " anna archer anna example org";
  EXPECT_TRUE(begins_words(line, {"arch", "an"}));
  EXPECT_TRUE(begins_words(line, {"archer"}));
  EXPECT_FALSE(begins_words(line, {"nna"}));
  EXPECT_FALSE(begins_words(line, {"an", "bruno"}));
}

}  // namespace
}  // namespace godwit::convert
