/// Policies of another server in our configuration's form.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace godwit::app {

/// Z-Push's policies.ini as [policy], [policy.NAME] and their settings; what has no place there, or
/// a value that is none, stands as a comment that says so. Errors: malformed, too_large.
Result<std::string> policies_of_z_push(std::string_view ini);

}  // namespace godwit::app
