#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli.hpp"
#include "app/cli_ask.hpp"
#include "app/cli_options.hpp"
#include "app/config.hpp"
#include "app/config_show.hpp"
#include "app/config_value.hpp"
#include "base/printable.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

int check(const CliOptions& options, const std::string& file) {
  const auto config = read_config(file);
  if (!config) return report_failure(options, config.error().message);
  if (const auto whole = check_config(*config); !whole) {
    return report_failure(options, whole.error().message);
  }
  for (const std::string& secret : secret_files(*config)) {
    if (const auto read = read_secret(secret); !read) {
      return report_failure(options, read.error().message);
    }
  }
  std::cout << (options.json ? "{\"ok\":true,\"result\":{}}" : file + ": good") << '\n';
  return 0;
}

int show(const CliOptions& options, const std::string& file, bool only_given) {
  const auto text = read_config_text(file);
  if (!text) return report_failure(options, text.error().message);
  const auto shown = shown_config(*text, file);
  if (!shown) return report_failure(options, shown.error().message);
  json rows = json::array();
  for (const ShownKey& key : *shown) {
    if (only_given && key.line == 0) continue;
    if (!options.json) {
      const std::string origin = key.line == 0 ? "default" : fmt::format("{}:{}", file, key.line);
      std::cout << fmt::format("{} = {}  # {}\n", printable(key.name), printable(key.value),
                               printable(origin));
      continue;
    }
    rows.push_back({{"key", key.name}, {"value", key.value}, {"line", nullptr}});
    if (key.line != 0) rows.back()["line"] = key.line;
  }
  if (options.json) {
    const json reply{{"ok", true}, {"result", {{"file", file}, {"keys", std::move(rows)}}}};
    std::cout << dump(reply) << '\n';
  }
  return static_cast<int>(Exit::done);
}

}  // namespace

void register_config_commands(CLI::App& app, CliOptions& options) {
  auto* config = app.add_subcommand("config", "Check a configuration, or begin one");
  config->require_subcommand(1);
  auto* checking = config->add_subcommand("check", "Say what is wrong with a configuration file");
  auto* file = checking->add_option("file", "The file, if not that of --config");
  checking->callback([&options, file] {
    options.run = [&options, file] {
      return check(options, file->empty() ? options.config_file : file->as<std::string>());
    };
  });
  struct Shown {
    std::string file;
    bool only_given = false;
  };
  auto shown = std::make_shared<Shown>();
  auto* showing = config->add_subcommand(
      "show", "Every key with the value that is in effect, and where that comes from");
  showing->add_option("file", shown->file, "The file, if not that of --config");
  showing->add_flag("--changed", shown->only_given, "Only what the file says");
  showing->callback([&options, shown] {
    options.run = [&options, shown] {
      return show(options, shown->file.empty() ? options.config_file : shown->file,
                  shown->only_given);
    };
  });
  config->add_subcommand("example", "Print a commented example with every key")
      ->callback([&options] {
        options.run = [&options] { return report_text(options, "text", config_example()); };
      });
  config->add_subcommand("manual", "Print the manual page of the file")->callback([&options] {
    options.run = [&options] { return report_text(options, "text", config_manual()); };
  });
}

}  // namespace godwit::app
