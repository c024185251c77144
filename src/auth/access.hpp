/// Who may see what: rules about users, groups, domains and attributes, the first of which decides.
/// Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "auth/check.hpp"
#include "backend/data_classes.hpp"
#include "base/whom.hpp"

namespace godwit::auth {

struct AccessRule {
  std::string name;  // for the log
  /// Whom it is about, or who has one of the attributes; everybody when both are empty.
  Whom whom = {};
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

/// Whether `rules` ask for groups by name, or for attributes.
bool asks_for_groups(const std::vector<AccessRule>& rules);
bool asks_for_facts(const std::vector<AccessRule>& rules);

}  // namespace godwit::auth
