#include <fmt/chrono.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli_ask.hpp"
#include "app/device_settings.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

std::string date_text(const json& seconds) {
  if (!seconds.is_number_integer()) return "never";
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds.get<std::int64_t>())};
  return fmt::format("{:%Y-%m-%d}", time);
}

constexpr std::size_t text_bytes_max = 1000;  // of a finding

void print_devices(const json& result) {
  std::cout << fmt::format("{:<28} {:<34} {:<14} {:<5} {:<16} {:<10}\n", "user", "device", "type",
                           "EAS", "state", "last seen");
  for (const json& device : result.value("devices", json::array())) {
    std::cout << fmt::format("{:<28} {:<34} {:<14} {:<5} {:<16} {:<10}\n", field(device, "user"),
                             field(device, "device"), field(device, "type"),
                             field(device, "version"), field(device, "state"),
                             date_text(device.value("seen", json())));
  }
}

void print_device(const json& result) {
  for (const char* name : {"user", "device", "type", "model", "agent", "version", "state"}) {
    std::cout << fmt::format("{:<18} {}\n", name, field(result, name));
  }
  std::cout << fmt::format("{:<18} {}\n", "last seen", date_text(result.value("seen", json())));
  for (const auto& [name, value] : result.value("facts", json::object()).items()) {
    if (name == "model") continue;
    std::cout << fmt::format("{:<18} {}\n", name, printable(value.get<std::string>()));
  }
  const json kept = result.value("recovery_password", json());
  std::cout << fmt::format("{:<18} {}\n", "recovery password",
                           kept.is_string() ? printable(kept.get<std::string>()) : "none");
}

void print_audit(const json& result) {
  for (const json& entry : result.value("entries", json::array())) {
    const std::chrono::sys_seconds time{
        std::chrono::seconds(entry.value("time", std::int64_t{0}) / 1000)};
    std::cout << fmt::format("{:%Y-%m-%d %H:%M:%S}  {:<20} {}", time, field(entry, "action"),
                             entry.value("done", true) ? "" : "REFUSED ");
    for (const char* name : {"by", "address", "user", "device", "details"}) {
      if (const std::string value = field(entry, name); !value.empty()) {
        std::cout << ' ' << name << '=' << (value.contains(' ') ? '"' + value + '"' : value);
      }
    }
    std::cout << '\n';
  }
}

/// "2026-11-01", or so long ago: "7d", "12h", "30m". Seconds since 1970; nothing when it is
/// neither.
std::optional<std::int64_t> since_of(const std::string& text) {
  if (const auto day = begin_of_day(text)) {
    return std::chrono::floor<std::chrono::seconds>(day->time_since_epoch()).count();
  }
  if (text.size() < 2) return std::nullopt;
  const auto count = parse_number<std::uint32_t>(std::string_view(text).substr(0, text.size() - 1));
  const std::int64_t unit = text.back() == 'd'   ? 86'400
                            : text.back() == 'h' ? 3600
                            : text.back() == 'm' ? 60
                                                 : 0;
  if (!count || unit == 0) return std::nullopt;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto at = std::chrono::floor<std::chrono::seconds>(now).count() - *count * unit;
  return std::max<std::int64_t>(at, 1);
}

void print_findings(const json& result) {
  for (const json& each : result.value("findings", json::array())) {
    const std::string outcome = each.value("outcome", "");
    std::cout << fmt::format("{:<5} {:<9} {}\n",
                             outcome == "stop"   ? "STOP"
                             : outcome == "good" ? "ok"
                                                 : "note",
                             field(each, "step"),
                             printable(each.value("text", ""), text_bytes_max));
  }
}

struct DeviceOptions {
  std::string user;
  std::string device;
  std::string item;
  bool account_only = false;
};

struct AuditOptions {
  std::string user, device, since;
  unsigned entries_max = 1000;
};

}  // namespace

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
        Row{"release", "device.release", "Take a wipe back, or let a wiped one in again"},
        Row{"allow", "device.allow", "Let it in, whatever the rules say"},
        Row{"block", "device.block", "Let it in no more"},
        Row{"unblock", "device.unblock", "Take allow or block back: the rules decide"},
        Row{"resync", "device.resync", "Make it start over"},
        Row{"forget", "device.forget", "Remove all that is known of it, but the audit log"}}) {
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

void register_why_command(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<DeviceOptions>();
  auto* command = app.add_subcommand("why", "Why something is not on a device");
  command->add_option("user", given->user, "user@domain")->required();
  command->add_option("device", given->device, "Its id, as `device list` shows it")->required();
  command->add_option("item", given->item, "A mail's Message-ID, or a ServerId as logs show it");
  command->callback([&options, given] {
    options.run = [&options, given] {
      const json arguments{{"user", given->user}, {"device", given->device}, {"item", given->item}};
      return ask(options, "device.why", arguments, &print_findings);
    };
  });
}

void register_audit_commands(CLI::App& app, CliOptions& options) {
  auto given = std::make_shared<AuditOptions>();
  auto* audit = app.add_subcommand("audit", "What was decided about users and devices, by whom");
  audit->add_option("--user", given->user, "Of one user");
  audit->add_option("--device", given->device, "Of one device");
  audit->add_option("--since", given->since, "A day (2026-11-01), or so long ago: 7d, 12h, 30m");
  audit->add_option("--last", given->entries_max, "At most so many, the newest ones")
      ->check(CLI::Range(1, 10'000));
  audit->callback([&options, given] {
    const auto since =
        given->since.empty() ? std::optional<std::int64_t>(0) : since_of(given->since);
    if (!since) throw CLI::ValidationError("--since", "is a day (2026-11-01), or 7d, 12h, 30m");
    options.run = [&options, given, since] {
      const json arguments{{"user", given->user},
                           {"device", given->device},
                           {"since", static_cast<std::uint64_t>(*since)},
                           {"entries_max", given->entries_max}};
      return ask(options, "audit.list", arguments, &print_audit);
    };
  });
}

}  // namespace godwit::app
