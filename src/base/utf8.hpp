/// Code points to UTF-8.
#pragma once

#include <cstdint>
#include <string>

namespace godwit {

/// `point` at most 0x10FFFF; surrogates are written as they are (utf8_clean replaces them).
void append_utf8(std::uint32_t point, std::string& out);

}  // namespace godwit
