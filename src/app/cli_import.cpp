#include "app/cli_import.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "app/cli.hpp"
#include "app/cli_ask.hpp"
#include "app/control_client.hpp"
#include "app/former_policies.hpp"
#include "app/former_states.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"
#include "migration/policies_ini.hpp"

namespace godwit::app {
namespace {

using migration::FormerDevice;
using migration::FormerWipe;
using nlohmann::json;

constexpr std::size_t batch_devices = 100;

struct Given {
  std::string path;
  std::string domain;
  std::vector<std::string> skipped;
  bool dry_run = false;
};

json to_json(const FormerDevice& device) {
  return {{"user", device.user},
          {"device", device.device},
          {"type", device.type},
          {"agent", device.agent},
          {"model", device.model},
          {"imei", device.imei},
          {"friendly_name", device.friendly_name},
          {"os", device.os},
          {"os_language", device.os_language},
          {"phone_number", device.phone_number},
          {"mobile_operator", device.mobile_operator},
          {"version", device.version},
          {"first_seen", device.first_seen},
          {"last_seen", device.last_seen},
          {"policy_key", device.policy_key},
          {"policy_name", device.policy_key == 0 ? std::string() : device.policy_name},
          {"wipe", device.wipe == FormerWipe::none      ? ""
                   : device.wipe == FormerWipe::pending ? "pending"
                                                        : "done"},
          {"wipe_account_only", device.wipe_account_only},
          {"wipe_by", device.wipe_by},
          {"wipe_ordered", device.wipe_ordered},
          {"wipe_done", device.wipe_done}};
}

/// Sends in batches, and tells what became of each.
class ImportRun {
 public:
  ImportRun(const CliOptions& options, const Given& given, std::string from, ControlClient client)
      : options_(options), given_(given), from_(std::move(from)), client_(std::move(client)) {}

  FormerStates states() {
    return {[this](FormerDevice device) { return add(std::move(device)); },
            [this](std::string name, std::string why) { failed(std::move(name), why); }};
  }

  /// The exit code.
  int finish() {
    if (!stopped_) send();
    if (stopped_) return no_daemon(options_, *stopped_);
    if (options_.json) {
      std::cout << dump({{"ok", failures_.empty()},
                         {"result",
                          {{"dry_run", given_.dry_run},
                           {"devices", devices_},
                           {"skipped", skipped_},
                           {"failed", failures_}}}})
                << '\n';
    } else {
      for (const auto& [outcome, number] : counts_) {
        std::cout << fmt::format("{:<9} {}\n", outcome, number);
      }
      if (given_.dry_run) std::cout << "nothing was changed: a dry run\n";
    }
    return static_cast<int>(failures_.empty() ? Exit::done : Exit::failed);
  }

 private:
  /// The name that a sign-in here comes to.
  std::string user_of(const std::string& name) const {
    std::string user = ascii_lower(name);
    if (!given_.domain.empty() && !user.contains('@')) user += '@' + ascii_lower(given_.domain);
    return user;
  }

  bool add(FormerDevice device) {
    const bool skip = std::ranges::any_of(
        given_.skipped, [&](const std::string& name) { return iequals(name, device.user); });
    if (skip) {
      ++skipped_;
      ++counts_["skipped"];
      return true;
    }
    device.user = user_of(device.user);
    waiting_.push_back(std::move(device));
    if (waiting_.size() >= batch_devices) send();
    return !stopped_;
  }

  void failed(std::string name, const std::string& why) {
    ++counts_["failed"];
    if (!options_.json) std::cerr << printable(name, 1000) << ": " << printable(why) << '\n';
    failures_.push_back({{"name", std::move(name)}, {"why", why}});
  }

  void send() {
    if (waiting_.empty()) return;
    json rows = json::array();
    for (const FormerDevice& device : waiting_) rows.push_back(to_json(device));
    const auto reply = client_.ask(
        dump({{"operation", "device.import"},
              {"arguments",
               {{"from", from_}, {"dry_run", given_.dry_run}, {"devices", std::move(rows)}}}}));
    if (!reply) {
      stopped_ = reply.error().message + "; run it again: what is done stays done";
      return;
    }
    take(json::parse(*reply, nullptr, false));
    done_ += waiting_.size();
    waiting_.clear();
    if (::isatty(STDERR_FILENO) == 1) std::cerr << fmt::format("\r{} devices", done_);
    if (::isatty(STDERR_FILENO) == 1 && done_ % batch_devices != 0) std::cerr << '\n';
  }

  void take(const json& answer) {
    const bool ok = answer.is_object() && answer.value("ok", false);
    const json rows = ok ? answer["result"].value("devices", json::array()) : json::array();
    std::string refused = "godwitd answered nonsense";
    if (answer.is_object() && !ok && answer.contains("error")) {
      refused = answer["error"].value("message", refused);
    }
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const FormerDevice& device = waiting_[i];
      const json row = i < rows.size() && rows[i].is_object() ? rows[i] : json::object();
      const std::string outcome = row.value("outcome", "failed");
      if (outcome == "failed") {
        failed(device.user + " " + device.device, row.value("why", refused));
        continue;
      }
      ++counts_[outcome];
      if (options_.json) {
        devices_.push_back(
            {{"user", device.user}, {"device", device.device}, {"outcome", outcome}});
      } else if (outcome != "unchanged") {
        std::cout << fmt::format("{:<9} {} {}{}\n", outcome, printable(device.user),
                                 printable(device.device),
                                 device.wipe == FormerWipe::none      ? ""
                                 : device.wipe == FormerWipe::pending ? " (wipe pending)"
                                                                      : " (wiped)");
      }
    }
  }

  const CliOptions& options_;
  const Given& given_;
  std::string from_;
  ControlClient client_;
  std::vector<FormerDevice> waiting_;
  std::map<std::string, std::size_t> counts_;
  json devices_ = json::array();
  json failures_ = json::array();
  std::size_t skipped_ = 0;
  std::size_t done_ = 0;
  std::optional<std::string> stopped_;
};

int import_devices(const CliOptions& options, const Given& given, FormerTable table) {
  const bool z_push = table == FormerTable::z_push;
  auto client = ControlClient::connect(socket_of(options));
  if (!client) return no_daemon(options, client.error().message);
  ImportRun run(options, given, z_push ? "z-push" : "sogo", *std::move(client));
  std::error_code unknown;
  const bool folder = z_push && std::filesystem::is_directory(given.path, unknown);
  const auto read = folder ? read_z_push_folder(given.path, run.states())
                           : read_former_table(given.path, table, run.states());
  if (!read) return report_failure(options, read.error().message);
  return run.finish();
}

int print_policies(const CliOptions& options, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return report_failure(options, file + ": cannot be read");
  std::string text(migration::policies_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  const auto policies = policies_of_z_push(text);
  if (!policies) return report_failure(options, file + ": " + policies.error().message);
  return report_text(options, "policies", *policies);
}

void add_policies(CLI::App& import, CliOptions& options) {
  auto file = std::make_shared<std::string>();
  auto* policies =
      import.add_subcommand("policies", "Print Z-Push's policies.ini as our configuration");
  policies->add_option("file", *file, "Z-Push's policies.ini")->required();
  policies->callback([&options, file] {
    options.run = [&options, file] { return print_policies(options, *file); };
  });
}

void add_server(CLI::App& import, CliOptions& options, FormerTable table) {
  const bool z_push = table == FormerTable::z_push;
  auto given = std::make_shared<Given>();
  auto* server = import.add_subcommand(
      z_push ? "z-push" : "sogo",
      z_push ? "Devices, wipes and policy keys of Z-Push" : "Devices of SOGo");
  server
      ->add_option("path", given->path,
                   z_push ? "Its STATE_DIR; or rows of its table of states in a file, - for "
                            "standard input; see godwit(1)"
                          : "Rows of its table of caches in a file, - for standard input; see "
                            "godwit(1)")
      ->required();
  server->add_option("--domain", given->domain, "Of users whose names there have none");
  server->add_option("--skip-user", given->skipped, "Nothing of this user, as named there")
      ->allow_extra_args(false);
  server->add_flag("--dry-run", given->dry_run, "Only say what would be done");
  server->callback([&options, given, table] {
    options.run = [&options, given, table] { return import_devices(options, *given, table); };
  });
}

}  // namespace

void register_import_commands(CLI::App& app, CliOptions& options) {
  auto* import = app.add_subcommand("import", "What another server knew of devices");
  import->require_subcommand(1);
  add_server(*import, options, FormerTable::z_push);
  add_server(*import, options, FormerTable::sogo);
  add_policies(*import, options);
}

}  // namespace godwit::app
