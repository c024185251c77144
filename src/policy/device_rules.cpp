#include "policy/device_rules.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/pattern.hpp"

namespace godwit::policy {
namespace {

/// An empty list asks for nothing.
bool one_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
           return imatches_pattern(pattern, text);
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

DeviceFacts facts_of(const Device& device, std::string_view version, Known user) {
  return {.type = device.type,
          .model = device.model,
          .system = device.os,
          .agent = device.user_agent,
          .version = version,
          .address = device.address,
          .user = user};
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
