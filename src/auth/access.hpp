/// Who may see what: rules about users, groups, domains and attributes, the first of which decides.
/// Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "auth/check.hpp"
#include "backend/data_classes.hpp"

namespace godwit::auth {

struct AccessRule {
  std::string name;  // for the log
  /// Whom it is about: who is in any of the lists; everybody when all are empty.
  std::vector<std::string> users = {};
  std::vector<std::string> groups = {};  // DNs or common names
  std::vector<std::string> domains = {};
  std::vector<std::pair<std::string, std::string>> attributes = {};
  backend::DataClasses allow = {};
  backend::DataClasses deny = {};  // before `allow` where both name a class
};

struct Access {
  backend::DataClasses denied;
  std::string rule;  // the first that denied something; empty when none did
};

/// Of several rules that fit, the first that names a class decides about it; what none names is
/// allowed. Letter case does not matter.
Access decide(const std::vector<AccessRule>& rules, const backend::Account& account,
              const Facts& facts);

/// Whether `rules` ask for groups or attributes.
bool asks_for_groups(const std::vector<AccessRule>& rules);
bool asks_for_facts(const std::vector<AccessRule>& rules);

/// Names of a group as they are compared: case, and blanks around `,` and `=`, do not count.
std::string group_key(std::string_view name);

}  // namespace godwit::auth
