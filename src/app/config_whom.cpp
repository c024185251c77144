#include "app/config_whom.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace godwit::app {

bool knows_named_groups(const Config& config) {
  return std::ranges::any_of(config.sign_in, [](const Config::SignIn& one) {
    return one.kind == "ldap" && !(one.base.empty() && one.group_base.empty());
  });
}

Strings group_problems(const Config& config) {
  Strings out;
  const bool by_name = knows_named_groups(config);
  const bool has_address_list = config.backend.kind == "local" || config.directory.kind == "ldap";
  Strings groups;
  for (const Config::Access& rule : config.access) add_groups(rule, groups);
  for (const Config::NamedPolicy& policy : config.policies) add_groups(policy, groups);
  for (const Config::DeviceRule& rule : config.device_rules) add_groups(rule, groups);
  add_groups(Whom{.groups = config.console.admin_groups}, groups);
  for (const std::string& group : groups) {
    if (is_group_address(group)) {
      if (has_address_list) continue;
      out.push_back(
          fmt::format("group '{}': nobody knows groups by their mail addresses; set "
                      "directory.kind to ldap, or name the group as an ldap [[sign_in]] "
                      "does",
                      group));
    } else if (!by_name && !(config.directory.kind == "ldap" && group.contains('='))) {
      out.push_back(
          fmt::format("group '{}': only an ldap [[sign_in]] with a base knows groups by name; add "
                      "one, or write the group's mail address",
                      group));
    }
  }
  return out;
}

}  // namespace godwit::app
