#include "app/device_settings.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "net/network.hpp"

namespace godwit::app {
namespace {

using Rule = Config::DeviceRule;

constexpr auto patterns = std::to_array<Strings Rule::*>(
    {&Rule::types, &Rule::models, &Rule::os, &Rule::agents, &Rule::versions, &Rule::networks});

std::optional<policy::Action> action_of(const std::string& name) {
  if (name == "allow") return policy::Action::allow;
  if (name == "block") return policy::Action::block;
  if (name == "quarantine") return policy::Action::quarantine;
  return std::nullopt;
}

Result<net::Networks> networks_of(const Rule& rule) {
  return net::Networks::parse(fmt::format("{}", fmt::join(rule.networks, ",")));
}

bool has_condition(const Rule& rule) {
  return !rule.empty() || !rule.until.empty() ||
         std::ranges::any_of(patterns, [&](auto list) { return !(rule.*list).empty(); });
}

std::string problem_of(const Rule& rule, bool is_last) {
  if (!action_of(rule.action)) return "action is \"allow\", \"block\" or \"quarantine\"";
  if (!rule.until.empty() && !begin_of_day(rule.until)) return "until is a day: \"2026-12-31\"";
  const auto networks = networks_of(rule);
  if (!networks) return "networks: " + networks.error().message;
  if (!has_condition(rule) && !is_last) {
    return "has no condition, and so the rules behind it never count; give it one, or set "
           "devices.otherwise";
  }
  return {};
}

/// Beside the address that phones are told; without one nobody but a stranger says where we are.
std::string console_url_of(const Config& config) {
  const std::string& url = config.autodiscover.url;
  const auto host = url.find("://");
  if (!config.console.enabled || host == std::string::npos) return {};
  return url.substr(0, url.find('/', host + 3)) + "/godwit/";
}

}  // namespace

std::optional<Time> begin_of_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_number<int>(text.substr(0, 4));
  const auto month = parse_number<unsigned>(text.substr(5, 2));
  const auto day = parse_number<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return Time(std::chrono::sys_days(date));
}

std::vector<std::string> device_rule_problems(const Config& config) {
  std::vector<std::string> out;
  for (const Rule& rule : config.device_rules) {
    const std::string problem = problem_of(rule, &rule == &config.device_rules.back());
    if (problem.empty()) continue;
    out.push_back(fmt::format("{}:{}: device_rule: {}",
                              config.file.empty() ? "configuration" : config.file, rule.line,
                              problem));
  }
  return out;
}

policy::DeviceRules device_rules_of(const Config& config) {
  policy::DeviceRules rules;
  rules.otherwise = action_of(config.devices.otherwise).value_or(policy::Action::allow);
  rules.devices_max = static_cast<std::uint32_t>(config.devices.per_user_max);
  rules.admins = config.devices.admins;
  rules.tell_users = config.devices.tell_users;
  rules.console_url = console_url_of(config);
  for (const Rule& rule : config.device_rules) {
    policy::DeviceRule made{
        .name = rule.name.empty() ? fmt::format("rule of line {}", rule.line) : rule.name,
        .action = action_of(rule.action).value_or(policy::Action::block),
        .types = rule.types,
        .models = rule.models,
        .systems = rule.os,
        .agents = rule.agents,
        .versions = rule.versions,
        .whom = rule,
        .networks = rule.networks,
        .until = begin_of_day(rule.until)};
    auto networks = networks_of(rule);
    if (networks && !rule.networks.empty()) {
      made.from = [known = std::move(*networks)](std::string_view address) {
        return known.contains(address);
      };
    }
    rules.list.push_back(std::move(made));
  }
  return rules;
}

}  // namespace godwit::app
