#include <CLI/CLI.hpp>

#include <array>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli_ask.hpp"
#include "base/printable.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

struct Given {
  std::string user, device, of;
};

struct Row {
  const char* name;
  const char* what;
  const char* of;
  const char* about;
};
constexpr auto rows = std::to_array<Row>({
    {"resend", "Send an item again: it is removed from the device first", "item",
     "A ServerId as `why` and logs show it, or a mail's Message-ID"},
    {"forget", "Take an item off the device; the folder keeps it", "item",
     "A ServerId as `why` and logs show it, or a mail's Message-ID"},
    {"rebuild", "Look through a folder and send what differs", "folder",
     "Its id or name, as `why` shows it"},
});

constexpr std::size_t text_bytes_max = 1000;

void print_text(const json& result) {
  std::cout << printable(result.value("text", ""), text_bytes_max) << '\n';
}

}  // namespace

void register_repair_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<Given>();
  auto* repair =
      app.add_subcommand("repair", "Mend what a device has, without making it start over; see why");
  repair->require_subcommand(1);
  for (const Row& row : rows) {
    auto* command = repair->add_subcommand(row.name, row.what);
    command->add_option("user", given->user, "user@domain")->required();
    command->add_option("device", given->device, "Its id, as `device list` shows it")->required();
    command->add_option(row.of, given->of, row.about)->required();
    command->callback([&options, given, name = row.name] {
      options.run = [&options, given, name] {
        const json arguments{
            {"user", given->user}, {"device", given->device}, {"what", name}, {"of", given->of}};
        return ask(options, "device.repair", arguments, &print_text);
      };
    });
  }
}

}  // namespace godwit::app
