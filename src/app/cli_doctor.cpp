#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli.hpp"
#include "app/cli_ask.hpp"
#include "app/cli_options.hpp"
#include "app/doctor.hpp"
#include "app/system.hpp"
#include "autodiscover/settings.hpp"
#include "base/fault.hpp"
#include "base/files.hpp"
#include "client/command_line.hpp"
#include "net/loop.hpp"

namespace godwit::app {
namespace {

int print(const Findings& findings, bool json) {
  const bool failed = any_failure(findings);
  if (json) {
    std::cout << dump({{"ok", !failed}, {"result", {{"findings", findings_json(findings)}}}})
              << '\n';
  } else {
    std::cout << findings_text(findings);
  }
  return static_cast<int>(failed ? Exit::failed : Exit::done);
}

struct DomainOptions {
  std::string domain;
  client::Finder finder;
};

Task<int> examine(discovery::Settings settings, bool json) {
  co_return print(co_await examine_domain(std::move(settings), SystemClock().now()), json);
}

int run_domain(const CliOptions& options, const DomainOptions& domain) {
  if (!autodiscover::is_host_name(domain.domain) || !domain.domain.contains('.')) {
    return report_failure(options, "'" + domain.domain + "' is no mail domain: example.org");
  }
  auto settings = client::settings_of(domain.finder);
  if (!settings) return report_failure(options, settings.error().message);
  settings->address = "postmaster@" + domain.domain;
  return client::run_to_end([&] { return examine(*settings, options.json); },
                            static_cast<int>(Exit::failed), options.json);
}

struct MachineOptions {
  std::string user;
  std::string password_file;
};

/// The configuration as the daemon would read it.
std::optional<Config> examine_configuration(const std::string& file, Findings& out) {
  auto config = read_config(file);
  const auto whole = config ? check_config(*config) : Result<>(pass(config));
  if (whole) {
    out.push_back({Health::good, "configuration", file});
    return std::move(*config);
  }
  out.push_back({Health::failure, "configuration", whole.error().message, "mend the file"});
  return std::nullopt;
}

Task<> keep_findings(Task<Findings> work, Findings& out, net::Loop& loop) {
  try {
    std::ranges::move(co_await std::move(work), std::back_inserter(out));
  } catch (const Fault& fault) {
    out.push_back({Health::failure, "backends", fault.what(), "mend the configuration"});
  }
  loop.stop();
}

int run_machine(const CliOptions& options, const MachineOptions& given) {
  Findings findings;
  const auto config = examine_configuration(options.config_file, findings);
  if (!config) return print(findings, options.json);
  std::optional<Login> login;
  if (!given.user.empty()) {
    auto password = client::read_secret(given.password_file);
    if (!password) return report_failure(options, password.error().message);
    login = Login{given.user, std::move(*password)};
  }
  SystemClock clock;
  SystemRandom random;
  const auto files = system_files();
  std::ranges::move(examine_machine(*config, clock.now()), std::back_inserter(findings));
  Damage damage;
  net::Loop loop;
  loop.spawn(keep_findings(examine_backends(*config, login, {loop, *files, clock, random, damage}),
                           findings, loop),
             "doctor");
  loop.run();
  return print(findings, options.json);
}

}  // namespace

void register_doctor_command(CLI::App& app, CliOptions& options) {
  auto* doctor =
      app.add_subcommand("doctor", "Look for what is wrong with this server, and say what to do");
  auto machine = std::make_shared<MachineOptions>();  // shared with the callback
  auto* user = doctor->add_option("-u,--user", machine->user,
                                  "In front of an IMAP server: sign in as this user, too");
  auto* file = doctor->add_option("-p,--password-file", machine->password_file,
                                  "File with the password; - = standard input");
  user->needs(file);
  file->needs(user);
  doctor->footer("Exit codes: 0 nothing is broken, 1 something is.");
  doctor->callback([&options, doctor, machine] {
    if (!doctor->get_subcommands().empty()) return;  // it says what to do
    options.run = [&options, machine] { return run_machine(options, *machine); };
  });
  auto* domain = doctor->add_subcommand(
      "domain", "Look at a mail domain from outside, in the order in which phones do");
  auto given = std::make_shared<DomainOptions>();  // shared with the callback
  domain->add_option("domain", given->domain, "example.org")->required();
  client::add_finder_options(*domain, given->finder);
  domain->footer("Exit codes: 0 nothing is broken, 1 something is.");
  domain->callback([&options, given] {
    options.run = [&options, given] { return run_domain(options, *given); };
  });
}

}  // namespace godwit::app
