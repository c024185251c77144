/// What HTML and XML write otherwise in text and in attribute values.
#pragma once

#include <string>

namespace godwit {

/// `<`, `>`, `&` and `"` as references, all else as it is.
void append_escaped(char c, std::string& out);

}  // namespace godwit
