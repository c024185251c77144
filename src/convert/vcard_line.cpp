#include "convert/vcard_line.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "convert/charset.hpp"
#include "convert/transfer.hpp"

namespace godwit::convert::vcard {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

/// Cuts the next physical line off; its end stays with it.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto length = end == std::string_view::npos ? rest.size() : end + 1;
  const auto line = rest.substr(0, length);
  rest.remove_prefix(length);
  return line;
}

std::string_view without_end(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

/// Where the value begins: behind the first colon outside of quotes; npos = no colon.
std::size_t value_start(std::string_view line) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] == ':' && !quoted) return i + 1;
  }
  // A quote that nobody closes is a character like others.
  const auto colon = line.find(':');
  return colon == std::string_view::npos ? colon : colon + 1;
}

bool is_quoted_printable(const Line& line) {
  return std::ranges::any_of(line.parameters, [](const Parameter& parameter) {
    const bool names = parameter.name == "ENCODING" || parameter.name.empty();
    return names && iequals(parameter.value, "quoted-printable");
  });
}

bool is_base64(const Line& line) {
  return std::ranges::any_of(line.parameters, [](const Parameter& parameter) {
    const bool names = parameter.name == "ENCODING" || parameter.name.empty();
    const bool b = parameter.name == "ENCODING" && iequals(parameter.value, "b");
    return names && (b || iequals(parameter.value, "base64"));
  });
}

/// Takes the value's quotes off.
void unquote(Parameter& parameter) {
  const std::string_view text = parameter.value;
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  // Several values, some of them quoted, stay as they are.
  const bool one = quoted && text.find('"', 1) == text.size() - 1;
  if (one) parameter.value = std::string(text.substr(1, text.size() - 2));
  parameter.quoted = one;
}

void read_parameters(std::string_view text, Line& line) {
  while (!text.empty() && line.parameters.size() < parameters_max) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
      // As above: only a quote that another one closes holds anything.
      if (text[end] == '"') quoted = !quoted && text.find('"', end + 1) != std::string_view::npos;
      if (text[end] == ';' && !quoted) break;
    }
    const auto one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    const auto equals = one.find('=');
    Parameter parameter;
    if (equals != std::string_view::npos) parameter.name = upper(trim(one.substr(0, equals)));
    parameter.value = equals == std::string_view::npos ? one : one.substr(equals + 1);
    unquote(parameter);
    line.parameters.push_back(std::move(parameter));
  }
}

/// Name and parameters from what stands before the colon.
void read_head(std::string_view head, Line& line) {
  const auto semicolon = head.find(';');
  std::string_view name = head.substr(0, semicolon);
  const auto dot = name.rfind('.');
  if (dot != std::string_view::npos) {
    line.group = name.substr(0, dot);
    name.remove_prefix(dot + 1);
  }
  line.name = upper(trim(name));
  if (semicolon != std::string_view::npos) read_parameters(head.substr(semicolon + 1), line);
}

class Splitter {
 public:
  Splitter(std::string_view text, std::string_view component)
      : rest_(text), component_(component) {}

  Result<Card> run() {
    if (!find_begin()) return fail(Errc::malformed, "no BEGIN of it");
    std::size_t depth = 1;
    while (!rest_.empty()) {
      Line line = next();
      if (line.name == "END" && iequals(trim(line.value), component_) && --depth == 0) {
        card_.after = line.raw + std::string(rest_);
        return std::move(card_);
      }
      if (line.name == "BEGIN" && iequals(trim(line.value), component_)) ++depth;
      if (depth > depth_max || card_.lines.size() >= lines_max) {
        return fail(Errc::too_large, "too many lines in a vCard");
      }
      note_version(line, depth);
      if (depth > 1 || line.name == "END") line.name.clear();
      card_.lines.push_back(std::move(line));
    }
    return fail(Errc::malformed, "no END of it");
  }

 private:
  bool find_begin() {
    while (!rest_.empty()) {
      const auto line = take_line(rest_);
      card_.before += line;
      auto bare = without_end(line);
      if (bare.starts_with("\xEF\xBB\xBF")) bare.remove_prefix(3);
      if (ascii_lower(trim(bare)) != "begin:" + std::string(component_)) continue;
      card_.line_end = line.ends_with("\r\n") ? "\r\n" : "\n";
      return true;
    }
    return false;
  }

  void note_version(const Line& line, std::size_t depth) {
    if (line.name != "VERSION" || depth != 1) return;
    const auto version = trim(line.value);
    if (version == "2.1") card_.version = Version::v2_1;
    if (version == "4.0") card_.version = Version::v4_0;
  }

  /// One whole line: continued by a blank at the start of the next (all versions), by `=` at its
  /// end (2.1, quoted-printable), or, named rule lost_fold, by a line that has no colon at all.
  Line next() {
    Line line;
    const auto first = take_line(rest_);
    line.raw = first;
    std::string text(without_end(first));
    // A fold may stand before the colon, and inside of a quoted parameter.
    while (is_open_head(text) && next_is_folded()) {
      const auto more = take_line(rest_);
      line.raw += more;
      text += without_end(more).substr(1);
    }
    const auto begins = value_start(text);
    if (begins == std::string::npos) return line;
    read_head(std::string_view(text).substr(0, begins - 1), line);
    line.value = text.substr(begins);
    unfold(line);
    return line;
  }

  bool next_is_folded() const { return rest_.starts_with(' ') || rest_.starts_with('\t'); }

  /// The value has not begun.
  static bool is_open_head(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return true;
    return std::ranges::count(text.substr(0, colon), '"') % 2 == 1 &&
           std::ranges::count(text, '"') % 2 == 1;
  }

  void unfold(Line& line) {
    const bool quoted = is_quoted_printable(line);
    while (!rest_.empty()) {
      std::string_view ahead = rest_;
      const auto more = take_line(ahead);
      const auto bare = without_end(more);
      const bool soft = quoted && line.value.ends_with('=');
      const bool folded = !bare.empty() && (bare.front() == ' ' || bare.front() == '\t');
      const bool head = bare.find(':') != std::string_view::npos || ahead.starts_with(' ') ||
                        ahead.starts_with('\t');
      const bool lost = !bare.empty() && !head;
      if (!soft && !folded && !lost) break;
      line.raw += more;
      rest_ = ahead;
      if (soft) {
        line.value.pop_back();
        line.value += bare;
      } else if (folded) {
        // vCard 2.1 folds at blanks and keeps them; RFC 2426 2.6 and RFC 6350 3.2 add one.
        line.value += card_.version == Version::v2_1 ? bare : bare.substr(1);
      } else {
        line.value += "\n";
        line.value += bare;
      }
    }
  }

  std::string_view rest_;
  std::string_view component_;
  Card card_;
};

/// Folded at 75 bytes, never inside of a character.
void append_folded(std::string& out, std::string_view text, std::string_view line_end) {
  std::size_t room = fold_bytes_max;
  while (text.size() > room) {
    auto part = utf8_prefix(text, room);
    if (part.empty()) part = text.substr(0, room);
    out += part;
    out += line_end;
    out += ' ';
    text.remove_prefix(part.size());
    room = fold_bytes_max - 1;
  }
  out += text;
  out += line_end;
}

bool needs_quotes(const Parameter& parameter) {
  const std::string_view value = parameter.value;
  return parameter.quoted || (value.find('"') == std::string_view::npos &&
                              value.find_first_of(":;") != std::string_view::npos);
}

/// Named rule lone_quote: a quote that nobody closes is left out of a line that is written anew,
/// where it would hold all up to the next one.
Parameter without_lone_quote(Parameter parameter) {
  const auto quotes =
      std::ranges::count(parameter.name, '"') + std::ranges::count(parameter.value, '"');
  if (quotes % 2 == 0) return parameter;
  std::erase(parameter.name, '"');
  std::erase(parameter.value, '"');
  return parameter;
}

std::string head_of(const Line& line) {
  std::string head = line.group.empty() ? line.name : line.group + '.' + line.name;
  for (const Parameter& each : line.parameters) {
    const Parameter parameter = without_lone_quote(each);
    head += ';';
    if (!parameter.name.empty()) head += parameter.name + '=';
    head += needs_quotes(parameter) ? '"' + parameter.value + '"' : parameter.value;
  }
  return head;
}

void append_line(std::string& out, const Line& line, const Card& card) {
  if (!line.raw.empty()) {
    out += line.raw;
    return;
  }
  const bool base64 = is_base64(line);
  if (card.version == Version::v2_1 && !base64) {
    // Folding here would add blanks; quoted-printable has its own soft line ends.
    out += head_of(line) + ':' + line.value + card.line_end;
    return;
  }
  append_folded(out, head_of(line) + ':' + line.value, card.line_end);
  // vCard 2.1, Content-Transfer-Encoding: an empty line ends base64.
  if (card.version == Version::v2_1) out += card.line_end;
}

std::string quoted_printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::size_t column_max = 70;
  std::string out;
  std::size_t column = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte > 0x20 && byte < 0x7F && c != '=';
    if (column > column_max) {
      out += "=\r\n";
      column = 0;
    }
    if (plain || (c == ' ' && column > 0)) {
      out += c;
      ++column;
      continue;
    }
    out += '=';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
    column += 3;
  }
  if (out.ends_with(' ')) out.replace(out.size() - 1, 1, "=20");
  return out;
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F;
  });
}

}  // namespace

const Parameter* Line::find(std::string_view parameter) const {
  const auto at = std::ranges::find(parameters, parameter, &Parameter::name);
  return at == parameters.end() ? nullptr : &*at;
}

void Line::remove(std::string_view parameter) {
  std::erase_if(parameters, [&](const Parameter& each) { return each.name == parameter; });
}

std::set<std::string> Line::types() const {
  std::set<std::string> words;
  for (const Parameter& parameter : parameters) {
    if (parameter.name == "PREF") words.insert("pref");
    if (!parameter.name.empty() && parameter.name != "TYPE") continue;
    std::string_view rest = parameter.value;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      words.insert(ascii_lower(trim(rest.substr(0, comma))));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return words;
}

Result<Card> Card::parse(std::string_view text, std::string_view component) {
  if (text.size() > text_bytes_max) return fail(Errc::too_large, "text too large");
  return Splitter(text, component).run();
}

std::string Card::str() const {
  std::string out = before;
  for (const Line& line : lines) append_line(out, line, *this);
  out += after;
  return out;
}

std::string decoded(const Line& line) {
  std::string bytes;
  if (is_quoted_printable(line)) {
    TransferDecoder decoder(Encoding::quoted_printable);
    decoder.feed(line.value, bytes);
    decoder.finish(bytes);
  } else if (is_base64(line)) {
    TransferDecoder decoder(Encoding::base64);
    decoder.feed(line.value, bytes);
    decoder.finish(bytes);
    return bytes;
  } else {
    bytes = line.value;
  }
  const Parameter* charset = line.find("CHARSET");
  if (charset == nullptr && utf8_valid(bytes)) return utf8_clean(bytes);
  return to_utf8(bytes, charset == nullptr ? std::string_view("windows-1252") : charset->value);
}

std::string unescaped(std::string_view text, Version version) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\r') {
      if (next != '\n') out += '\n';
    } else if (c != '\\') {
      out += c;
    } else if (next == '\\' || next == ';' || next == ',' || next == ':') {
      out += next;
      ++i;
    } else if ((next == 'n' || next == 'N') && version != Version::v2_1) {
      out += '\n';
      ++i;
    } else {
      out += c;
    }
  }
  return out;
}

std::string escaped(std::string_view text, Version version) {
  std::string out;
  for (const char c : text) {
    if (c == '\r') continue;
    const bool always = c == '\\' || c == ';';
    const bool later = c == ',' && version != Version::v2_1;
    if (c == '\n') {
      out += version == Version::v2_1 ? "\r\n" : "\\n";
      continue;
    }
    if (always || later) out += '\\';
    out += c;
  }
  return out;
}

std::vector<std::string> split_escaped(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == separator) {
      parts.emplace_back();
      continue;
    }
    parts.back() += text[i];
    if (text[i] == '\\' && i + 1 < text.size()) parts.back() += text[++i];
  }
  return parts;
}

void set_value(Line& line, std::string value, Version version) {
  line.raw.clear();
  line.remove("ENCODING");
  line.remove("CHARSET");
  std::erase_if(line.parameters, [](const Parameter& parameter) {
    return parameter.name.empty() &&
           (iequals(parameter.value, "quoted-printable") || iequals(parameter.value, "base64"));
  });
  if (version == Version::v2_1 && !is_plain(value)) {
    line.parameters.push_back({"CHARSET", "UTF-8"});
    line.parameters.push_back({"ENCODING", "QUOTED-PRINTABLE"});
    value = quoted_printable(value);
  }
  line.value.clear();
  for (const char c : value) {
    const bool ends_line = c == '\n' && version != Version::v2_1;
    line.value += ends_line ? std::string("\\n") : std::string(1, c);
  }
}

}  // namespace godwit::convert::vcard
