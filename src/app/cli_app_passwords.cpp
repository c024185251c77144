#include <fmt/chrono.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli_ask.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

struct AppPasswordOptions {
  std::string user;
  std::string name;
  std::string device;
  std::vector<std::string> scopes;
  std::string id;
};

std::string joined(const json& scopes) {
  std::string out;
  for (const json& each : scopes) out += (out.empty() ? "" : ",") + each.get<std::string>();
  return out;
}

std::string device_of(const json& row) {
  const auto found = row.find("device");
  return found != row.end() && found->is_string() ? found->get<std::string>() : "any";
}

void print_made(const json& result) {
  std::cout << fmt::format("{}\n\nShown this once. Its id is {}; device: {}; opens: {}\n",
                           result.value("password", ""), result.value("id", ""), device_of(result),
                           joined(result.value("scopes", json::array())));
}

void print_list(const json& result) {
  std::cout << fmt::format("{:<10} {:<20} {:<32} {:<12} {}\n", "id", "name", "device", "made",
                           "opens");
  for (const json& row : result.value("app_passwords", json::array())) {
    const std::chrono::sys_seconds made{std::chrono::seconds(row.value("made", std::int64_t{0}))};
    std::cout << fmt::format("{:<10} {:<20} {:<32} {:<12} {}\n", row.value("id", ""),
                             row.value("name", ""), device_of(row), fmt::format("{:%F}", made),
                             joined(row.value("scopes", json::array())));
  }
}

void register_add(CLI::App& group, CliOptions& options, std::shared_ptr<AppPasswordOptions> given) {
  auto* add = group.add_subcommand("add", "A new one, shown once");
  add->add_option("user", given->user, "user@domain")->required();
  add->add_option("--name", given->name, "What it is for");
  add->add_option("--device", given->device, "Id of the one device that may use it");
  add->add_option(
         "--scope", given->scopes,
         "What it opens: mail, calendar, contacts, tasks, notes, directory; all by default")
      ->delimiter(',');
  add->callback([&options, given] {
    options.run = [&options, given] {
      const json arguments{{"user", given->user},
                           {"name", given->name},
                           {"device", given->device},
                           {"scopes", given->scopes}};
      return ask(options, "app_password.add", arguments, &print_made);
    };
  });
}

}  // namespace

void register_app_password_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<AppPasswordOptions>();
  auto* group = app.add_subcommand("app-password", "Passwords of single devices");
  group->require_subcommand(1);
  register_add(*group, options, given);
  auto* list = group->add_subcommand("list", "A user's, without the passwords themselves");
  list->add_option("user", given->user, "user@domain")->required();
  list->callback([&options, given] {
    options.run = [&options, given] {
      return ask(options, "app_password.list", {{"user", given->user}}, &print_list);
    };
  });
  auto* revoke = group->add_subcommand("revoke", "It opens nothing any more");
  revoke->add_option("user", given->user, "user@domain")->required();
  revoke->add_option("id", given->id, "As `list` shows it")->required();
  revoke->callback([&options, given] {
    options.run = [&options, given] {
      return ask(options, "app_password.revoke", {{"user", given->user}, {"id", given->id}},
                 &print_nothing);
    };
  });
}

}  // namespace godwit::app
