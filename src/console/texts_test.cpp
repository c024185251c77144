#include "console/texts.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <vector>

#include "base/text.hpp"
#include "console/policy_texts.hpp"

namespace godwit::console {
namespace {

/// Every text of a table that has nothing else.
template <class Table>
auto list_of(const Table& table) {
  return std::bit_cast<std::array<std::string_view, sizeof(Table) / sizeof(std::string_view)>>(
      table);
}

std::vector<std::string_view> all_of(Language language) {
  std::vector<std::string_view> out;
  const auto add = [&](const auto& list) { out.insert(out.end(), list.begin(), list.end()); };
  add(list_of(texts_of(language)));
  add(list_of(policy_texts_of(language)));
  return out;
}

TEST(Texts, NoneIsMissingInAnyLanguage) {
  const auto english = all_of(Language::english);
  for (const Language language : languages) {
    const auto texts = all_of(language);
    for (std::size_t i = 0; i < english.size(); ++i) {
      EXPECT_FALSE(texts[i].empty()) << texts_of(language).code << " after: " << english[i - 1];
      EXPECT_TRUE(utf8_valid(texts[i]));
      EXPECT_EQ(texts[i].contains("{}"), english[i].contains("{}")) << texts[i];
      EXPECT_EQ(texts[i].ends_with('.'), english[i].ends_with('.')) << texts[i];
    }
  }
}

TEST(Texts, SentencesAreTranslated) {
  const auto english = all_of(Language::english);
  for (const Language language : {Language::french, Language::german}) {
    const auto texts = all_of(language);
    for (std::size_t i = 0; i < english.size(); ++i) {
      if (english[i].ends_with('.')) EXPECT_NE(texts[i], english[i]);
    }
  }
}

}  // namespace
}  // namespace godwit::console
