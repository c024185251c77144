#include "backend/shared_rule.hpp"

namespace godwit::backend {

SharedRule shared_rule(const std::vector<std::string>& given) {
  using Which = SharedRule::Which;
  using Names = std::vector<std::string>;
  if (given.empty() || given == Names{"none"}) return {.which = Which::none};
  if (given == Names{"all"}) return {.which = Which::all};
  if (given == Names{"subscribed"}) return {.which = Which::subscribed};
  return {.which = Which::listed, .names = given};
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t after_star = std::string_view::npos;
  std::size_t retry = 0;
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
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

}  // namespace godwit::backend
