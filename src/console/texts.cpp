#include "console/texts.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace godwit::console {
namespace {

std::string_view cut(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto piece = trim(text.substr(0, at));
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return piece;
}

/// In thousandths; 1000 where there is none, 0 where it is none.
unsigned quality(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view one = cut(parameters, ';');
    if (!iequals(cut(one, '='), "q")) continue;
    if (one.starts_with('1')) return 1000;
    if (!one.starts_with("0.") || one.size() > 5) return 0;
    std::string digits(one.substr(2));
    digits.resize(3, '0');
    return parse_number<unsigned>(digits).value_or(0);
  }
  return 1000;
}

}  // namespace

const Texts& texts_of(Language language) {
  switch (language) {
    case Language::english:
      return english_texts();
    case Language::french:
      return french_texts();
    case Language::german:
      return german_texts();
  }
  std::unreachable();
}

bool language_of(std::string_view code, Language& language) {
  const auto* const found = std::ranges::find_if(
      languages, [&](Language each) { return iequals(texts_of(each).code, code); });
  if (found == languages.end()) return false;
  language = *found;
  return true;
}

Language preferred(std::string_view accept_language) {
  Language best = Language::english;
  unsigned best_quality = 0;
  while (!accept_language.empty()) {
    std::string_view rest = cut(accept_language, ',');
    std::string_view range = cut(rest, ';');
    Language one{};
    if (!language_of(range.substr(0, range.find('-')), one)) continue;
    const unsigned wanted = quality(rest);
    if (wanted > best_quality) {
      best = one;
      best_quality = wanted;
    }
  }
  return best;
}

}  // namespace godwit::console
