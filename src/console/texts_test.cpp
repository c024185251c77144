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

TEST(Language, IsTheOneThatIsWantedMost) {
  EXPECT_EQ(preferred(""), Language::english);
  EXPECT_EQ(preferred("de"), Language::german);
  EXPECT_EQ(preferred("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"), Language::french);
  EXPECT_EQ(preferred("en;q=0.5, DE-at;q=0.55"), Language::german);
  EXPECT_EQ(preferred("it, es;q=0.9"), Language::english);
  EXPECT_EQ(preferred("de;q=0, fr;q=0.001"), Language::french);
  EXPECT_EQ(preferred("de;q=0.1234, fr;q=0.05"), Language::french);  // no such number
  EXPECT_EQ(preferred(";;,,=;q=,de;q=x"), Language::english);
}

TEST(Language, HasACode) {
  Language out{};
  EXPECT_TRUE(language_of("DE", out));
  EXPECT_EQ(out, Language::german);
  EXPECT_FALSE(language_of("", out));
  EXPECT_FALSE(language_of("xx", out));
}

}  // namespace
}  // namespace godwit::console
