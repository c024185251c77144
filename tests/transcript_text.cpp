#include "transcript_text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::test {
namespace {

struct Line {
  std::size_t number;
  std::string_view text;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    out.push_back({number, line});
  }
  return out;
}

std::size_t indent_of(std::string_view text) {
  return std::min(text.find_first_not_of(' '), text.size());
}

char escaped(std::string_view text, std::size_t& at, std::size_t line) {
  switch (text[at]) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'x': {
      const auto byte = hex_decode(text.substr(std::min(at + 1, text.size()), 2));
      if (!byte || byte->empty()) throw TranscriptError(line, "\\x wants two hexadecimal digits");
      at += 2;
      return byte->front();
    }
    default:
      return text[at];
  }
}

/// Reads a quoted string that begins at `at` and leaves `at` behind it.
std::string quoted(std::string_view text, std::size_t& at, std::size_t line) {
  std::string out;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') {
      ++at;
      return out;
    }
    if (text[at] == '\\' && at + 1 < text.size()) {
      ++at;
      out += escaped(text, at, line);
    } else {
      out += text[at];
    }
  }
  throw TranscriptError(line, "a quote is not closed");
}

std::pair<std::string, std::string> name_and_value(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) return {word, {}};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':';
}

/// `Count=1 Type=2`: each word a name, an equals sign and a value.
bool is_list_of_children(std::string_view rest) {
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  return std::ranges::all_of(rest.substr(0, equals), is_name_character);
}

void set_value(Pattern& out, std::string_view text) {
  out.has_value = true;
  constexpr std::string_view opaque = "opaque:";
  constexpr std::string_view hex = "hex:";
  if (text.starts_with(hex)) {
    out.opaque = true;
    auto bytes = hex_decode(trim(text.substr(hex.size())));
    if (!bytes) throw TranscriptError(out.line, "no hexadecimal digits");
    out.value = std::move(*bytes);
    return;
  }
  if (text.starts_with(opaque)) {
    out.opaque = true;
    text.remove_prefix(opaque.size());
  }
  std::size_t at = 0;
  if (text.starts_with('"')) {
    out.value = quoted(text, at, out.line);
    if (at != text.size()) throw TranscriptError(out.line, "something follows the quoted value");
  } else {
    out.value = text;
  }
}

/// `201*Change`: so many of them. 1 without a number.
std::size_t take_count(std::string_view& text, std::size_t line) {
  const std::size_t star = text.find('*');
  if (star == 0 || star > text.find(' ') || star == std::string_view::npos) return 1;
  const auto count = parse_number<std::size_t>(text.substr(0, star));
  constexpr std::size_t count_max = 10'000;
  if (!count) return 1;
  if (*count == 0 || *count > count_max) throw TranscriptError(line, "too many, or none");
  text.remove_prefix(star + 1);
  return *count;
}

Pattern element(std::string_view text, std::size_t line) {
  Pattern out;
  out.line = line;
  out.count = take_count(text, line);
  if (text.starts_with('?')) {
    out.optional = true;
    text.remove_prefix(1);
  }
  const std::size_t end = std::min(text.find(' '), text.size());
  out.name = text.substr(0, end);
  const std::string_view rest = trim(text.substr(end));
  if (rest.empty()) return out;
  if (is_list_of_children(rest)) {
    for (const std::string& word : split_words(rest, line)) {
      const auto [name, value] = name_and_value(word);
      Pattern child;
      child.line = line;
      child.name = name;
      child.has_value = !value.empty();
      child.value = value;
      out.children.push_back(std::move(child));
    }
  } else {
    set_value(out, rest);
  }
  return out;
}

/// `#` in the values of the `number`th of many.
void put_number(Pattern& pattern, std::size_t number) {
  if (const std::size_t at = pattern.value.find('#'); at != std::string::npos) {
    pattern.value.replace(at, 1, std::to_string(number));
  }
  for (Pattern& child : pattern.children) put_number(child, number);
}

/// Elements written once with a count become as many.
void unfold(Pattern& pattern) {
  std::vector<Pattern> children;
  for (Pattern& child : pattern.children) {
    unfold(child);
    const std::size_t count = std::exchange(child.count, 1);
    for (std::size_t i = 1; i <= count; ++i) {
      children.push_back(child);
      if (count > 1) put_number(children.back(), i);
    }
  }
  pattern.children = std::move(children);
}

/// The lines of one side: a tree by indentation, or a raw body.
class SideReader {
 public:
  void add(Side& side, std::string_view text, std::size_t line) {
    const std::size_t indent = indent_of(text);
    const std::string_view content = text.substr(indent);
    if (content.empty()) return;
    if (content.front() == '|') return add_raw_line(side, content, line);
    if (content.starts_with("hex:") && open_.empty()) {
      auto bytes = hex_decode(trim(content.substr(4)));
      if (!bytes) throw TranscriptError(line, "no hexadecimal digits");
      side.body = Side::Body::raw;
      side.raw += *bytes;
      return;
    }
    add_element(side, element(content, line), indent, line);
  }

 private:
  void add_raw_line(Side& side, std::string_view content, std::size_t line) {
    content.remove_prefix(content.starts_with("| ") ? 2 : 1);
    if (open_.empty()) {
      side.body = Side::Body::raw;
      side.raw.append(content).append("\r\n");
      return;
    }
    Pattern& parent = *open_.back().second;
    if (!parent.children.empty()) throw TranscriptError(line, "text beside children");
    parent.has_value = parent.opaque = true;
    parent.value.append(content).append("\r\n");
  }

  void add_element(Side& side, Pattern pattern, std::size_t indent, std::size_t line) {
    while (!open_.empty() && open_.back().first >= indent) open_.pop_back();
    if (open_.empty()) {
      if (side.body != Side::Body::none) throw TranscriptError(line, "a second root");
      side.body = Side::Body::tree;
      side.root = std::move(pattern);
      open_.emplace_back(indent, &side.root);
      return;
    }
    Pattern& parent = *open_.back().second;
    if (parent.has_value) throw TranscriptError(line, parent.name + " has a value and children");
    parent.children.push_back(std::move(pattern));
    open_.emplace_back(indent, &parent.children.back());
  }

  // The way down to the last element: pointers stay valid since only the last child grows.
  std::vector<std::pair<std::size_t, Pattern*>> open_;
};

/// Where the right column begins on a line that begins a step; nothing when there is none.
std::optional<std::size_t> right_column(std::string_view line) {
  const std::size_t at = line.find("  < ");
  return at == std::string_view::npos ? std::nullopt : std::optional(at + 2);
}

void read_answer_head(TranscriptStep& step, std::string_view text, std::size_t line) {
  auto words = split_words(text, line);
  if (words.empty()) throw TranscriptError(line, "the HTTP status is missing");
  step.status = words.front();
  for (std::size_t i = 1; i < words.size(); ++i)
    step.answer.words.push_back(name_and_value(words[i]));
}

void read_request_head(TranscriptStep& step, std::string_view text, std::size_t line) {
  auto words = split_words(text, line);
  if (words.empty()) throw TranscriptError(line, "the command is missing");
  step.command = words.front();
  for (std::size_t i = 1; i < words.size(); ++i)
    step.request.words.push_back(name_and_value(words[i]));
}

bool begins_entry(std::string_view text) {
  return text.starts_with("> ") || text.starts_with("given ") || text.starts_with("then ");
}

/// Reads a step from its `>` line on; `at` is left behind its last line.
TranscriptStep read_step(const std::vector<Line>& lines, std::size_t& at) {
  TranscriptStep step;
  const Line& head = lines[at++];
  step.line = head.number;
  const auto column = right_column(head.text);
  read_request_head(step, head.text.substr(2, column.value_or(head.text.size()) - 2), head.number);
  if (column) read_answer_head(step, head.text.substr(*column + 2), head.number);
  SideReader left;
  SideReader right;
  bool in_answer = false;
  for (; at < lines.size() && !begins_entry(lines[at].text); ++at) {
    const auto [number, text] = lines[at];
    if (text.starts_with('#')) continue;
    if (column) {
      if (text.size() > *column && text[*column - 1] != ' ') {
        throw TranscriptError(number, "the left column runs into the right one");
      }
      left.add(step.request, text.substr(0, std::min(*column, text.size())), number);
      if (text.size() > *column) right.add(step.answer, text.substr(*column), number);
    } else if (text.starts_with("< ")) {
      read_answer_head(step, text.substr(2), number);
      in_answer = true;
    } else if (in_answer) {
      right.add(step.answer, text, number);
    } else {
      left.add(step.request, text, number);
    }
  }
  if (step.status.empty()) throw TranscriptError(step.line, "a step without `<` and a status");
  unfold(step.request.root);
  unfold(step.answer.root);
  return step;
}

}  // namespace

std::vector<std::string> split_words(std::string_view text, std::size_t line) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    std::string word;
    while (at < text.size() && text[at] != ' ') {
      if (text[at] == '"') {
        word += quoted(text, at, line);
      } else {
        word += text[at++];
      }
    }
    out.push_back(std::move(word));
  }
  return out;
}

Transcript parse_transcript(std::string_view text) {
  const std::vector<Line> lines = lines_of(text);
  Transcript out;
  for (std::size_t at = 0; at < lines.size();) {
    const auto [number, line] = lines[at];
    if (line.empty() || line.starts_with('#')) {
      ++at;
    } else if (line.starts_with("> ")) {
      out.emplace_back(read_step(lines, at));
    } else if (line.starts_with("given ") || line.starts_with("then ")) {
      auto words = split_words(line, number);
      const bool given = words.front() == "given";
      words.erase(words.begin());
      out.emplace_back(TranscriptLine{number, given, std::move(words)});
      ++at;
    } else {
      throw TranscriptError(number, "expected `given`, `then`, `>` or `#`");
    }
  }
  return out;
}

}  // namespace godwit::test
