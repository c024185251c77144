/// What all subcommands of godwit share.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace godwit::app {

struct CliOptions {
  std::string config_file = "/etc/godwit/godwit.toml";
  std::string socket;  // empty = as the configuration says
  bool json = false;
  /// What the subcommand found on the line does; its value is the exit code.
  std::function<int()> run;
};

void register_config_commands(CLI::App& app, CliOptions& options);
void register_daemon_commands(CLI::App& app, CliOptions& options);
void register_user_commands(CLI::App& app, CliOptions& options);
/// Below `godwit user`.
void register_share_commands(CLI::App& user, CliOptions& options);
/// Below `godwit user`.
void register_user_sync_command(CLI::App& user, CliOptions& options);
void register_group_commands(CLI::App& app, CliOptions& options);
void register_app_password_commands(CLI::App& app, CliOptions& options);
void register_device_commands(CLI::App& app, CliOptions& options);
void register_repair_commands(CLI::App& app, CliOptions& options);
void register_why_command(CLI::App& app, CliOptions& options);
void register_audit_commands(CLI::App& app, CliOptions& options);
void register_quarantine_commands(CLI::App& app, CliOptions& options);
void register_policy_commands(CLI::App& app, CliOptions& options);
void register_profile_commands(CLI::App& app, CliOptions& options);
void register_trace_commands(CLI::App& app, CliOptions& options);
void register_store_commands(CLI::App& app, CliOptions& options);
void register_wbxml_commands(CLI::App& app, CliOptions& options);
void register_deliver_command(CLI::App& app, CliOptions& options);
void register_doctor_command(CLI::App& app, CliOptions& options);

/// Prints `message` on standard error, or as JSON on standard output; the value is Exit::failed.
int report_failure(const CliOptions& options, const std::string& message);
/// Prints `text`, or it as the one `name` of the result; the value is Exit::done.
int report_text(const CliOptions& options, std::string_view name, const std::string& text);

}  // namespace godwit::app
