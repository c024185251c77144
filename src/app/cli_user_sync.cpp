// `godwit user sync`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli_ask.hpp"
#include "base/printable.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

void print_sync(const json& result) {
  const bool dry_run = result.value("dry_run", false);
  for (const char* what : {"added", "adopted", "changed", "removed", "gone", "unusable"}) {
    for (const json& line : result.value(what, json::array())) {
      std::cout << fmt::format("{:<9} {}\n", what, printable(line.get<std::string>()));
    }
  }
  for (const json& one : result.value("renamed", json::array())) {
    std::cout << fmt::format("{:<9} {}: the directory says {}, which is an address of it now\n",
                             "renamed", field(one, "login"), field(one, "now"));
  }
  for (const json& one : result.value("failed", json::array())) {
    std::cout << fmt::format("{:<9} {}: {}\n", "failed", field(one, "login"), field(one, "why"));
  }
  if (result.value("held_back", false)) {
    const bool elsewhere = result.value("elsewhere", false);
    std::cout << "nobody was removed: "
              << (elsewhere ? "the directory sends to other servers for a part of its people\n"
                            : "more are gone than user_sync.removed_percent_max allows, or all\n");
  }
  if (dry_run) std::cout << "nothing was changed: a dry run\n";
}

bool is_done(const json& result) {
  return !result.value("held_back", false) && result.value("failed", json::array()).empty();
}

}  // namespace

void register_user_sync_command(CLI::App& user, CliOptions& options) {
  auto* sync = user.add_subcommand("sync", "The users as the LDAP directory has them");
  auto dry_run = std::make_shared<bool>(false);
  sync->add_flag("--dry-run", *dry_run, "Only say what would be done");
  sync->callback([&options, dry_run] {
    options.run = [&options, dry_run] {
      return ask(options, "user.sync", {{"dry_run", *dry_run}}, &print_sync, json::object(),
                 &is_done);
    };
  });
}

}  // namespace godwit::app
