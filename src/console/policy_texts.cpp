#include "console/policy_texts.hpp"

#include <algorithm>
#include <utility>

namespace godwit::console {
namespace {

const PolicyWords& words_of(Language language) {
  switch (language) {
    case Language::english:
      return english_policy_words();
    case Language::french:
      return french_policy_words();
    case Language::german:
      return german_policy_words();
  }
  std::unreachable();
}

}  // namespace

const PolicyTexts& policy_texts_of(Language language) { return words_of(language).texts; }

std::span<const SettingLabel> setting_labels(Language language) {
  return words_of(language).labels;
}

const SettingLabel& setting_label(Language language, std::string_view name) {
  return *std::ranges::find(setting_labels(language), name, &SettingLabel::name);
}

}  // namespace godwit::console
