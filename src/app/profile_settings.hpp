/// The profiles of clients that are in force: those that come with Godwit, those of the admin's
/// file, and what the configuration says of single kinds of devices.
#pragma once

#include "app/config.hpp"
#include "profile/profiles.hpp"

namespace godwit::app {

/// Reads clients.profiles_file. Errors: not_found, malformed, too_large; a line for each problem.
Result<profile::ProfilesRef> client_profiles(const Config& config);

}  // namespace godwit::app
