#include "base/printable.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace godwit {
namespace {

/// Of a valid character at the beginning of `text`.
std::size_t length_of(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

char32_t code_point(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0);
  char32_t code = byte(0) & (0xFFU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) code = (code << 6U) | (byte(i) & 0x3FU);
  return code;
}

/// C0 and C1, line and paragraph separators, marks of direction, and the zero-width ones.
bool is_odd(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
         code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

}  // namespace

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string out;
  text = utf8_prefix(text, bytes_max);
  while (!text.empty()) {
    const std::size_t length = std::min(length_of(text), text.size());
    const std::string_view character = text.substr(0, length);
    if (!utf8_valid(character)) {
      out += "\\u{FFFD}";
      text.remove_prefix(1);
      continue;
    }
    const char32_t code = code_point(character);
    if (is_odd(code)) {
      out += fmt::format("\\u{{{:X}}}", static_cast<std::uint32_t>(code));
    } else {
      out += character;
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace godwit
