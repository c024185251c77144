#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <random>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "client/command_line.hpp"
#include "client/probe.hpp"

namespace godwit::client {
namespace {

constexpr int unknown = 3;  // Nagios: the probe itself could not run

struct ProbeOptions {
  Connection connection;
  Finder finder;
  unsigned timeout_seconds = 60;
  unsigned slow_milliseconds = 5'000;
  bool no_send = false;
  bool prometheus = false;
  bool verbose = false;
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

/// Puts the URL that is found by a mail address in its place. Throws Fault when there is none, with
/// what each step met.
Task<> find_server(Endpoint& endpoint, discovery::Settings settings, bool tells) {
  const auto walk = co_await discovery::walk(std::move(settings));
  std::string met;
  for (const discovery::Step& step : walk.steps) {
    const std::string line = step.asked + ": " + std::string(outcome_name(step.outcome)) +
                             (step.what.empty() ? "" : ", " + step.what);
    met += (met.empty() ? "" : "; ") + line;
    if (tells) std::cerr << "godwit: " << line << '\n';
  }
  if (walk.url.empty()) {
    throw Fault(Fault::Kind::unavailable, "no server is found by this address: " + met);
  }
  auto url = parse_url(walk.url);
  if (!url || !url->tls) throw Fault(Fault::Kind::corrupt, "the URL found is none: " + walk.url);
  endpoint.url = std::move(*url);
  endpoint.device.path = endpoint.url.path;
}

Task<int> run_probe(ProbeOptions options, Endpoint endpoint, bool json) {
  if (is_mail_address(options.connection.url)) {
    auto settings = settings_of(options.finder).value_or(discovery::Settings());
    settings.address = options.connection.url;
    settings.login = endpoint.device.user;
    settings.password = endpoint.device.password;
    settings.ca_file = endpoint.trust.ca_file;
    settings.insecure = endpoint.trust.insecure;
    co_await find_server(endpoint, std::move(settings), options.verbose);
  }
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
  command->get_option("url")->description(
      "The server: https://mail.example.org; or a mail address, by which it is found");
  command->get_option("--user")->required(false)->description(
      "Who signs in, as on a phone; the mail address if not given");
  add_finder_options(*command, options->finder);
  command->add_option("--trust-host", options->finder.trusted_hosts,
                      "A host outside of the address's domain that may get the password, too");
  command->add_flag("--verbose", options->verbose, "Tell how the server was found");
  command->add_option("--timeout", options->timeout_seconds, "Seconds that the mail may take")
      ->capture_default_str();
  command->add_option("--slow", options->slow_milliseconds, "A slower step is a warning (ms)")
      ->capture_default_str();
  command->add_flag("--no-send", options->no_send, "Send no mail: stop after the Sync");
  command->add_flag("--prometheus", options->prometheus, "Answer in Prometheus' text format");
  command->footer("Exit codes, as Nagios wants them: 0 OK, 1 slow, 2 failed, 3 could not be run.");
  command->callback([options, &run, &json] {
    run = [options, &json] {
      if (options->connection.user.empty() && is_mail_address(options->connection.url)) {
        options->connection.user = options->connection.url;
      }
      auto endpoint = endpoint_of(options->connection);
      if (const auto finder = settings_of(options->finder); endpoint && !finder) {
        endpoint = pass(finder);
      }
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
