#include "policy/device_rules.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.hpp"

namespace godwit::policy {
namespace {

/// An empty list asks for nothing.
bool one_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
           return matches(pattern, text);
         });
}

bool holds(const DeviceRule& rule, const DeviceFacts& facts, Time now) {
  if (rule.until && now >= *rule.until) return false;
  if (rule.from && !rule.from(facts.address)) return false;
  return one_matches(rule.types, facts.type) && one_matches(rule.models, facts.model) &&
         one_matches(rule.systems, facts.system) && one_matches(rule.agents, facts.agent) &&
         one_matches(rule.versions, facts.version) &&
         (rule.whom.empty() || names(rule.whom, facts.user));
}

Standing standing_of(Action action) {
  switch (action) {
    case Action::allow:
      return Standing::allowed;
    case Action::block:
      return Standing::blocked;
    case Action::quarantine:
      return Standing::quarantined;
  }
  std::unreachable();
}

auto as_tuple(const DeviceRule& rule) {
  return std::tie(rule.name, rule.action, rule.types, rule.models, rule.systems, rule.agents,
                  rule.versions, rule.whom.users, rule.whom.groups, rule.whom.domains,
                  rule.networks, rule.until);
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::optional<std::size_t> star;  // the place behind the last *, and
  std::size_t resumed = 0;          // where the text goes on after what it stands for
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      resumed = t;
    } else if (p < pattern.size() && ascii_lower(pattern[p]) == ascii_lower(text[t])) {
      ++p;
      ++t;
    } else if (star) {
      p = *star;
      t = ++resumed;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

Verdict decide(const DeviceRules& rules, const DeviceFacts& facts, Time now) {
  const auto rule = std::ranges::find_if(
      rules.list, [&](const DeviceRule& each) { return holds(each, facts, now); });
  if (rule != rules.list.end()) return {standing_of(rule->action), rule->name};
  return {standing_of(rules.otherwise), {}};
}

std::vector<std::string> asked_groups(const DeviceRules& rules) {
  std::vector<std::string> out;
  for (const DeviceRule& rule : rules.list) add_groups(rule.whom, out);
  return out;
}

bool ends_between(const DeviceRules& rules, Time from, Time to) {
  return std::ranges::any_of(rules.list, [&](const DeviceRule& rule) {
    return rule.until && *rule.until > from && *rule.until <= to;
  });
}

bool same(const DeviceRules& a, const DeviceRules& b) {
  return a.otherwise == b.otherwise && a.devices_max == b.devices_max &&
         std::ranges::equal(a.list, b.list, [](const DeviceRule& x, const DeviceRule& y) {
           return as_tuple(x) == as_tuple(y);
         });
}

}  // namespace godwit::policy
