#include "console/texts.hpp"

#include <utility>

namespace godwit::console {

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

}  // namespace godwit::console
