#include "imap/conversation.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace godwit::imap {
namespace {

constexpr std::size_t line_bytes_max = 2000;

/// Commands whose words may be a secret or content, behind the tag or "UID".
constexpr auto silent =
    std::to_array<std::string_view>({"authenticate", "id", "login", "search", "sort", "thread"});

std::string_view next_word(std::string_view& rest) {
  const auto word = rest.substr(0, rest.find_first_of(" \r\n"));
  rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  return word;
}

/// What is left of a line of which only the name is shown; nothing of others.
std::string name_alone(std::string_view bytes) {
  std::string_view rest = bytes;
  const std::string_view tag = next_word(rest);
  if (tag == "+") return "+";
  if (tag == "*") return {};
  std::string_view name = next_word(rest);
  std::string shown = std::string(tag) + ' ' + std::string(name);
  if (iequals(name, "uid")) {
    name = next_word(rest);
    shown += ' ' + std::string(name);
  }
  const bool is_silent = std::ranges::find(silent, ascii_lower(name)) != silent.end();
  return is_silent ? shown + " ..." : std::string();
}

/// Takes a quoted string; its end may be missing.
std::size_t quoted_length(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

/// `{7}` or `{7+}` and an end of line: with what follows. 0: it is none.
struct Literal {
  std::size_t length = 0;  // with its head
  std::uint64_t bytes = 0;
};
Literal literal_of(std::string_view text) {
  const auto end = text.find('}');
  if (end == std::string_view::npos || text.substr(end + 1, 2) != "\r\n") return {};
  std::string_view number = text.substr(1, end - 1);
  if (number.ends_with('+')) number.remove_suffix(1);
  const auto bytes = parse_number<std::uint64_t>(number);
  if (!bytes) return {};
  const std::size_t head = end + 3;
  return {.length =
              head + static_cast<std::size_t>(std::min<std::uint64_t>(*bytes, text.size() - head)),
          .bytes = *bytes};
}

}  // namespace

std::string conversation_line(std::string_view bytes) {
  if (std::string name = name_alone(bytes); !name.empty()) {
    return name.substr(0, line_bytes_max);
  }
  std::string out;
  while (!bytes.empty() && out.size() < line_bytes_max) {
    std::size_t taken = 1;
    if (bytes.front() == '"') {
      taken = quoted_length(bytes);
      out += "\"(" + std::to_string(taken < 2 ? 0 : taken - 2) + ")\"";
    } else if (const Literal literal = bytes.front() == '{' ? literal_of(bytes) : Literal();
               literal.length > 0) {
      taken = literal.length;
      out += '{' + std::to_string(literal.bytes) + '}';
    } else if (bytes.front() != '\r' && bytes.front() != '\n') {
      out += bytes.front();
    }
    bytes.remove_prefix(taken);
  }
  return out.substr(0, line_bytes_max);
}

}  // namespace godwit::imap
