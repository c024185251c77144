/// Content lines: taking them apart, making and escaping them.
#include <algorithm>

#include "base/text.hpp"
#include "convert/ical/document.hpp"
#include "convert/ical/limits.hpp"
#include "convert/ical/line.hpp"

namespace godwit::convert::ical {
namespace {

constexpr std::size_t fold_octets = 75;  // RFC 5545 3.1, without the line's end

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string ascii_upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return upper;
}

/// RFC 6868: ^n, ^^ and ^' in parameter values.
std::string undo_carets(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '^' && (next == 'n' || next == '^' || next == '\'')) {
      out += next == 'n' ? '\n' : next == '^' ? '^' : '"';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string with_carets(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '^') {
      out += "^^";
    } else if (c == '"') {
      out += "^'";
    } else if (c == '\n') {
      out += "^n";
    } else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) {
      out += c;
    }
  }
  return out;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '/';
  });
}

/// The end of a parameter at `from`: the next `;` or `:` outside of quotes.
std::size_t parameter_end(std::string_view text, std::size_t from) {
  bool quoted = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && (text[i] == ';' || text[i] == ':')) return i;
  }
  return text.size();
}

Parameter read_parameter(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return {ascii_upper(trim(text)), {}, std::string(text)};
  std::string value;
  for (const char c : text.substr(equals + 1)) {
    if (c != '"') value += c;
  }
  return {ascii_upper(trim(text.substr(0, equals))), undo_carets(value), std::string(text)};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string undo_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>((hex_digit(text[i + 1]) << 4) | hex_digit(text[i + 2]));
      i += 2;
    } else {
      while (i + 1 < text.size() && (text[i + 1] == '\r' || text[i + 1] == '\n')) ++i;
    }
  }
  return out;
}

}  // namespace

std::string_view Line::parameter(std::string_view wanted) const {
  const auto found = std::ranges::find(parameters, wanted, &Parameter::name);
  return found == parameters.end() ? std::string_view{} : std::string_view(found->value);
}

bool is_quoted_printable(const Line& line) {
  return std::ranges::any_of(line.parameters, [](const Parameter& parameter) {
    return parameter.name == "QUOTED-PRINTABLE" || iequals(parameter.value, "QUOTED-PRINTABLE");
  });
}

Line parse_line(std::string raw, std::string_view unfolded) {
  Line line;
  line.raw = std::move(raw);
  if (unfolded.starts_with(byte_order_mark)) unfolded.remove_prefix(byte_order_mark.size());
  std::size_t at = parameter_end(unfolded, 0);
  std::string_view name = trim(unfolded.substr(0, at));
  // RFC 6350's groups come up in calendars too: `item1.SUMMARY`.
  if (const auto dot = name.rfind('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
  if (at == unfolded.size() || !is_name(name)) return line;
  while (at < unfolded.size() && unfolded[at] == ';') {
    const std::size_t end = parameter_end(unfolded, at + 1);
    // No colon follows: this is no property.
    if (end == unfolded.size() || line.parameters.size() == parameters_max) return line;
    line.parameters.push_back(read_parameter(unfolded.substr(at + 1, end - at - 1)));
    at = end;
  }
  line.name = ascii_upper(name);
  line.value = unfolded.substr(at + 1);
  if (is_quoted_printable(line)) line.value = undo_quoted_printable(line.value);
  return line;
}

Line make_line(std::string_view name, std::vector<Parameter> parameters, std::string_view value,
               std::string_view end) {
  std::string text(name);
  for (const Parameter& parameter : parameters) {
    if (!parameter.raw.empty()) {
      text += ';' + parameter.raw;
      continue;
    }
    const std::string written = with_carets(parameter.value);
    const bool quotes = written.find_first_of(";:, ") != std::string::npos;
    text += ';';
    text += parameter.name;
    text += '=';
    if (quotes) text += '"';
    text += written;
    if (quotes) text += '"';
  }
  text += ':';
  text += value;
  std::string raw;
  std::string_view rest = text;
  while (rest.size() > fold_octets - (raw.empty() ? 0 : 1)) {
    std::string_view piece = utf8_prefix(rest, fold_octets - (raw.empty() ? 0 : 1));
    if (piece.empty()) piece = rest.substr(0, fold_octets - 1);
    if (!raw.empty()) raw += ' ';
    raw.append(piece).append(end);
    rest.remove_prefix(piece.size());
  }
  if (!raw.empty()) raw += ' ';
  raw.append(rest).append(end);
  return {std::move(raw), std::string(name), std::move(parameters), std::string(value)};
}

std::string escape_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' || c == ';' || c == ',') {
      out += '\\';
      out += c;
    } else if (c == '\n' || c == '\r') {
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
      out += "\\n";
    } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') {
      out += c;
    }
  }
  return out;
}

std::string unescape_text(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out += value[i];
      continue;
    }
    const char next = value[++i];
    if (next == 'n' || next == 'N') {
      out += '\n';
    } else if (next == '\\' || next == ';' || next == ',' || next == ':' || next == '"') {
      out += next;
    } else {
      out += '\\';
      out += next;
    }
  }
  return utf8_clean(out);
}

std::vector<std::string> split_texts(std::string_view value) {
  std::vector<std::string> texts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && value[i] == '\\') {
      ++i;
      continue;
    }
    if (i < value.size() && value[i] != ',') continue;
    const std::string text = unescape_text(value.substr(begin, i - begin));
    if (!trim(text).empty()) texts.emplace_back(trim(text));
    begin = i + 1;
  }
  return texts;
}

}  // namespace godwit::convert::ical
