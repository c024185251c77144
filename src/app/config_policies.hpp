/// The part of the configuration that says what devices must enforce: [policy] and [policy.NAME].
#pragma once

#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/config_value.hpp"
#include "policy/book.hpp"

namespace godwit::app {

/// [policy.settings], and each [policy.NAME]. `table` is [policy].
void read_policies(const ConfigValue& table, Config& config, Problems& problems);

/// What is wrong with them, `file:line: key: what; what to do`: settings that do not exist or are
/// out of range, that contradict each other, users, groups and domains that two policies name.
std::vector<std::string> policy_problems(const Config& config);

policy::Book policy_book(const Config& config);

}  // namespace godwit::app
