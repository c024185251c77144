/// How subcommands of godwit ask the daemon.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/cli_options.hpp"

namespace godwit::app {

/// The socket of the command line, else of the configuration, else the default.
std::string socket_of(const CliOptions& options);
/// On one line; what is no UTF-8 is replaced.
std::string dump(const nlohmann::json& value);
/// Says that the daemon does not answer, and that the configuration that names its socket cannot be
/// read, if so; the value is Exit::no_daemon.
int no_daemon(const CliOptions& options, const std::string& message);

using Printer = void (*)(const nlohmann::json& result);
void print_nothing(const nlohmann::json& result);
/// A text of the result; what devices say of themselves is not to move the cursor of who reads it.
std::string field(const nlohmann::json& object, const char* name);

/// Asks the daemon, prints what it says, in JSON with `made` (an object, or nothing) in its result;
/// the value is the exit code.
int ask(const CliOptions& options, const char* operation, const nlohmann::json& arguments,
        Printer print);
int ask(const CliOptions& options, const char* operation, const nlohmann::json& arguments,
        Printer print, const nlohmann::json& made);
/// The same; what the daemon did is a failure where `is_done` says so of its result.
int ask(const CliOptions& options, const char* operation, const nlohmann::json& arguments,
        Printer print, const nlohmann::json& made, bool (*is_done)(const nlohmann::json& result));

/// The option of a field that the control socket calls `name`: "--first-name" of "first_name".
std::string option_of(std::string_view name);

}  // namespace godwit::app
