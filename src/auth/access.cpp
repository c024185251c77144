#include "auth/access.hpp"

#include <algorithm>

#include "backend/compact_account.hpp"
#include "base/text.hpp"

namespace godwit::auth {
namespace {

bool has_attribute(const Facts& facts,
                   const std::vector<std::pair<std::string, std::string>>& attributes) {
  return std::ranges::any_of(attributes, [&](const auto& wanted) {
    return std::ranges::any_of(facts.attributes, [&](const auto& each) {
      return iequals(each.first, wanted.first) && iequals(each.second, wanted.second);
    });
  });
}

bool is_about(const AccessRule& rule, std::span<const std::string> addresses, const Facts& facts) {
  return (rule.whom.empty() && rule.attributes.empty()) ||
         names(rule.whom, {addresses, facts.groups}) || has_attribute(facts, rule.attributes);
}

}  // namespace

Access decide(const std::vector<AccessRule>& rules, const backend::Account& account,
              const Facts& facts) {
  Access out;
  backend::DataClasses decided;
  const std::vector<std::string> addresses = backend::names_of(account);
  for (const AccessRule& rule : rules) {
    if (!is_about(rule, addresses, facts)) continue;
    const backend::DataClasses denied = rule.deny.without(decided);
    if (!denied.empty() && out.rule.empty()) out.rule = rule.name;
    out.denied = out.denied.with(denied);
    decided = decided.with(rule.deny).with(rule.allow);
  }
  return out;
}

bool asks_for_groups(const std::vector<AccessRule>& rules) {
  return std::ranges::any_of(rules, [](const AccessRule& rule) {
    return !std::ranges::all_of(rule.whom.groups, &is_group_address);
  });
}

bool asks_for_facts(const std::vector<AccessRule>& rules) {
  return asks_for_groups(rules) || std::ranges::any_of(rules, [](const AccessRule& rule) {
           return !rule.attributes.empty();
         });
}

}  // namespace godwit::auth
