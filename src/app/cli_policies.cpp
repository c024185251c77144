#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli_ask.hpp"
#include "app/cli_policy_edit.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

std::string names(const json& list) {
  return fmt::format("{}", fmt::join(list.get<std::vector<std::string>>(), " "));
}

void print_policies(const json& result) {
  std::cout << fmt::format("{:<20} {:<7} {:>8} {:<6} {}\n", "policy", "mode", "settings", "in",
                           "whose");
  for (const json& policy : result.value("policies", json::array())) {
    std::string whose;
    for (const char* kind : {"assigned", "users", "groups", "domains"}) {
      const json list = policy.value(kind, json::array());
      if (list.empty()) continue;
      whose += fmt::format("{}{}: {}", whose.empty() ? "" : "; ", kind, names(list));
    }
    if (policy.value("policy", "") == "default") whose += whose.empty() ? "all others" : "; others";
    if (policy.value("overridden", false)) whose = "nobody: the file has one of that name";
    std::cout << fmt::format("{:<20} {:<7} {:>8} {:<6} {}\n", policy.value("policy", ""),
                             policy.value("mode", ""),
                             policy.value("settings", json::object()).size(),
                             policy.value("source", "") == "store" ? "store" : "file", whose);
  }
}

void print_policy(const json& result) {
  const auto line = [](std::string_view name, const std::string& value) {
    std::cout << fmt::format("{:<40} {}\n", name, value);
  };
  line("policy", result.value("policy", ""));
  if (result.contains("reason")) line("because of", result.value("reason", ""));
  line("in", result.value("source", ""));
  line("mode", result.value("mode", ""));
  line("accept_partial", result.value("accept_partial", true) ? "yes" : "no");
  line("accept_external", result.value("accept_external", true) ? "yes" : "no");
  for (const char* kind : {"users", "groups", "domains", "assigned"}) {
    line(kind, names(result.value(kind, json::array())));
  }
  for (const auto& [name, value] : result.value("settings", json::object()).items()) {
    line(name, value.get<std::string>());
  }
}

struct Given {
  std::string user;
  std::string policy;
  bool none = false;
};

}  // namespace

void register_policy_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<Given>();
  auto* policy = app.add_subcommand("policy", "What devices must enforce");
  policy->require_subcommand(1);
  policy->add_subcommand("list", "All policies, and whose they are")->callback([&options] {
    options.run = [&options] {
      return ask(options, "policy.list", json::object(), &print_policies);
    };
  });
  auto* show = policy->add_subcommand("show", "A policy, or which one is a user's and why");
  auto* name = show->add_option("policy", given->policy, "Its name, as the list shows it");
  show->add_option("--user", given->user, "user@domain")->excludes(name);
  show->callback([&options, given] {
    options.run = [&options, given] {
      json arguments = json::object();
      if (!given->user.empty()) {
        arguments["user"] = given->user;
      } else {
        arguments["policy"] = given->policy.empty() ? "default" : given->policy;
      }
      return ask(options, "policy.show", arguments, &print_policy);
    };
  });
  register_policy_edit_commands(*policy, options);
  auto* assign = policy->add_subcommand("assign", "Give a user a policy, whatever the file says");
  assign->add_option("user", given->user, "user@domain")->required();
  auto* which = assign->add_option("policy", given->policy, "Its name, as the list shows it");
  assign->add_flag("--none", given->none, "Take the assignment back")->excludes(which);
  assign->callback([&options, given] {
    if (!given->none && given->policy.empty()) throw CLI::RequiredError("policy or --none");
    options.run = [&options, given] {
      return ask(options, "policy.assign", {{"user", given->user}, {"policy", given->policy}},
                 &print_nothing);
    };
  });
}

}  // namespace godwit::app
