// godwit policy set, edit, remove: policies of the store.
#include "app/cli_policy_edit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/cli_ask.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;
using Strings = std::vector<std::string>;

struct Given {
  std::string policy, from, mode, edition;
  Strings users, groups, domains, settings, unset;
  std::optional<bool> accept_partial, accept_external;
  bool nobody = false;
  bool dry_run = false;
};

/// NAME=VALUE; of a list, each its line.
void add_setting(const std::string& given, json& settings) {
  const auto sign = given.find('=');
  if (sign == std::string::npos) {
    throw CLI::ValidationError("--setting", given + " is not NAME=VALUE");
  }
  const std::string name = given.substr(0, sign);
  const std::string value = given.substr(sign + 1);
  const auto before = settings.find(name);
  settings[name] = before == settings.end() ? value : before->get<std::string>() + '\n' + value;
}

json arguments_of(const Given& given, const std::string& from) {
  json out{{"policy", given.policy}};
  if (!from.empty()) out["from"] = from;
  if (!given.mode.empty()) out["mode"] = given.mode;
  if (!given.edition.empty()) out["edition"] = given.edition;
  if (given.accept_partial) out["accept_partial"] = *given.accept_partial;
  if (given.accept_external) out["accept_external"] = *given.accept_external;
  const auto add_names = [&](const char* key, const Strings& names) {
    if (given.nobody || !names.empty()) out[key] = names;
  };
  add_names("users", given.users);
  add_names("groups", given.groups);
  add_names("domains", given.domains);
  json settings = json::object();
  for (const std::string& each : given.settings) add_setting(each, settings);
  for (const std::string& each : given.unset) settings[each] = nullptr;
  if (!settings.empty()) out["settings"] = std::move(settings);
  return out;
}

void print_forecast(const json& result) {
  for (const json& each : result.value("problems", json::array())) {
    std::cout << fmt::format("refused: {}: {}\n", field(each, "key"), field(each, "what"));
  }
  for (const json& each : result.value("changes", json::array())) {
    std::cout << fmt::format("change: {}\n", each.get<std::string>());
  }
  std::cout << fmt::format("{} users, {} devices; {} fetch it anew, {} wait and are answered\n",
                           result.value("users", 0), result.value("devices", 0),
                           result.value("asked", 0), result.value("waiting", 0));
  for (const json& each : result.value("unknown", json::array())) {
    std::cout << fmt::format("{} devices of {} are not sent: {}\n", each.value("devices", 0),
                             field(each, "version"),
                             fmt::join(each.value("settings", Strings()), " "));
  }
  const json rows = result.value("rows", json::array());
  for (const json& row : rows) {
    std::cout << fmt::format("{:<28} {:<20} {:<8} {} -> {}{}{}\n", field(row, "user"),
                             field(row, "device"), field(row, "version"), field(row, "now"),
                             field(row, "then"), row.value("asked", false) ? ", fetches" : "",
                             row.value("waits", false) ? ", waits" : "");
  }
  if (result.value("devices", std::size_t{0}) > rows.size()) std::cout << "and more\n";
}

bool is_free_of_problems(const json& result) {
  return result.value("problems", json::array()).empty();
}

int ask_about(const CliOptions& options, const Given& given, const char* operation,
              const json& arguments) {
  if (!given.dry_run) return ask(options, operation, arguments, &print_nothing);
  return ask(options, "policy.dry_run", arguments, &print_forecast, json::object(),
             &is_free_of_problems);
}

void add_keys(CLI::App& command, Given& given) {
  command.add_option("policy", given.policy, "Its name")->required();
  command.add_option("--mode", given.mode, "off, loose or strict");
  command.add_option("--user", given.users, "user@domain whose it is; again for more");
  command.add_option("--group", given.groups, "Group whose it is; again for more");
  command.add_option("--domain", given.domains, "Domain whose it is; again for more");
  command.add_flag("--nobody", given.nobody, "Nobody's but whom these options name");
  command.add_option("--setting", given.settings,
                     "NAME=VALUE, as in [policy.settings]; again for more, and for a list's lines");
  command.add_option("--accept-partial", given.accept_partial,
                     "true or false: devices that applied it in part may go on");
  command.add_option("--accept-external", given.accept_external,
                     "true or false: devices that somebody else manages may go on");
  command.add_option("--edition", given.edition,
                     "Refuse where it is not what `policy show --json` called so");
  command.add_flag("--dry-run", given.dry_run, "Say what would change, for whom; change nothing");
}

}  // namespace

void register_policy_edit_commands(CLI::App& policy, CliOptions& options) {
  auto given = std::make_shared<Given>();
  auto* set = policy.add_subcommand("set", "Keep a policy in the store, whatever it was before");
  add_keys(*set, *given);
  set->add_option("--copy-of", given->from, "Begin with the mode and settings of this one");
  set->callback([&options, given] {
    options.run = [&options, given, arguments = arguments_of(*given, given->from)] {
      return ask_about(options, *given, "policy.set", arguments);
    };
  });
  auto* edit = policy.add_subcommand("edit", "Change some of a policy that the store has");
  add_keys(*edit, *given);
  edit->add_option("--unset", given->unset, "Setting to take out; again for more");
  edit->callback([&options, given] {
    options.run = [&options, given, arguments = arguments_of(*given, given->policy)] {
      return ask_about(options, *given, "policy.set", arguments);
    };
  });
  auto* remove = policy.add_subcommand("remove", "Remove a policy from the store");
  remove->add_option("policy", given->policy, "Its name")->required();
  remove->add_option("--edition", given->edition,
                     "Refuse where it is not what `policy show --json` called so");
  remove->add_flag("--dry-run", given->dry_run, "Say for whom what would change; change nothing");
  remove->callback([&options, given] {
    options.run = [&options, given] {
      json arguments{{"policy", given->policy}};
      if (!given->edition.empty()) arguments["edition"] = given->edition;
      if (given->dry_run) arguments["removed"] = true;
      return ask_about(options, *given, "policy.remove", arguments);
    };
  });
}

}  // namespace godwit::app
