#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli.hpp"
#include "app/cli_ask.hpp"
#include "base/printable.hpp"
#include "profile/profiles.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

constexpr std::size_t text_bytes_max = 1000;  // of a line

std::string pairs(const json& object) {
  std::string out;
  for (const auto& [name, value] : object.items()) {
    out += fmt::format("{}{}={}", out.empty() ? "" : ", ", name, value.get<std::string>());
  }
  return out;
}

void print_profiles(const json& result) {
  for (const json& profile : result.value("profiles", json::array())) {
    const auto line = [](std::string_view name, const std::string& value) {
      std::cout << fmt::format("  {:<7} {}\n", name, printable(value, text_bytes_max));
    };
    std::cout << field(profile, "profile") << '\n';
    const json when = profile.value("when", json::object());
    line("when", profile.value("only_by_name", false) ? "an administrator gives it"
                 : when.empty()                       ? "always"
                                                      : pairs(when));
    line("set", pairs(profile.value("set", json::object())));
    line("source", profile.value("source", ""));
  }
}

struct Given {
  std::string user, device, profile;
};

void register_device_command(CLI::App& parent, CliOptions& options, const char* name,
                             const char* what, bool gives) {
  auto given = std::make_shared<Given>();
  auto* command = parent.add_subcommand(name, what);
  command->add_option("user", given->user, "user@domain")->required();
  command->add_option("device", given->device, "Its id, as `device list` shows it")->required();
  if (gives) {
    command->add_option("profile", given->profile, "Its name, as the list shows it")->required();
  }
  command->callback([&options, given] {
    options.run = [&options, given] {
      const json arguments{
          {"user", given->user}, {"device", given->device}, {"profile", given->profile}};
      return ask(options, "device.profile", arguments, &print_nothing);
    };
  });
}

}  // namespace

void register_profile_commands(CLI::App& app, CliOptions& options) {
  auto* profile = app.add_subcommand("profile", "What kinds of phones do their own way");
  profile->require_subcommand(1);
  profile->add_subcommand("list", "All profiles: for whom, what, and where it is known from")
      ->callback([&options] {
        options.run = [&options] {
          return ask(options, "profile.list", json::object(), &print_profiles);
        };
      });
  register_device_command(*profile, options, "give", "Give one to a device, above what it finds",
                          true);
  register_device_command(*profile, options, "take", "Take it back", false);
  profile->add_subcommand("example", "Prints those that come with Godwit, as an example of a file")
      ->callback([&options] {
        options.run = [] {
          std::cout << profile::shipped_text();
          return static_cast<int>(Exit::done);
        };
      });
}

}  // namespace godwit::app
