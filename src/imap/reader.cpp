#include "imap/reader.hpp"

#include "base/text.hpp"
#include "imap/limits.hpp"

namespace godwit::imap {

char Reader::peek() {
  // Quirk double_spaces.
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  return failed_ || at_ >= text_.size() ? '\0' : text_[at_];
}

bool Reader::at_end() {
  peek();
  return failed_ || at_ >= text_.size();
}

bool Reader::accept(char c) {
  if (peek() != c || c == '\0') return false;
  ++at_;
  return true;
}

void Reader::expect(char c) {
  if (!accept(c)) fail();
}

std::string_view Reader::word(std::string_view stops) {
  peek();
  const std::size_t begin = at_;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '(' || c == ')' || stops.find(c) != std::string_view::npos) break;
    ++at_;
  }
  if (at_ == begin) fail();
  return text_.substr(begin, at_ - begin);
}

std::uint64_t Reader::number() {
  const auto value = parse_number<std::uint64_t>(word());
  if (!value) fail();
  return value.value_or(0);
}

std::uint64_t Reader::loose_number() {
  const char c = peek();
  if (c == '(' || c == ')' || c == '\0') return 0;
  if (c == '"' || c == '{' || c == '~') {
    return parse_number<std::uint64_t>(string()).value_or(0);
  }
  return parse_number<std::uint64_t>(word()).value_or(0);
}

std::string Reader::quoted() {
  std::string out;
  ++at_;
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    out += text_[at_++];
  }
  if (at_ >= text_.size()) {
    fail();
    return {};
  }
  ++at_;
  return out;
}

std::optional<std::string> Reader::literal() {
  const std::size_t end = text_.find('\n', at_);
  if (end == std::string_view::npos || literal_ >= literals_.size()) {
    fail();
    return std::nullopt;
  }
  at_ = end + 1;
  return std::move(literals_[literal_++]);
}

std::optional<std::string> Reader::nstring() {
  const char c = peek();
  if (c == '"') return quoted();
  const bool binary = c == '~' && at_ + 1 < text_.size() && text_[at_ + 1] == '{';
  if (c == '{' || binary) return literal();
  const std::string_view atom = word();
  if (failed_ || iequals(atom, "NIL")) return std::nullopt;  // quirk unescaped_nil
  return std::string(atom);
}

std::vector<std::string> Reader::list() {
  std::vector<std::string> out;
  if (!accept('(')) {
    if (!iequals(word(), "NIL")) fail();
    return out;
  }
  while (!failed_ && !accept(')')) {
    if (peek() == '(') {
      skip_value();
    } else {
      out.push_back(string());
    }
  }
  return out;
}

void Reader::skip_value() {
  unsigned depth = 0;
  do {
    const char c = peek();
    if (c == '\0') {
      fail();
    } else if (c == '(') {
      ++at_;
      if (++depth > list_depth_max) fail();
    } else if (c == ')') {
      if (depth == 0) {
        fail();
        break;
      }
      ++at_;
      --depth;
    } else {
      nstring();
    }
  } while (!failed_ && depth > 0);
}

std::string_view Reader::rest() {
  peek();
  const std::string_view out = text_.substr(at_);
  at_ = text_.size();
  return out;
}

}  // namespace godwit::imap
