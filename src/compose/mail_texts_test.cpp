#include "compose/mail_texts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <vector>

#include "base/text.hpp"

namespace godwit::compose {
namespace {

/// All of them: the struct holds nothing else.
std::span<const std::string_view> all(const MailTexts& texts) {
  static_assert(sizeof(MailTexts) % sizeof(std::string_view) == 0);
  return {reinterpret_cast<const std::string_view*>(&texts),
          sizeof(MailTexts) / sizeof(std::string_view)};
}

std::size_t gaps(std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find("{}"); at != std::string_view::npos; at = text.find("{}", at + 2)) {
    ++count;
  }
  return count;
}

TEST(MailTexts, AreThereInEachLanguageAndSayAsMuch) {
  const auto english = all(mail_texts(Language::english));
  for (const Language language : languages) {
    const auto texts = all(mail_texts(language));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_FALSE(texts[i].empty()) << code_of(language) << ' ' << english[i];
      EXPECT_EQ(gaps(texts[i]), gaps(english[i])) << texts[i];
      EXPECT_EQ(utf8_clean(texts[i]), texts[i]);
    }
  }
}

TEST(MailTexts, AreTranslated) {
  const std::vector<std::string_view> alike{"Name", "System", "Type", "Adresse"};
  for (const Language language : languages) {
    for (const Language other : languages) {
      if (language == other) continue;
      const auto texts = all(mail_texts(language));
      const auto others = all(mail_texts(other));
      for (std::size_t i = 0; i < texts.size(); ++i) {
        if (std::ranges::find(alike, texts[i]) != alike.end()) continue;
        EXPECT_NE(texts[i], others[i]) << code_of(language) << ' ' << code_of(other);
      }
    }
  }
}

TEST(MailTexts, FillsGapsInTheirOrder) {
  EXPECT_EQ(fill("a {} b {} c", "1", "2"), "a 1 b 2 c");
  EXPECT_EQ(fill("{}", "{}"), "{}");
  EXPECT_EQ(fill("{}{}{}", "{}", "x", "y"), "{}xy");
  EXPECT_EQ(fill("none", "1"), "none");
}

}  // namespace
}  // namespace godwit::compose
