/// The configuration as it is in effect once a file is read: every key with its value, and where
/// that comes from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"

namespace godwit::app {

struct ShownKey {
  std::string name;   // "http.listen", "sign_in[2].kind", "policy.settings.AllowCamera"
  std::string value;  // in TOML; paths as they are opened; without secrets
  int line = 0;       // of the file; 0: the default
};

/// In the order of the example. Errors as of parse_config.
Result<std::vector<ShownKey>> shown_config(std::string_view text, const std::string& file);

}  // namespace godwit::app
