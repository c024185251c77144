/// RFC 2047 and RFC 2231: text in header fields that is not ASCII.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/text.hpp"
#include "convert/charset.hpp"
#include "convert/header.hpp"
#include "convert/limits.hpp"
#include "convert/transfer.hpp"

namespace godwit::convert {
namespace {

constexpr auto npos = std::string_view::npos;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Undoes `%41` or `=41`; a mark without two digits stays.
std::string decode_escapes(std::string_view text, char mark) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == mark && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                        hex_value(text[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += mark == '=' && text[i] == '_' ? ' ' : text[i];
    }
  }
  return out;
}

struct Word {
  std::string_view charset;
  std::string bytes;
  std::size_t length = 0;  // in the source
};

/// The encoded word at the start of `text`, `=?charset?encoding?data?=`. Blanks within the data and
/// base64 without padding are accepted.
std::optional<Word> read_word(std::string_view text) {
  const auto charset_end = text.find('?', 2);
  if (charset_end == npos || charset_end + 2 >= text.size()) return std::nullopt;
  std::string_view charset = text.substr(2, charset_end - 2);
  if (charset.empty() || std::ranges::any_of(charset, is_blank)) return std::nullopt;
  const char encoding = ascii_lower(text[charset_end + 1]);
  if (text[charset_end + 2] != '?' || (encoding != 'b' && encoding != 'q')) return std::nullopt;
  const std::size_t data_begin = charset_end + 3;
  const auto data_end = text.find("?=", data_begin);
  if (data_end == npos) return std::nullopt;
  const std::string_view data = text.substr(data_begin, data_end - data_begin);
  charset = charset.substr(0, charset.find('*'));  // a language may follow: RFC 2231 5
  Word word{charset, {}, data_end + 2};
  if (encoding == 'b') {
    TransferDecoder decoder("base64");
    decoder.feed(data, word.bytes);
    decoder.finish(word.bytes);
  } else {
    word.bytes = decode_escapes(data, '=');
  }
  return word;
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\r' || c == '\n' || c == '\t') c = ' ';
  }
  return text;
}

/// Joins encoded words: those of one charset may share a character (against RFC 2047 5).
class WordJoiner {
 public:
  explicit WordJoiner(std::string_view charset) : charset_(charset) {}

  void literal(std::string_view text) {
    flush();
    out_ += to_utf8(text, charset_);
  }
  void word(const Word& word) {
    if (!iequals(run_charset_, word.charset)) flush();
    run_charset_ = word.charset;
    run_ += word.bytes;
  }
  std::string take() {
    flush();
    return one_line(std::move(out_));
  }

 private:
  void flush() {
    if (!run_.empty()) out_ += to_utf8(run_, run_charset_);
    run_.clear();
  }

  std::string_view charset_;
  std::string_view run_charset_;
  std::string run_;
  std::string out_;
};

}  // namespace

std::size_t encoded_word_length(std::string_view text) {
  if (!text.starts_with("=?")) return 0;
  const auto word = read_word(text);
  return word ? word->length : 0;
}

std::string decode_text(std::string_view raw, std::string_view charset) {
  const std::string text = unfold(raw);
  const std::string_view view = text;
  WordJoiner joiner(charset);
  std::size_t literal = 0;  // where text that is not encoded began
  bool after_word = false;
  for (std::size_t at = view.find("=?"); at != npos; at = view.find("=?", at)) {
    const auto word = read_word(view.substr(at));
    if (!word) {
      at += 2;
      continue;
    }
    const std::string_view between = view.substr(literal, at - literal);
    const bool separates = after_word && std::ranges::all_of(between, is_blank);
    if (!separates && !between.empty()) joiner.literal(between);
    joiner.word(*word);
    at += word->length;
    literal = at;
    after_word = true;
  }
  if (literal < view.size()) joiner.literal(view.substr(literal));
  return joiner.take();
}

namespace {

/// One `name*0*=value` of a field.
struct Segment {
  std::string name;
  std::size_t index = 0;
  bool extended = false;
  bool plain = false;  // neither continued nor extended
  std::string value;
};

class ParameterReader {
 public:
  explicit ParameterReader(std::string_view text) : rest_(text) {}

  std::string value() {
    skip_blanks();
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] != ';' && !is_blank(rest_[end])) ++end;
    const std::string value = ascii_lower(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return value;
  }

  std::optional<Segment> next() {
    for (;;) {
      skip_blanks();
      while (!rest_.empty() && (rest_.front() == ';' || is_blank(rest_.front()))) {
        rest_.remove_prefix(1);
      }
      if (rest_.empty()) return std::nullopt;
      if (rest_.front() == '(') {
        skip_comment();
        continue;
      }
      const auto end = rest_.find_first_of("=;");
      if (end == npos) return std::nullopt;
      if (rest_[end] == ';') {
        rest_.remove_prefix(end);
        continue;
      }
      Segment segment = name(trim(rest_.substr(0, end)));
      rest_.remove_prefix(end + 1);
      segment.value = parameter_value();
      return segment;
    }
  }

 private:
  static Segment name(std::string_view text) {
    Segment segment;
    if (text.ends_with('*')) {
      segment.extended = true;
      text.remove_suffix(1);
    }
    segment.plain = !segment.extended;
    if (const auto star = text.rfind('*'); star != npos) {
      if (const auto index = parse_number<std::size_t>(text.substr(star + 1))) {
        segment.index = *index;
        segment.plain = false;
        text = text.substr(0, star);
      }
    }
    segment.name = ascii_lower(text);
    return segment;
  }

  std::string parameter_value() {
    skip_blanks();
    if (rest_.empty()) return {};
    if (rest_.front() != '"') {
      const auto end = std::min(rest_.find(';'), rest_.size());
      const std::string value(trim(rest_.substr(0, end)));
      rest_.remove_prefix(end);
      return value;
    }
    std::string value;
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      const bool escape =
          rest_[i] == '\\' && i + 1 < rest_.size() && (rest_[i + 1] == '"' || rest_[i + 1] == '\\');
      if (escape) ++i;
      value += rest_[i];
    }
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    return value;
  }

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  void skip_comment() {
    const auto end = rest_.find(')');
    rest_.remove_prefix(end == npos ? rest_.size() : end + 1);
  }

  std::string_view rest_;
};

/// RFC 2231 3 and 4: continuations in order, the first one naming the charset.
std::string join_segments(std::vector<const Segment*>& segments) {
  std::ranges::sort(segments, {},
                    [](const Segment* segment) { return std::pair(segment->index, segment); });
  std::string charset;
  std::string bytes;
  for (const Segment* segment : segments) {
    std::string_view value = segment->value;
    if (!segment->extended) {
      bytes += value;
      continue;
    }
    if (segment == segments.front()) {
      const auto first = value.find('\'');
      const auto second = first == npos ? npos : value.find('\'', first + 1);
      if (second != npos) {
        charset = value.substr(0, first);
        value.remove_prefix(second + 1);
      }
    }
    bytes += decode_escapes(value, '%');
  }
  return one_line(charset.empty() ? decode_text(bytes, "utf-8") : to_utf8(bytes, charset));
}

std::string bounded(std::string text) {
  if (text.size() > parameter_bytes_max) {
    text.resize(utf8_prefix(text, parameter_bytes_max).size());
  }
  return text;
}

}  // namespace

std::string_view Parameterized::parameter(std::string_view name) const {
  for (const auto& [key, text] : parameters) {
    if (key == name) return text;
  }
  return {};
}

Parameterized parse_parameters(std::string_view raw) {
  const std::string text = unfold(raw);
  ParameterReader reader(text);
  Parameterized result;
  result.value = utf8_clean(reader.value());
  std::vector<Segment> segments;
  while (auto segment = reader.next()) {
    if (segments.size() == parameters_max) break;
    segments.push_back(std::move(*segment));
  }
  std::map<std::string_view, std::vector<const Segment*>> continued;
  for (const Segment& segment : segments) {
    if (!segment.plain) continued[segment.name].push_back(&segment);
  }
  for (auto& [name, pieces] : continued) {
    result.parameters.emplace_back(utf8_clean(name), bounded(join_segments(pieces)));
  }
  for (const Segment& segment : segments) {
    const bool known = std::ranges::any_of(
        result.parameters, [&](const auto& entry) { return entry.first == segment.name; });
    if (!segment.plain || known) continue;
    // A boundary is compared octet by octet.
    const bool verbatim = segment.name == "boundary";
    result.parameters.emplace_back(utf8_clean(segment.name),
                                   bounded(verbatim ? segment.value : decode_text(segment.value)));
  }
  return result;
}

}  // namespace godwit::convert
