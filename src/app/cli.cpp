#include "app/cli.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli_completion.hpp"
#include "app/cli_options.hpp"
#include "client/command_line.hpp"
#include "client/commands.hpp"

namespace godwit::app {

int report_failure(const CliOptions& options, const std::string& message) {
  return client::complain(message, static_cast<int>(Exit::failed), options.json);
}

int report_text(const CliOptions& options, std::string_view name, const std::string& text) {
  if (options.json) {
    const nlohmann::json reply{{"ok", true}, {"result", {{name, text}}}};
    std::cout << reply.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    std::cout << text;
  }
  return static_cast<int>(Exit::done);
}

int run_cli(int count, const char* const* arguments) {
  CliOptions options;
  CLI::App app("Runs and inspects a Godwit server.", "godwit");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("-c,--config", options.config_file, "Configuration file")->capture_default_str();
  app.add_option("--socket", options.socket, "Control socket, if not the configured one");
  app.add_flag("--json", options.json, "Answer in JSON, one line");
  app.footer(
      "Exit codes: 0 done; 1 refused or failed, the message says why; 2 wrong usage; 3 godwitd\n"
      "does not answer on its socket. `probe` has those of Nagios. See godwit(1).");
  register_config_commands(app, options);
  register_daemon_commands(app, options);
  register_store_commands(app, options);
  register_wbxml_commands(app, options);
  register_deliver_command(app, options);
  register_doctor_command(app, options);
  client::register_client_commands(app, options.run, options.json);
  register_completion_command(app, options);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  return options.run ? options.run() : static_cast<int>(Exit::usage);
}

}  // namespace godwit::app
