/// Text of strangers on one line of a terminal, a log or a list.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace godwit {

/// `text` in UTF-8 without anything that moves a cursor, begins a line or turns the direction of
/// writing: such characters become `\u{HEX}`. At most `bytes_max` bytes of the text are taken.
std::string printable(std::string_view text, std::size_t bytes_max = 256);

}  // namespace godwit
