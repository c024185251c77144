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

std::string date_text(const json& seconds) {
  if (!seconds.is_number_integer()) return "never";
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds.get<std::int64_t>())};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

void print_devices(const json& result) {
  std::cout << fmt::format("{:<28} {:<34} {:<14} {:<5} {:<13} {:<10}\n", "user", "device", "type",
                           "EAS", "state", "last seen");
  for (const json& device : result.value("devices", json::array())) {
    std::cout << fmt::format("{:<28} {:<34} {:<14} {:<5} {:<13} {:<10}\n", device.value("user", ""),
                             device.value("device", ""), device.value("type", ""),
                             device.value("version", ""), device.value("state", ""),
                             date_text(device.value("seen", json())));
  }
}

void print_device(const json& result) {
  for (const char* name : {"user", "device", "type", "model", "agent", "version", "state"}) {
    std::cout << fmt::format("{:<18} {}\n", name, result.value(name, ""));
  }
  std::cout << fmt::format("{:<18} {}\n", "last seen", date_text(result.value("seen", json())));
  const json kept = result.value("recovery_password", json());
  std::cout << fmt::format("{:<18} {}\n", "recovery password",
                           kept.is_string() ? kept.get<std::string>() : "none");
}

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

struct DeviceOptions {
  std::string user;
  std::string device;
  bool account_only = false;
};

void register_device_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<DeviceOptions>();
  auto* device = app.add_subcommand("device", "The phones that synchronize here");
  device->require_subcommand(1);
  auto* list = device->add_subcommand("list", "All devices, or those of one user");
  list->add_option("user", given->user, "user@domain");
  list->callback([&options, given] {
    options.run = [&options, given] {
      return ask(options, "device.list", {{"user", given->user}}, &print_devices);
    };
  });
  struct Row {
    const char* name;
    const char* operation;
    const char* what;
    Printer print = &print_nothing;
    bool of_account = false;  // knows --account-only
  };
  for (const Row& row :
       {Row{"show", "device.show", "What is known of it, its recovery password, too",
            &print_device},
        Row{"wipe", "device.wipe", "Erase it with its next request", &print_nothing, true},
        Row{"block", "device.block", "Let it in no more"},
        Row{"unblock", "device.unblock", "Let it in again; ends a wipe, too"},
        Row{"resync", "device.resync", "Make it start over"}}) {
    auto* command = device->add_subcommand(row.name, row.what);
    command->add_option("user", given->user, "user@domain")->required();
    command->add_option("device", given->device, "Its id, as the list shows it")->required();
    if (row.of_account) {
      command->add_flag("--account-only", given->account_only,
                        "Only this account and what it synchronized; devices from 16.1 on");
    }
    command->callback([&options, given, row] {
      options.run = [&options, given, row] {
        json arguments{{"user", given->user}, {"device", given->device}};
        if (row.of_account) arguments["account_only"] = given->account_only;
        return ask(options, row.operation, arguments, row.print);
      };
    });
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
  register_queue_commands(app, options);
  app.add_subcommand("status", "What the daemon is doing")->callback([&options] {
    options.run = [&options] { return ask(options, "status", json::object(), &print_status); };
  });
}

}  // namespace godwit::app
