#include "auth/access.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace godwit::auth {
namespace {

bool is_one_of(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](const std::string& each) { return iequals(each, name); });
}

bool has_address_in(const backend::Account& account, const std::vector<std::string>& domains) {
  const auto in = [&](std::string_view address) {
    const auto at = address.rfind('@');
    return at != std::string_view::npos && is_one_of(domains, address.substr(at + 1));
  };
  return in(account.user.view()) || std::ranges::any_of(account.addresses, in);
}

bool is_in_group(const Facts& facts, const std::vector<std::string>& groups) {
  return std::ranges::any_of(groups, [&](const std::string& wanted) {
    const std::string key = group_key(wanted);
    return std::ranges::any_of(facts.groups,
                               [&](const std::string& each) { return group_key(each) == key; });
  });
}

bool has_attribute(const Facts& facts,
                   const std::vector<std::pair<std::string, std::string>>& attributes) {
  return std::ranges::any_of(attributes, [&](const auto& wanted) {
    return std::ranges::any_of(facts.attributes, [&](const auto& each) {
      return iequals(each.first, wanted.first) && iequals(each.second, wanted.second);
    });
  });
}

bool is_about(const AccessRule& rule, const backend::Account& account, const Facts& facts) {
  const bool everybody =
      rule.users.empty() && rule.groups.empty() && rule.domains.empty() && rule.attributes.empty();
  return everybody || is_one_of(rule.users, account.user.view()) ||
         has_address_in(account, rule.domains) || is_in_group(facts, rule.groups) ||
         has_attribute(facts, rule.attributes);
}

}  // namespace

Access decide(const std::vector<AccessRule>& rules, const backend::Account& account,
              const Facts& facts) {
  Access out;
  backend::DataClasses decided;
  for (const AccessRule& rule : rules) {
    if (!is_about(rule, account, facts)) continue;
    const backend::DataClasses denied = rule.deny.without(decided);
    if (!denied.empty() && out.rule.empty()) out.rule = rule.name;
    out.denied = out.denied.with(denied);
    decided = decided.with(rule.deny).with(rule.allow);
  }
  return out;
}

bool asks_for_groups(const std::vector<AccessRule>& rules) {
  return std::ranges::any_of(rules, [](const AccessRule& rule) { return !rule.groups.empty(); });
}

bool asks_for_facts(const std::vector<AccessRule>& rules) {
  return asks_for_groups(rules) || std::ranges::any_of(rules, [](const AccessRule& rule) {
           return !rule.attributes.empty();
         });
}

std::string group_key(std::string_view name) {
  std::string out;
  for (const char c : ascii_lower(trim(name))) {
    const bool separates = c == ',' || c == '=';
    while (separates && out.ends_with(' ')) out.pop_back();
    if (c == ' ' && (out.ends_with(',') || out.ends_with('='))) continue;
    out += c;
  }
  return out;
}

}  // namespace godwit::auth
