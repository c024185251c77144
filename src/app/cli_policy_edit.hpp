/// The subcommands of `godwit policy` that change policies of the store.
#pragma once

#include "app/cli_options.hpp"

namespace godwit::app {

/// `policy`: the subcommand that they are added to.
void register_policy_edit_commands(CLI::App& policy, CliOptions& options);

}  // namespace godwit::app
