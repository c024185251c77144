#include "base/pattern.hpp"

#include <cstddef>

#include "base/text.hpp"

namespace godwit {
namespace {

template <class Equal>
bool match(std::string_view pattern, std::string_view text, Equal equal) {
  std::size_t after_star = std::string_view::npos;
  std::size_t retry = 0;  // where the text goes on after what the last * stands for
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      retry = t;
    } else if (p < pattern.size() && equal(pattern[p], text[t])) {
      ++p;
      ++t;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      t = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  return match(pattern, text, [](char a, char b) { return a == b; });
}

bool imatches_pattern(std::string_view pattern, std::string_view text) {
  return match(pattern, text, [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
}

}  // namespace godwit
