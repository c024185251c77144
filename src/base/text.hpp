/// Small text operations that several modules need: ASCII case, UTF-8 boundaries, numbers.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace godwit {

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string ascii_lower(std::string_view text);
bool iequals(std::string_view a, std::string_view b);
bool istarts_with(std::string_view text, std::string_view prefix);
/// Without leading and trailing spaces, tabs, CR and LF.
std::string_view trim(std::string_view text);

/// The longest prefix of `text` of at most `bytes` bytes that ends on a UTF-8 character boundary.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes);
/// The longest prefix of at most `characters` code points.
std::string_view utf8_prefix_characters(std::string_view text, std::size_t characters);
bool utf8_valid(std::string_view text);
/// Replaces what is not UTF-8 by U+FFFD, and removes what XML 1.0 cannot hold (NUL, C0 controls
/// but TAB, LF, CR, and U+FFFE/U+FFFF): what may travel as a WBXML inline string.
std::string utf8_clean(std::string_view text);

/// A whole decimal number, or nothing.
template <std::integral T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace godwit
