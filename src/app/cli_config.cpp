#include <CLI/CLI.hpp>
#include <iostream>

#include "app/cli_options.hpp"
#include "app/config.hpp"

namespace godwit::app {
namespace {

int check(const CliOptions& options, const std::string& file) {
  const auto config = read_config(file);
  if (!config) return report_failure(options, config.error().message);
  if (const auto whole = check_config(*config); !whole) {
    return report_failure(options, whole.error().message);
  }
  for (const std::string& secret :
       {config->store.postgres_password_file, config->submission.password_file,
        config->directory.password_file, config->dav.password_file}) {
    if (secret.empty()) continue;
    if (const auto read = read_secret(secret); !read) {
      return report_failure(options, read.error().message);
    }
  }
  std::cout << (options.json ? "{\"ok\":true,\"result\":{}}" : file + ": good") << '\n';
  return 0;
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
  config->add_subcommand("example", "Print a commented example with every key")
      ->callback([&options] {
        options.run = [&options] { return report_text(options, "text", config_example()); };
      });
  config->add_subcommand("manual", "Print the manual page of the file")->callback([&options] {
    options.run = [&options] { return report_text(options, "text", config_manual()); };
  });
}

}  // namespace godwit::app
