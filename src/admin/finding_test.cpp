#include "admin/finding.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace godwit::admin {
namespace {

using Code = Finding::Code;

TEST(Finding, EachIsSaidWholeInEveryLanguage) {
  std::set<std::string> seen;
  for (unsigned i = 0; i <= std::to_underlying(Code::item_removed); ++i) {
    const Finding found{.step = "", .code = static_cast<Code>(i), .arguments = {"ÄA", "ÄB", "ÄC"}};
    EXPECT_TRUE(seen.insert(std::string(name_of(found.code))).second) << name_of(found.code);
    const std::string english = text_of(found, "en");
    for (const char* const language : {"de", "fr"}) {
      const std::string text = text_of(found, language);
      EXPECT_TRUE(seen.insert(text).second) << text;
      EXPECT_FALSE(text.contains('{')) << text;
      for (const std::string& argument : found.arguments) {
        EXPECT_EQ(text.contains(argument), english.contains(argument)) << text;
      }
    }
  }
}

TEST(Finding, WordsOfOursAreTranslatedAndOthersAreNot) {
  const Finding window{
      .step = "item", .code = Code::item_before_day, .arguments = {"window.3", "2026-11-01"}};
  EXPECT_TRUE(text_of(window, "en").ends_with("asks for one week, from 2026-11-01 on"));
  EXPECT_TRUE(text_of(window, "de").ends_with("will eine Woche, ab 2026-11-01"));
  const Finding classes{
      .step = "access", .code = Code::access_some, .arguments = {"mail", "mail,tasks,other"}};
  EXPECT_TRUE(text_of(classes, "de")
                  .ends_with("„mail“ in [[access]] verwehrt diesem Konto E-Mail, "
                             "Aufgaben, other"));
  EXPECT_EQ(text_of({.step = "", .code = Code::folder_on, .arguments = {"{0} {9}"}}, "xx"),
            "the device synchronizes {0} {9}");
  EXPECT_EQ(text_of({.step = "", .code = Code::folder_on, .arguments = {}}, "en"),
            "the device synchronizes ");
}

}  // namespace
}  // namespace godwit::admin
