/// What is wrong with a policy: one check for those of the configuration and those of the store.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/book.hpp"

namespace godwit::policy {

struct Problem {
  std::string key;   // "mode", "settings.AllowCamera", "users", "name"
  std::string what;  // and what to do
};

/// Settings that do not exist or are out of range; where there are none of these, contradictions.
std::vector<Problem> problems_of(const Settings& settings);

/// Looks for users, groups and domains that two policies name: which one counts would be a matter
/// of order.
class NamedOnce {
 public:
  void add(const std::string& policy, const Whom& whom, std::vector<Problem>& out);

 private:
  std::map<std::string, std::string> seen_;  // key and name -> policy
};

}  // namespace godwit::policy
