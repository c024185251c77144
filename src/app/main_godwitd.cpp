/// godwitd: the daemon.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "app/daemon.hpp"
#include "app/journal.hpp"
#include "app/log_settings.hpp"
#include "app/system.hpp"

namespace godwit::app {
namespace {

int refuse(const std::string& message) {
  std::cerr << "godwitd: " << message << '\n';
  return 1;
}

Result<DaemonOptions> demo_options(Random& random) {
  const std::string folder = demo_folder(std::getenv("GODWIT_DEMO_DIR"));
  auto config = demo_config(folder, SystemClock().now());
  if (!config) return pass(config);
  auto accounts = demo_accounts(folder, random);
  if (!accounts) return pass(accounts);
  return DaemonOptions{
      .config = std::move(*config), .program = {}, .demo_accounts = std::move(*accounts)};
}

Result<DaemonOptions> configured_options(const std::string& file) {
  auto config = read_config(file);
  if (!config) return pass(config);
  if (const auto whole = check_config(*config); !whole) return pass(whole);
  return DaemonOptions{.config = std::move(*config), .program = {}, .demo_accounts = {}};
}

int run(int count, char** arguments) {
  std::string file = "/etc/godwit/godwit.toml";
  bool demo = false;
  CLI::App app("Serves mail to phones by Exchange ActiveSync.", "godwitd");
  app.set_version_flag("--version", GODWIT_VERSION);
  auto* config = app.add_option("-c,--config", file, "Configuration file")->capture_default_str();
  app.add_flag("--demo", demo, "A server to try, with two accounts, below ./run/demo")
      ->excludes(config);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::string program = own_program();
  auto predecessor = Predecessor::of_environment();
  SystemRandom random;
  auto options = demo ? demo_options(random) : configured_options(file);
  if (!options) return refuse(options.error().message);
  options->program = arguments[0];
  options->own_program = std::move(program);
  options->predecessor = std::move(predecessor);
  const Config::Server& server = options->config.server;
  start_log(server.log_format);
  apply_log_levels(server);
  tune_heap();
  Daemon daemon(std::move(*options));
  if (const auto started = daemon.start(); !started) return refuse(started.error().message);
  daemon.run();
  return 0;
}

}  // namespace
}  // namespace godwit::app

int main(int count, char** arguments) {
  try {
    return godwit::app::run(count, arguments);
  } catch (const std::exception& error) {
    return godwit::app::refuse(error.what());
  }
}
