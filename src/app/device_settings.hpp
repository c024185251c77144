/// The part of the configuration that says which devices are let in: [devices] and [[device_rule]].
#pragma once

#include <string>
#include <vector>

#include "app/config.hpp"
#include "policy/device_rules.hpp"

namespace godwit::app {

/// What is wrong with them: `file:line: device_rule: what; what to do`.
std::vector<std::string> device_rule_problems(const Config& config);

/// "2026-12-31": when that day begins, in UTC.
std::optional<Time> begin_of_day(std::string_view text);

policy::DeviceRules device_rules_of(const Config& config);

}  // namespace godwit::app
