/// Values of the configuration as the file has them.
#pragma once

#include <string>

#include "app/config.hpp"

namespace godwit::app {

/// In TOML: `"text"`, `7`, `true`, `["a", "b"]`.
std::string value_text(const Key& key, Config& config);
/// In quotes.
std::string quoted(std::string_view text);

}  // namespace godwit::app
