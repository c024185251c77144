#include "base/log_fields.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace godwit {
namespace {

/// The character behind a backslash at `at`, which moves behind it.
char unescaped(std::string_view line, std::size_t& at) {
  constexpr std::size_t hex_length = 4;  // \x0a
  if (line.substr(at).size() >= hex_length && line[at + 1] == 'x') {
    unsigned char byte = 0;
    const auto digits = line.substr(at + 2, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (error == std::errc() && end == digits.data() + digits.size()) {
      at += hex_length;
      return static_cast<char>(byte);
    }
  }
  at += 2;
  return line[at - 1];
}

/// From behind the opening quote to behind the closing one.
std::string quoted(std::string_view line, std::size_t& at) {
  std::string out;
  while (at < line.size() && line[at] != '"') {
    if (line[at] == '\\' && at + 1 < line.size()) {
      out += unescaped(line, at);
    } else {
      out += line[at++];
    }
  }
  if (at < line.size()) ++at;
  return out;
}

}  // namespace

LogParts log_parts(std::string_view line) {
  LogParts parts;
  std::size_t at = std::min(line.find(' '), line.size());
  parts.event = line.substr(0, at);
  while (at < line.size()) {
    ++at;  // the blank
    const auto key_end = std::min(line.find_first_of(" =", at), line.size());
    std::string key(line.substr(at, key_end - at));
    at = key_end;
    std::string value;
    if (at < line.size() && line[at] == '=') {
      ++at;
      if (at < line.size() && line[at] == '"') {
        value = quoted(line, ++at);
        at = std::min(line.find(' ', at), line.size());
      } else {
        const auto end = std::min(line.find(' ', at), line.size());
        value = line.substr(at, end - at);
        at = end;
      }
    }
    parts.fields.emplace_back(std::move(key), std::move(value));
  }
  return parts;
}

}  // namespace godwit
