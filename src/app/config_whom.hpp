/// Whom rules of the configuration are about, as far as the rest of it can know them.
#pragma once

#include "app/config.hpp"

namespace godwit::app {

/// Whether a check of passwords knows the groups of users by name.
bool knows_named_groups(const Config& config);

/// Groups of [[access]], policies, rules about devices and the console that nobody could ever look
/// up, a line each: what and what to do.
Strings group_problems(const Config& config);

}  // namespace godwit::app
