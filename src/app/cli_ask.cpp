#include "app/cli_ask.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli.hpp"
#include "app/config.hpp"
#include "app/control_client.hpp"
#include "base/printable.hpp"

namespace godwit::app {

using nlohmann::json;

std::string socket_of(const CliOptions& options) {
  if (!options.socket.empty()) return options.socket;
  if (const auto config = read_config(options.config_file)) return config->server.control_socket;
  return Config{}.server.control_socket;
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

int no_daemon(const CliOptions& options, const std::string& message) {
  // The socket may be another one than the daemon has.
  const auto config = options.socket.empty() ? read_config(options.config_file) : Config{};
  report_failure(options, config ? message
                                 : config.error().message +
                                       "\nwithout it the default socket was tried: " + message);
  return static_cast<int>(Exit::no_daemon);
}

int ask(const CliOptions& options, const char* operation, const json& arguments, Printer print,
        const json& made, bool (*is_done)(const json& result)) {
  auto client = ControlClient::connect(socket_of(options));
  if (!client) return no_daemon(options, client.error().message);
  const auto reply = client->ask(dump({{"operation", operation}, {"arguments", arguments}}));
  if (!reply) return no_daemon(options, reply.error().message);
  json parsed = json::parse(*reply, nullptr, false);
  if (!parsed.is_object()) return report_failure(options, "godwitd answered nonsense");
  const bool ok = parsed.value("ok", false);
  if (options.json) {
    if (ok) parsed["result"].update(made);
    std::cout << dump(parsed) << '\n';
  } else if (ok) {
    print(parsed.value("result", json::object()));
  } else {
    std::cerr << "godwit: "
              << parsed.value("error", json::object()).value("message", "no reason given") << '\n';
  }
  const bool done = ok && is_done(parsed.value("result", json::object()));
  return static_cast<int>(done ? Exit::done : Exit::failed);
}

int ask(const CliOptions& options, const char* operation, const json& arguments, Printer print,
        const json& made) {
  return ask(options, operation, arguments, print, made, [](const json&) { return true; });
}

void print_nothing(const json&) {}

std::string field(const json& object, const char* name) {
  return printable(object.value(name, ""));
}

int ask(const CliOptions& options, const char* operation, const json& arguments, Printer print) {
  return ask(options, operation, arguments, print, json::object());
}

std::string option_of(std::string_view name) {
  std::string option = "--" + std::string(name);
  std::ranges::replace(option, '_', '-');
  return option;
}

}  // namespace godwit::app
