#include "base/language.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

TEST(Language, IsFoundByItsTagOrName) {
  for (const Language each : languages) EXPECT_EQ(language_of(code_of(each)), each);
  EXPECT_EQ(language_of("de-AT"), Language::german);
  EXPECT_EQ(language_of("DE_ch"), Language::german);
  EXPECT_EQ(language_of("German (Switzerland)"), Language::german);
  EXPECT_EQ(language_of("Français"), Language::french);
  EXPECT_EQ(language_of("fr-CA"), Language::french);
  EXPECT_EQ(language_of("English"), Language::english);
  EXPECT_EQ(language_of(""), std::nullopt);
  EXPECT_EQ(language_of("-de"), std::nullopt);
  EXPECT_EQ(language_of("den"), std::nullopt);
  EXPECT_EQ(language_of("pt-BR"), std::nullopt);
}

TEST(Language, IsTheOneThatIsWantedMost) {
  EXPECT_EQ(preferred_language(""), std::nullopt);
  EXPECT_EQ(preferred_language("de"), Language::german);
  EXPECT_EQ(preferred_language("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"), Language::french);
  EXPECT_EQ(preferred_language("en;q=0.5, DE-at;q=0.55"), Language::german);
  EXPECT_EQ(preferred_language("it, es;q=0.9"), std::nullopt);
  EXPECT_EQ(preferred_language("de;q=0, fr;q=0.001"), Language::french);
  EXPECT_EQ(preferred_language("de;q=0.1234, fr;q=0.05"), Language::french);  // no such number
  EXPECT_EQ(preferred_language(";;,,=;q=,de;q=x"), std::nullopt);
}

}  // namespace
}  // namespace godwit
