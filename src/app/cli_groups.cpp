#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli_ask.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

struct GroupOptions {
  std::string address;
  std::string display_name;
  std::string owner;
  bool hidden = false;
  bool listed = false;
  std::vector<std::string> members;
};

void print_groups(const json& result) {
  std::cout << fmt::format("{:<32} {:<24} {:<6}  {}\n", "address", "name", "listed", "owner");
  for (const json& group : result.value("groups", json::array())) {
    std::cout << fmt::format("{:<32} {:<24} {:<6}  {}\n", group.value("address", ""),
                             group.value("display_name", ""),
                             group.value("listed", false) ? "yes" : "no", group.value("owner", ""));
  }
}

void print_group(const json& result) {
  for (const char* name : {"address", "display_name", "owner"}) {
    const auto value = result.value(name, "");
    if (!value.empty()) std::cout << fmt::format("{:<14} {}\n", name, value);
  }
  std::cout << fmt::format("{:<14} {}\n", "listed", result.value("listed", false) ? "yes" : "no");
  for (const json& member : result.value("members", json::array())) {
    std::cout << fmt::format("{:<14} {}\n", "member", member.get<std::string>());
  }
}

/// What `group set` and `group add` say of a group.
void add_properties(CLI::App& command, GroupOptions& given) {
  command.add_option("--name", given.display_name, "Name that others see");
  command.add_option("--owner", given.owner,
                     "Who is told when a member elsewhere cannot get a mail; none: who wrote it");
  auto* hidden = command.add_flag("--hidden", given.hidden, "Nobody finds it by name");
  command.add_flag("--listed", given.listed, "Everybody finds it")->excludes(hidden);
}

json properties(const CLI::App& command, const GroupOptions& given) {
  json arguments{{"address", given.address}};
  if (command.count("--name") > 0) arguments["display_name"] = given.display_name;
  if (command.count("--owner") > 0) arguments["owner"] = given.owner;
  if (given.hidden || given.listed) arguments["listed"] = given.listed;
  return arguments;
}

void register_changes(CLI::App& group, CliOptions& options, std::shared_ptr<GroupOptions> given) {
  auto* add = group.add_subcommand("add", "A new group, which is a distribution list");
  add->add_option("address", given->address, "group@domain")->required();
  add_properties(*add, *given);
  add->add_option("--member", given->members, "A user, a group or anybody; may be repeated");
  add->callback([&options, add, given] {
    options.run = [&options, add, given] {
      json arguments = properties(*add, *given);
      arguments["members"] = given->members;
      return ask(options, "group.add", arguments, &print_nothing);
    };
  });
  auto* set = group.add_subcommand("set", "Change what is said of the group");
  set->add_option("address", given->address, "group@domain")->required();
  add_properties(*set, *given);
  set->callback([&options, set, given] {
    options.run = [&options, set, given] {
      const json arguments = properties(*set, *given);
      if (arguments.size() == 1) return report_failure(options, "nothing was said to be changed");
      return ask(options, "group.set", arguments, &print_nothing);
    };
  });
  auto* member = group.add_subcommand("member", "Who gets the group's mail");
  member->require_subcommand(1);
  struct Row {
    const char* name;
    const char* operation;
    const char* what;
  };
  for (const Row& row : {Row{"add", "group.member_add", "Let them have it, too"},
                         Row{"remove", "group.member_remove", "They get it no more"}}) {
    auto* command = member->add_subcommand(row.name, row.what);
    command->add_option("address", given->address, "group@domain")->required();
    command->add_option("members", given->members, "Addresses")->required();
    command->callback([&options, given, row] {
      options.run = [&options, given, row] {
        const json arguments{{"address", given->address}, {"members", given->members}};
        return ask(options, row.operation, arguments, &print_nothing);
      };
    });
  }
}

}  // namespace

void register_group_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<GroupOptions>();
  auto* group = app.add_subcommand("group", "Groups of the embedded store: distribution lists");
  group->require_subcommand(1);
  register_changes(*group, options, given);
  group->add_subcommand("list", "All groups")->callback([&options] {
    options.run = [&options] { return ask(options, "group.list", json::object(), &print_groups); };
  });
  struct Row {
    const char* name;
    const char* operation;
    const char* what;
    Printer print;
  };
  for (const Row& row :
       {Row{"show", "group.show", "The group with its members", &print_group},
        Row{"remove", "group.remove", "The group; its members stay", &print_nothing}}) {
    auto* command = group->add_subcommand(row.name, row.what);
    command->add_option("address", given->address, "group@domain")->required();
    command->callback([&options, given, row] {
      options.run = [&options, given, row] {
        return ask(options, row.operation, {{"address", given->address}}, row.print);
      };
    });
  }
}

}  // namespace godwit::app
