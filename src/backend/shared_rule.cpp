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

}  // namespace godwit::backend
