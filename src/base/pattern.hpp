/// Patterns of the configuration: `*` stands for any characters, delimiters too.
#pragma once

#include <string_view>

namespace godwit {

/// Both take time in the product of both lengths at most.
bool matches_pattern(std::string_view pattern, std::string_view text);
/// Letter case of ASCII does not count.
bool imatches_pattern(std::string_view pattern, std::string_view text);

}  // namespace godwit
