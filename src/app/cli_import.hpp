/// `godwit import`.
#pragma once

#include "app/cli_options.hpp"

namespace godwit::app {

void register_import_commands(CLI::App& app, CliOptions& options);

}  // namespace godwit::app
