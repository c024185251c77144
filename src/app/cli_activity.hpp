/// `godwit push` and `godwit top`: what a daemon does just now.
#pragma once

#include "app/cli_options.hpp"

namespace godwit::app {

void register_activity_commands(CLI::App& app, CliOptions& options);

}  // namespace godwit::app
