#include "console/texts.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "base/text.hpp"

namespace godwit::console {
namespace {

constexpr std::size_t count = sizeof(Texts) / sizeof(std::string_view);
using All = std::array<std::string_view, count>;

All all_of(Language language) { return std::bit_cast<All>(texts_of(language)); }

TEST(Texts, NoneIsMissingInAnyLanguage) {
  const All english = all_of(Language::english);
  for (const Language language : languages) {
    const All texts = all_of(language);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_FALSE(texts[i].empty()) << texts_of(language).code << " after: " << english[i - 1];
      EXPECT_TRUE(utf8_valid(texts[i]));
      EXPECT_EQ(texts[i].contains("{}"), english[i].contains("{}")) << texts[i];
      EXPECT_EQ(texts[i].ends_with('.'), english[i].ends_with('.')) << texts[i];
    }
  }
}

TEST(Texts, SentencesAreTranslated) {
  const All english = all_of(Language::english);
  for (const Language language : {Language::french, Language::german}) {
    const All texts = all_of(language);
    for (std::size_t i = 0; i < count; ++i) {
      if (english[i].ends_with('.')) EXPECT_NE(texts[i], english[i]);
    }
  }
}

}  // namespace
}  // namespace godwit::console
