#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <random>

#include "base/bytes.hpp"
#include "client/command_line.hpp"
#include "client/probe.hpp"

namespace godwit::client {
namespace {

constexpr int unknown = 3;  // Nagios: the probe itself could not run

struct ProbeOptions {
  Connection connection;
  unsigned timeout_seconds = 60;
  unsigned slow_milliseconds = 5'000;
  bool no_send = false;
  bool prometheus = false;
};

std::chrono::milliseconds elapsed() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

/// Different for every run, so that a probe finds its own mail.
std::string fresh_mark() {
  std::random_device source;
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(source() & 0xFFU);
  return hex_encode(bytes);
}

Task<int> run_probe(ProbeOptions options, Endpoint endpoint, bool json) {
  HttpTransport main(endpoint.url, endpoint.trust);
  HttpTransport push(endpoint.url, endpoint.trust);
  ProbeSettings settings;
  settings.device = std::move(endpoint.device);
  settings.negotiate = endpoint.negotiate;
  settings.send = !options.no_send;
  settings.push_limit = std::chrono::seconds(options.timeout_seconds);
  settings.slow_limit = std::chrono::milliseconds(options.slow_milliseconds);
  settings.mark = fresh_mark();
  const ProbeReport report = co_await probe(main, push, std::move(settings), &elapsed);
  if (json) {
    std::cout << json_text(report) << '\n';
  } else if (options.prometheus) {
    std::cout << prometheus_text(report);
  } else {
    std::cout << nagios_line(report, std::chrono::milliseconds(options.slow_milliseconds)) << '\n';
  }
  co_return report.exit_code();
}

}  // namespace

void register_probe(CLI::App& app, std::function<int()>& run, const bool& json) {
  auto* command = app.add_subcommand(
      "probe",
      "Test a server from sign-in to push: one mail goes to the user itself and is deleted");
  auto options = std::make_shared<ProbeOptions>();  // shared with the callback
  add_connection_options(*command, options->connection);
  command->add_option("--timeout", options->timeout_seconds, "Seconds that the mail may take")
      ->capture_default_str();
  command->add_option("--slow", options->slow_milliseconds, "A slower step is a warning (ms)")
      ->capture_default_str();
  command->add_flag("--no-send", options->no_send, "Send no mail: stop after the Sync");
  command->add_flag("--prometheus", options->prometheus, "Answer in Prometheus' text format");
  command->footer("Exit codes, as Nagios wants them: 0 OK, 1 slow, 2 failed, 3 could not be run.");
  command->callback([options, &run, &json] {
    run = [options, &json] {
      auto endpoint = endpoint_of(options->connection);
      if (!endpoint) {
        if (json) return complain(endpoint.error().message, unknown, json);
        std::cout << "GODWIT UNKNOWN - " << endpoint.error().message << '\n';
        return unknown;
      }
      return run_to_end([&] { return run_probe(*options, *endpoint, json); }, 2, json);
    };
  });
}

}  // namespace godwit::client
