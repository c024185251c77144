#include "compose/mail_texts.hpp"

#include <utility>

namespace godwit::compose {

const MailTexts& mail_texts(Language language) {
  switch (language) {
    case Language::english:
      return english_mail_texts();
    case Language::french:
      return french_mail_texts();
    case Language::german:
      return german_mail_texts();
  }
  std::unreachable();
}

std::string fill(std::string_view text, std::string_view first, std::string_view second,
                 std::string_view third) {
  constexpr std::string_view gap = "{}";
  std::string out;
  for (const std::string_view each : {first, second, third}) {
    const auto at = text.find(gap);
    if (at == std::string_view::npos) break;
    out.append(text.substr(0, at)).append(each);
    text.remove_prefix(at + gap.size());
  }
  return out.append(text);
}

}  // namespace godwit::compose
