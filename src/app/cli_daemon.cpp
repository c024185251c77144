#include <fmt/chrono.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli_activity.hpp"
#include "app/cli_ask.hpp"
#include "app/cli_import.hpp"

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

void print_removed_items(const json& result) {
  std::cout << fmt::format("{:>8} {:<17} {:<8} {:<20} {}\n", "item", "removed (UTC)", "class",
                           "folder", "title");
  for (const json& item : result.value("items", json::array())) {
    std::cout << fmt::format("{:>8} {:<17} {:<8} {:<20} {}\n", item.value("item", std::int64_t{0}),
                             time_text(item.value("removed", json())), item.value("class", ""),
                             item.value("folder", ""), item.value("title", ""));
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

void register_item_commands(CLI::App& app, CliOptions& options) {
  struct Given {
    std::string user;
    std::int64_t number = 0;
  };
  auto given = std::make_shared<Given>();
  auto* item = app.add_subcommand("item", "Events, contacts, tasks and notes that users removed");
  item->require_subcommand(1);
  auto* removed = item->add_subcommand("removed", "Those of the last 30 days, the newest first");
  removed->add_option("user", given->user, "user@domain")->required();
  removed->callback([&options, given] {
    options.run = [&options, given] {
      return ask(options, "item.removed", {{"user", given->user}}, &print_removed_items);
    };
  });
  auto* restore = item->add_subcommand("restore", "Put one back where it was");
  restore->add_option("user", given->user, "user@domain")->required();
  restore->add_option("item", given->number, "Its number, as the list shows it")->required();
  restore->callback([&options, given] {
    options.run = [&options, given] {
      return ask(options, "item.restore", {{"user", given->user}, {"item", given->number}},
                 &print_nothing);
    };
  });
}

void print_levels(const json& result) {
  for (const json& each : result.value("levels", json::array())) {
    std::cout << fmt::format("{:<16} {}\n", field(each, "logger"), field(each, "level"));
  }
}

void register_log_commands(CLI::App& app, CliOptions& options) {
  struct Given {
    std::string logger, level;
  };
  auto given = std::make_shared<Given>();
  auto* log = app.add_subcommand("log", "What the daemon logs");
  log->require_subcommand(1);
  auto* level = log->add_subcommand("level",
                                    "Levels of all loggers and of single ones, until the "
                                    "daemon ends or reads its configuration anew");
  auto* logger = level->add_option("logger", given->logger,
                                   "A name as in the log's lines, or 'all'; none: show levels");
  level
      ->add_option("level", given->level,
                   "debug, info, warning, error; of one logger also 'default': that of all")
      ->needs(logger);
  level->callback([&options, given] {
    options.run = [&options, given] {
      if (given->logger.empty()) return ask(options, "log.levels", json::object(), &print_levels);
      return ask(options, "log.level", {{"logger", given->logger}, {"level", given->level}},
                 &print_levels);
    };
  });
}

}  // namespace

void register_daemon_commands(CLI::App& app, CliOptions& options) {
  register_user_commands(app, options);
  register_group_commands(app, options);
  register_app_password_commands(app, options);
  register_device_commands(app, options);
  register_import_commands(app, options);
  register_why_command(app, options);
  register_repair_commands(app, options);
  register_quarantine_commands(app, options);
  register_audit_commands(app, options);
  register_policy_commands(app, options);
  register_profile_commands(app, options);
  register_queue_commands(app, options);
  register_item_commands(app, options);
  register_log_commands(app, options);
  register_activity_commands(app, options);
  register_trace_commands(app, options);
  app.add_subcommand("status", "What the daemon is doing")->callback([&options] {
    options.run = [&options] { return ask(options, "status", json::object(), &print_status); };
  });
}

}  // namespace godwit::app
