#include "backend/sieve/script.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace godwit::backend::sieve {
namespace {

constexpr std::string_view no_octets{};

bool is_name_begin(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) { return is_name_begin(c) || is_digit(c); }

const Argument* argument_after(const std::vector<Argument>& arguments, std::string_view tag) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i].kind == Argument::Kind::tag && arguments[i].tag == tag) {
      return &arguments[i + 1];
    }
  }
  return nullptr;
}

/// Recursive descent; every loop consumes an octet or ends, and depth is bounded.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Command>> script() {
    std::vector<Command> out;
    commands(out, 0);
    if (!error_ && at_ < text_.size()) wrong("something is left behind the last command");
    if (error_) return std::unexpected(*error_);
    return out;
  }

 private:
  void wrong(std::string_view what, Errc code = Errc::malformed) {
    if (!error_) error_ = Error{code, "the script: " + std::string(what)};
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    skip();
    if (error_ || peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  /// White space and comments. RFC 5228 2.3
  void skip() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        ++at_;
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_).starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return wrong("a comment does not end");
        at_ = end + 2;
      } else {
        return;
      }
    }
  }

  std::string name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    return ascii_lower(text_.substr(begin, at_ - begin));
  }

  void commands(std::vector<Command>& out, std::size_t depth) {
    if (depth > script_depth_max) return wrong("too deep", Errc::too_large);
    for (;;) {
      skip();
      if (error_ || !is_name_begin(peek())) return;
      if (++count_ > script_commands_max) return wrong("too many commands", Errc::too_large);
      Command command;
      command.begin = at_;
      command.name = name();
      arguments(command.arguments, command.tests, depth);
      if (error_) return;
      if (take('{')) {
        commands(command.block, depth + 1);
        if (!take('}')) return wrong("a block does not end");
      } else if (!take(';')) {
        return wrong("a command does not end");
      }
      command.end = at_;
      out.push_back(std::move(command));
    }
  }

  /// RFC 5228 8.2: arguments, then a test or a list of tests.
  void arguments(std::vector<Argument>& out, std::vector<Test>& tests, std::size_t depth) {
    for (;;) {
      skip();
      if (error_ || at_ >= text_.size()) return;
      const char c = peek();
      if (c == '(') {
        ++at_;
        do {
          one_test(tests, depth + 1);
        } while (!error_ && take(','));
        if (!take(')')) wrong("a list of tests does not end");
        return;
      }
      if (is_name_begin(c) && !is_text_literal()) return one_test(tests, depth + 1);
      std::optional<Argument> found = argument();
      if (!found) return;
      out.push_back(std::move(*found));
    }
  }

  void one_test(std::vector<Test>& tests, std::size_t depth) {
    if (depth > script_depth_max) return wrong("too deep", Errc::too_large);
    skip();
    if (error_) return;
    if (!is_name_begin(peek())) return wrong("a test has no name");
    if (++count_ > script_commands_max) return wrong("too many tests", Errc::too_large);
    Test test;
    test.name = name();
    arguments(test.arguments, test.tests, depth);
    tests.push_back(std::move(test));
  }

  std::optional<Argument> argument() {
    const char c = peek();
    Argument out;
    if (c == ':') {
      ++at_;
      out.kind = Argument::Kind::tag;
      out.tag = name();
      if (out.tag.empty()) wrong("a tag has no name");
      return out;
    }
    if (is_digit(c)) {
      out.kind = Argument::Kind::number;
      out.number = number();
      return out;
    }
    if (c == '[') {
      ++at_;
      do {
        skip();
        out.strings.push_back(one_string());
      } while (!error_ && take(','));
      if (!take(']')) wrong("a list of strings does not end");
      return out;
    }
    if (c == '"' || is_text_literal()) {
      out.strings.push_back(one_string());
      return out;
    }
    return std::nullopt;
  }

  std::uint64_t number() {
    constexpr std::uint64_t largest = std::numeric_limits<std::uint32_t>::max();
    std::uint64_t value = 0;
    while (is_digit(peek())) {
      value = std::min(value * 10 + static_cast<std::uint64_t>(peek() - '0'), largest);
      ++at_;
    }
    unsigned shift = 0;
    switch (ascii_lower(peek())) {
      case 'k':
        shift = 10;
        break;
      case 'm':
        shift = 20;
        break;
      case 'g':
        shift = 30;
        break;
      default:
        return value;
    }
    ++at_;
    return std::min(value << shift, largest);
  }

  bool is_text_literal() const {
    return at_ < text_.size() && istarts_with(text_.substr(at_), "text:");
  }

  std::string one_string() {
    if (is_text_literal()) return multi_line();
    if (peek() != '"') {
      wrong("a string is missing");
      return {};
    }
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return out;
      }
      if (text_[at_] == '\\') ++at_;
      if (at_ < text_.size()) out += text_[at_];
    }
    wrong("a string does not end");
    return {};
  }

  /// RFC 5228 2.4.2: lines up to a single dot, dots at their beginning doubled.
  std::string multi_line() {
    at_ += std::string_view("text:").size();
    while (peek() == ' ' || peek() == '\t') ++at_;
    if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
    if (peek() == '\r') ++at_;
    if (peek() != '\n') {
      wrong("text: has something behind it");
      return {};
    }
    ++at_;
    std::string out;
    while (at_ < text_.size()) {
      const std::size_t end = text_.find('\n', at_);
      if (end == std::string_view::npos) break;
      std::string_view line = text_.substr(at_, end + 1 - at_);
      at_ = end + 1;
      if (line == ".\r\n" || line == ".\n") return out;
      if (line.starts_with("..")) line.remove_prefix(1);
      out += line;
    }
    if (text_.substr(std::min(at_, text_.size())) == ".") {
      at_ = text_.size();
      return out;
    }
    wrong("text: does not end");
    return {};
  }

  std::string_view text_ = no_octets;
  std::size_t at_ = 0;
  std::size_t count_ = 0;
  std::optional<Error> error_;
};

}  // namespace

const Argument* Test::after(std::string_view tag) const { return argument_after(arguments, tag); }

bool Test::has(std::string_view tag) const {
  return std::ranges::any_of(arguments, [&](const Argument& argument) {
    return argument.kind == Argument::Kind::tag && argument.tag == tag;
  });
}

const Argument* Command::after(std::string_view tag) const {
  return argument_after(arguments, tag);
}

Result<std::vector<Command>> parse_script(std::string_view text) {
  // A byte order mark is none of the grammar, and some editors write it.
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) return fail(Errc::malformed, "the script begins with a mark");
  return Parser(text).script();
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace godwit::backend::sieve
