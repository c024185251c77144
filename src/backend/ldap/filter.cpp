#include "backend/ldap/filter.hpp"

#include <cstddef>

#include "base/text.hpp"

namespace godwit::backend::ldap {

namespace {

constexpr std::size_t words_max = 16;
constexpr std::string_view blanks = " \t\r\n,;";

}  // namespace

std::string escape_filter(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  const bool valid = utf8_valid(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool special = c == '*' || c == '(' || c == ')' || c == '\\' || byte < 0x20 || c == 0x7F;
    if (!special && (byte < 0x80 || valid)) {
      out += c;
      continue;
    }
    out += '\\';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::string fill_pattern(std::string_view pattern, std::string_view text) {
  const std::string value = escape_filter(text);
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      out += pattern[i];
      continue;
    }
    ++i;
    pattern[i] == 's' ? out += value : out += pattern[i];
  }
  return out;
}

std::string search_filter(std::string_view listed, std::string_view pattern,
                          const std::vector<std::string>& words) {
  std::string out = "(&" + std::string(listed);
  for (const std::string& word : words) out += fill_pattern(pattern, word);
  return out + ')';
}

bool is_filter_pattern(std::string_view pattern) {
  if (!pattern.starts_with('(')) return false;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '%') {
      if (i + 1 == pattern.size() || (pattern[i + 1] != 's' && pattern[i + 1] != '%')) return false;
      ++i;
    } else if (pattern[i] == '(') {
      if (depth == 0 && i > 0) return false;  // one filter, not two
      ++depth;
    } else if (pattern[i] == ')') {
      if (depth-- == 0) return false;
    } else if (depth == 0) {
      return false;
    }
  }
  return depth == 0;
}

std::vector<std::string> query_words(std::string_view text) {
  std::vector<std::string> out;
  while (out.size() < words_max) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    out.emplace_back(text.substr(0, text.find_first_of(blanks)));
    text.remove_prefix(out.back().size());
  }
  return out;
}

}  // namespace godwit::backend::ldap
