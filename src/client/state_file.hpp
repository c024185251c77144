/// What `godwit client` remembers between two calls: keys, folders and items, as JSON.
#pragma once

#include <string>

#include "base/result.hpp"
#include "client/device.hpp"

namespace godwit::client {

/// Fills the device from the file; a file that is not there leaves it fresh. Error: malformed.
Result<> load_state(const std::string& path, Device& device);
/// Replaces the file (mode 0600). Error: refused, with the reason.
Result<> save_state(const std::string& path, const Device& device);

/// `$XDG_STATE_HOME/godwit/<user>@<host>.json`, or below `~/.local/state`.
std::string default_state_path(const std::string& user, const std::string& host);

}  // namespace godwit::client
