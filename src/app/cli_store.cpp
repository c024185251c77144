#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli_options.hpp"
#include "app/config.hpp"
#include "app/databases.hpp"
#include "base/fault.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

std::string_view verdict(const store::SchemaStatus& status) {
  if (status.current == 0) return "not installed: godwit schema install";
  if (status.current < status.expected) return "older than this program: godwit schema update";
  if (status.current > status.expected) return "newer than this program: install that version";
  return "up to date";
}

int print_status(const CliOptions& options, const std::vector<Database>& found) {
  json rows = json::array();
  bool good = true;
  for (const Database& database : found) {
    const store::SchemaStatus status = database.status();
    good = good && status.current == status.expected;
    rows.push_back({{"name", database.name},
                    {"place", database.place},
                    {"schema", status.current},
                    {"expected", status.expected}});
    if (!options.json) {
      std::cout << fmt::format("{} ({}): schema {}, {} expected: {}\n", database.name,
                               database.place, status.current, status.expected, verdict(status));
    }
  }
  if (options.json) {
    const json reply{{"ok", good}, {"result", {{"databases", rows}}}};
    std::cout << reply.dump() << '\n';
  }
  return good ? 0 : 1;
}

int print_done(const CliOptions& options, const std::string& text) {
  std::cout << (options.json ? "{\"ok\":true,\"result\":{}}" : text) << '\n';
  return 0;
}

/// Runs `work` on the databases of the configuration; faults become the message and exit code.
template <class Work>
int with_databases(const CliOptions& options, Work work) {
  const auto config = read_config(options.config_file);
  if (!config) return report_failure(options, config.error().message);
  try {
    return work(*config, databases(*config));
  } catch (const Fault& fault) {
    return report_failure(options, fault.what());
  }
}

/// What is not ours to copy is said, and that it goes first: what a later copy says of it is then
/// not newer than it.
int print_copied(const CliOptions& options, const std::string& folder, const json& copied,
                 const json& skipped) {
  if (options.json) {
    std::cout << json{{"ok", true}, {"result", {{"copied", copied}, {"skipped", skipped}}}}.dump()
              << '\n';
    return 0;
  }
  for (const json& name : skipped) {
    std::cout << fmt::format(
        "{} is not copied: it lies on a server of its own. Copy it with that server's tools before "
        "each backup, never after it\n",
        name.get<std::string>());
  }
  std::cout << folder << (skipped.empty() ? ": complete\n" : ": complete but for that\n");
  return 0;
}

int backup(const CliOptions& options, const std::string& folder) {
  return with_databases(options, [&](const Config&, const std::vector<Database>& found) {
    if (::mkdir(folder.c_str(), 0700) != 0) {
      return report_failure(
          options, errno == EEXIST ? folder + ": exists already; name a new folder"
                                   : folder + ": cannot be made; does the folder above exist?");
    }
    json copied = json::array();
    json skipped = json::array();
    for (const Database& database : found) {
      (database.copy ? copied : skipped).push_back(database.name);
      if (!database.copy) continue;
      if (!options.json)
        std::cout << fmt::format("copying {} ({})\n", database.name, database.place);
      database.copy(folder);
    }
    return print_copied(options, folder, copied, skipped);
  });
}

void register_schema_commands(CLI::App& app, CliOptions& options) {
  auto* schema = app.add_subcommand("schema", "The layout of the databases");
  schema->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, auto run) {
    schema->add_subcommand(name, what)->callback([&options, run] {
      options.run = [&options, run] { return with_databases(options, run); };
    });
  };
  add("status", "What is installed, and what this program needs",
      [&options](const Config&, const std::vector<Database>& found) {
        return print_status(options, found);
      });
  add("install", "Make what is not there",
      [&options](const Config& config, const std::vector<Database>& found) {
        ::mkdir(config.server.state_directory.c_str(), 0700);
        for (const Database& database : found) {
          if (database.status().current == 0) database.install();
        }
        return print_status(options, found);
      });
  add("update", "Bring older ones up to date",
      [&options](const Config&, const std::vector<Database>& found) {
        for (const Database& database : found) database.update();
        return print_status(options, found);
      });
  add("verify", "Read all of it, and say what is damaged",
      [&options](const Config&, const std::vector<Database>& found) {
        for (const Database& database : found) database.check();
        return print_done(options, "nothing is damaged");
      });
}

}  // namespace

void register_store_commands(CLI::App& app, CliOptions& options) {
  register_schema_commands(app, options);
  auto* command = app.add_subcommand(
      "backup", "Store, mail and queue in a new folder; the daemon may go on meanwhile");
  auto* folder = command->add_option("folder", "A new folder")->required();
  command->callback([&options, folder] {
    options.run = [&options, name = folder->as<std::string>()] { return backup(options, name); };
  });
}

}  // namespace godwit::app
