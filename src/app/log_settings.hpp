/// What the log shows, as the configuration says.
#pragma once

#include "app/config.hpp"

namespace godwit::app {

/// What is wrong with server.log_levels, with the line of each entry.
void check_log_levels(const ConfigValue& list, Problems& problems);
/// The levels of all loggers are those of the file from then on, whatever was set meanwhile.
void apply_log_levels(const Config::Server& server);

}  // namespace godwit::app
