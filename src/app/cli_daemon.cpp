#include <fmt/chrono.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli_ask.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

std::string time_text(const json& seconds) {
  if (!seconds.is_number_integer()) return "";
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds.get<std::int64_t>())};
  return fmt::format("{:%Y-%m-%d %H:%M}", time);
}

void print_queue(const json& result) {
  std::cout << fmt::format("{:<32} {:<17} {:<17} {:>5} {:>9}  {}\n", "mail", "accepted (UTC)",
                           "next", "tries", "bytes", "from -> to: why it waits");
  for (const json& mail : result.value("mails", json::array())) {
    std::string to;
    for (const json& address : mail.value("to", json::array())) {
      to += (to.empty() ? "" : ", ") + address.get<std::string>();
    }
    std::cout << fmt::format("{:<32} {:<17} {:<17} {:>5} {:>9}  {} -> {}: {}\n",
                             mail.value("mail", ""), time_text(mail.value("accepted", json())),
                             time_text(mail.value("next", json())), mail.value("attempts", 0U),
                             mail.value("bytes", std::uint64_t{0}), mail.value("from", ""), to,
                             mail.value("reason", ""));
  }
}

void print_status(const json& result) {
  std::cout << fmt::format("godwitd {}: {}\n", result.value("version", ""),
                           result.value("mode", ""));
  if (const auto problem = result.value("problem", ""); !problem.empty()) {
    std::cout << "problem: " << problem << '\n';
  }
  std::cout << fmt::format("up {} s, {} connections, {} requests waiting for changes\n",
                           result.value("uptime_seconds", std::int64_t{0}),
                           result.value("connections", std::uint64_t{0}),
                           result.value("parked", std::uint64_t{0}));
  for (const json& address : result.value("listening", json::array())) {
    std::cout << "listening on " << address.get<std::string>() << '\n';
  }
}

void register_queue_commands(CLI::App& app, CliOptions& options) {
  auto mail = std::make_shared<std::string>();
  auto* queue = app.add_subcommand("queue", "Mail that waits for the next mail server");
  queue->require_subcommand(1);
  queue->add_subcommand("list", "At most 1,000, the next one due first")->callback([&options] {
    options.run = [&options] { return ask(options, "queue.list", json::object(), &print_queue); };
  });
  struct Row {
    const char* name;
    const char* operation;
    const char* what;
  };
  for (const Row& row : {Row{"retry", "queue.retry", "Try it again now"},
                         Row{"remove", "queue.remove", "Drop it; nobody is told"}}) {
    auto* command = queue->add_subcommand(row.name, row.what);
    command->add_option("mail", *mail, "Its name, as the list shows it")->required();
    command->callback([&options, mail, operation = row.operation] {
      options.run = [&options, mail, operation] {
        return ask(options, operation, {{"mail", *mail}}, &print_nothing);
      };
    });
  }
}

}  // namespace

void register_daemon_commands(CLI::App& app, CliOptions& options) {
  register_user_commands(app, options);
  register_group_commands(app, options);
  register_app_password_commands(app, options);
  register_device_commands(app, options);
  register_why_command(app, options);
  register_quarantine_commands(app, options);
  register_audit_commands(app, options);
  register_policy_commands(app, options);
  register_queue_commands(app, options);
  app.add_subcommand("status", "What the daemon is doing")->callback([&options] {
    options.run = [&options] { return ask(options, "status", json::object(), &print_status); };
  });
}

}  // namespace godwit::app
