#include "base/language.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace godwit {
namespace {

struct Name {
  std::string_view name;
  Language language;
};
constexpr auto names = std::to_array<Name>({
    {"en", Language::english},
    {"eng", Language::english},
    {"english", Language::english},
    {"de", Language::german},
    {"deu", Language::german},
    {"ger", Language::german},
    {"german", Language::german},
    {"deutsch", Language::german},
    {"fr", Language::french},
    {"fra", Language::french},
    {"fre", Language::french},
    {"french", Language::french},
    {"français", Language::french},
    {"francais", Language::french},
});

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

std::string_view code_of(Language language) {
  switch (language) {
    case Language::english:
      return "en";
    case Language::french:
      return "fr";
    case Language::german:
      return "de";
  }
  std::unreachable();
}

std::optional<Language> language_of(std::string_view tag) {
  const std::string_view first = tag.substr(0, tag.find_first_of("-_ ("));
  const auto* const found =
      std::ranges::find_if(names, [&](const Name& each) { return iequals(each.name, first); });
  if (found == names.end()) return std::nullopt;
  return found->language;
}

std::optional<Language> preferred_language(std::string_view accept_language) {
  std::optional<Language> best;
  unsigned best_quality = 0;
  while (!accept_language.empty()) {
    std::string_view rest = cut(accept_language, ',');
    const auto one = language_of(cut(rest, ';'));
    if (!one) continue;
    const unsigned wanted = quality(rest);
    if (wanted > best_quality) {
      best = one;
      best_quality = wanted;
    }
  }
  return best;
}

}  // namespace godwit
