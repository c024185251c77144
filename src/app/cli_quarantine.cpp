#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/cli_ask.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

void print_waiting(const json& result) {
  for (const json& device : result.value("devices", json::array())) {
    std::cout << fmt::format("{:<28} {:<34} {:<14} {}\n", field(device, "user"),
                             field(device, "device"), field(device, "type"),
                             field(device, "agent"));
  }
}

void print_hits(const json& result) {
  for (const json& hit : result.value("devices", json::array())) {
    std::cout << fmt::format("{:<28} {:<34} {} -> {} ({})\n", field(hit, "user"),
                             field(hit, "device"), field(hit, "now"), field(hit, "then"),
                             field(hit, "rule").empty() ? "devices.otherwise" : field(hit, "rule"));
  }
}

struct Given {
  std::string user, device, file;
};

int try_rules(const CliOptions& options, const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return report_failure(options, name + ": cannot be read");
  return ask(options, "device.dry_run", {{"file", text.str()}}, &print_hits);
}

}  // namespace

void register_quarantine_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<Given>();
  auto* quarantine = app.add_subcommand("quarantine", "Devices that wait for a decision");
  quarantine->require_subcommand(1);
  quarantine->add_subcommand("list", "Those that wait")->callback([&options] {
    options.run = [&options] {
      return ask(options, "device.list", {{"state", "quarantined"}}, &print_waiting);
    };
  });
  struct Row {
    const char* name;
    const char* operation;
    const char* what;
  };
  for (const Row& row : {Row{"allow", "device.allow", "Let it in, whatever the rules say"},
                         Row{"block", "device.block", "Keep it out"}}) {
    auto* command = quarantine->add_subcommand(row.name, row.what);
    command->add_option("user", given->user, "user@domain")->required();
    command->add_option("device", given->device, "Its id, as the list shows it")->required();
    command->callback([&options, given, operation = row.operation] {
      options.run = [&options, given, operation] {
        return ask(options, operation, {{"user", given->user}, {"device", given->device}},
                   &print_nothing);
      };
    });
  }
  auto* dry = quarantine->add_subcommand("dry-run", "Whom the rules of a file would hit");
  dry->add_option("file", given->file, "A configuration with [devices] and [[device_rule]]")
      ->required();
  dry->callback([&options, given] {
    options.run = [&options, given] { return try_rules(options, given->file); };
  });
}

}  // namespace godwit::app
