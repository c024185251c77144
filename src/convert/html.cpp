#include "convert/html.hpp"

#include <algorithm>
#include <cstring>

#include "base/markup.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace godwit::convert {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alphanumeric(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

/// What ends a run of text that is copied as it is.
enum class Kind : std::uint8_t { plain, space, special };

constexpr auto kinds = [] {
  std::array<Kind, 256> table{};
  for (const char c : {' ', '\n', '\r', '\t', '\f'})
    table[static_cast<unsigned char>(c)] = Kind::space;
  for (const char c : {'<', '&'}) table[static_cast<unsigned char>(c)] = Kind::special;
  return table;
}();

/// What is not itself in HTML made of text.
constexpr auto escaped = [] {
  std::array<bool, 256> table{};
  for (const char c : {'&', '<', '>', '"', '\r', '\n', ' '}) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool is_escaped(char c) { return escaped[static_cast<unsigned char>(c)]; }

Kind kind(char c) { return kinds[static_cast<unsigned char>(c)]; }

/// HTML Standard, numeric character reference end state: what authors of windows-1252 meant.
constexpr std::array<std::uint16_t, 32> windows_1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

std::string utf8_of(std::uint32_t point) {
  std::string out;
  append_utf8(point, out);
  return utf8_clean(out);
}

/// The character of `#8364` or `#x20AC`; nothing when there are no digits.
std::string numeric_reference(std::string_view name) {
  name.remove_prefix(1);
  const bool hexadecimal = name.starts_with('x') || name.starts_with('X');
  if (hexadecimal) name.remove_prefix(1);
  if (name.empty()) return {};
  std::uint32_t point = 0;
  for (const char c : name) {
    const char lower = ascii_lower(c);
    const bool digit = c >= '0' && c <= '9';
    const bool letter = hexadecimal && lower >= 'a' && lower <= 'f';
    if (!digit && !letter) return {};
    const auto value = static_cast<std::uint32_t>(digit ? c - '0' : lower - 'a' + 10);
    point = std::min<std::uint32_t>(point * (hexadecimal ? 16 : 10) + value, 0x110000);
  }
  if (point >= 0x80 && point < 0xA0) point = windows_1252[point - 0x80];
  if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) point = 0xFFFD;
  return utf8_of(point);
}

}  // namespace

void HtmlToText::feed(std::string_view html, std::string& out) {
  while (!html.empty()) html.remove_prefix(step(html, out));
}

void HtmlToText::finish(std::string& out) {
  if (state_ == State::entity) entity_ends(false, out);
  if (state_ == State::tag_open && !closing_) characters("<", out);
  state_ = State::text;
}

std::size_t HtmlToText::step(std::string_view html, std::string& out) {
  switch (state_) {
    case State::text:
      return preformatted_ > 0 ? step_preformatted(html, out) : step_text(html, out);
    case State::entity:
      return step_entity(html, out);
    case State::tag_open:
      return step_tag_open(html.front(), out);
    case State::tag_name:
      return step_tag_name(html, out);
    case State::attributes:
      return step_attributes(html, out);
    case State::value_begin:
    case State::value:
      return step_value(html, out);
    case State::value_single:
      return skip_to('\'', html, State::attributes);
    case State::value_double:
      return skip_to('"', html, State::attributes);
    case State::markup:
      return step_markup(html.front());
    case State::comment:
      return step_comment(html);
    case State::declaration:
      return skip_to('>', html, State::text);
    case State::raw:
      return step_raw(html);
    case State::raw_end:
      return step_raw_end(html.front());
  }
  return html.size();
}

std::size_t HtmlToText::skip_to(char end, std::string_view html, State next) {
  const auto found = html.find(end);
  if (found == std::string_view::npos) return html.size();
  state_ = next;
  return found + 1;
}

/// Runs of blanks become one; single blanks between words are copied with them.
std::size_t HtmlToText::step_text(std::string_view html, std::string& out) {
  std::size_t i = 0;
  while (i < html.size()) {
    const Kind first = kind(html[i]);
    if (first == Kind::special) {
      state_ = html[i] == '<' ? State::tag_open : State::entity;
      closing_ = false;
      name_.clear();
      return i + 1;
    }
    if (first == Kind::space) {
      if (space_ == 0) space_ = ' ';
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    for (;;) {
      while (end < html.size() && kind(html[end]) == Kind::plain) ++end;
      const bool goes_on =
          end + 1 < html.size() && html[end] == ' ' && kind(html[end + 1]) == Kind::plain;
      if (!goes_on) break;
      ++end;
    }
    before_words(out);
    out += html.substr(i, end - i);
    i = end;
  }
  return i;
}

std::size_t HtmlToText::step_preformatted(std::string_view html, std::string& out) {
  std::size_t end = 0;
  while (end < html.size() && kind(html[end]) != Kind::special && html[end] != '\r' &&
         html[end] != '\n') {
    ++end;
  }
  if (end > 0) {
    before_words(out);
    out += html.substr(0, end);
    carriage_ = pre_begins_ = false;
    return end;
  }
  const char c = html.front();
  if (c == '<' || c == '&') {
    state_ = c == '<' ? State::tag_open : State::entity;
    closing_ = false;
    name_.clear();
    return 1;
  }
  const bool second_half = c == '\n' && carriage_;
  carriage_ = c == '\r';
  if (!second_half && !pre_begins_) line_break();
  if (!second_half) pre_begins_ = false;
  return 1;
}

std::size_t HtmlToText::step_entity(std::string_view html, std::string& out) {
  std::size_t i = 0;
  while (i < html.size() && name_.size() < name_max &&
         (is_alphanumeric(html[i]) || (html[i] == '#' && name_.empty()))) {
    name_ += html[i++];
  }
  if (i == html.size()) return i;
  state_ = State::text;
  const bool semicolon = html[i] == ';';
  entity_ends(semicolon, out);
  return i + (semicolon ? 1 : 0);
}

/// Without a semicolon only the names of Latin-1 characters count, also as the beginning of a word
/// (HTML Standard, named character reference state).
void HtmlToText::entity_ends(bool semicolon, std::string& out) {
  std::string text;
  std::size_t used = name_.size();
  if (name_.starts_with('#')) {
    text = numeric_reference(name_);
  } else {
    for (; used >= 2; --used) {
      const std::uint32_t point = html_entity(std::string_view(name_).substr(0, used));
      const bool whole = semicolon && used == name_.size();
      if (point != 0 && (whole || point < 0x100)) {
        text = utf8_of(point);
        break;
      }
    }
  }
  if (text.empty()) {
    used = 0;
    text = "&";
  }
  text += std::string_view(name_).substr(used);
  if (semicolon && used < name_.size()) text += ';';
  if (semicolon && name_.empty()) text += ';';
  name_.clear();
  characters(text, out);
}

/// Text that came of a character reference or a stray `<`.
void HtmlToText::characters(std::string_view text, std::string& out) {
  if (preformatted_ == 0 && std::ranges::all_of(text, is_space)) {
    if (space_ == 0) space_ = ' ';
    return;
  }
  before_words(out);
  out += text;
  carriage_ = pre_begins_ = false;
}

std::size_t HtmlToText::step_tag_open(char c, std::string& out) {
  if (is_letter(c)) {
    state_ = State::tag_name;
    return 0;
  }
  if (closing_) {
    state_ = c == '>' ? State::text : State::declaration;
    return c == '>' ? 1 : 0;
  }
  if (c == '/') {
    closing_ = true;
    return 1;
  }
  if (c == '!' || c == '?') {
    state_ = c == '!' ? State::markup : State::declaration;
    return 1;
  }
  state_ = State::text;
  characters("<", out);
  return 0;
}

std::size_t HtmlToText::step_tag_name(std::string_view html, std::string& out) {
  std::size_t i = 0;
  for (; i < html.size(); ++i) {
    const char c = html[i];
    if (is_space(c) || c == '/' || c == '>') {
      state_ = c == '>' ? State::text : State::attributes;
      if (c == '>') tag_ends(out);
      return i + 1;
    }
    if (name_.size() <= name_max) name_ += ascii_lower(c);
  }
  return i;
}

std::size_t HtmlToText::step_attributes(std::string_view html, std::string& out) {
  std::size_t end = 0;
  while (end < html.size() && html[end] != '=' && html[end] != '>') ++end;
  if (end == html.size()) return end;
  state_ = html[end] == '=' ? State::value_begin : State::text;
  if (state_ == State::text) tag_ends(out);
  return end + 1;
}

std::size_t HtmlToText::step_value(std::string_view html, std::string& out) {
  for (std::size_t i = 0; i < html.size(); ++i) {
    const char c = html[i];
    if (c == '>') {
      state_ = State::text;
      tag_ends(out);
      return i + 1;
    }
    if (is_space(c)) {
      if (state_ == State::value) {
        state_ = State::attributes;
        return i + 1;
      }
      continue;
    }
    if (state_ == State::value_begin && (c == '"' || c == '\'')) {
      state_ = c == '"' ? State::value_double : State::value_single;
      return i + 1;
    }
    state_ = State::value;
  }
  return html.size();
}

std::size_t HtmlToText::step_markup(char c) {
  if (c == '-' && name_.empty()) {
    name_ = "-";
    return 1;
  }
  if (c == '-') {
    state_ = State::comment;
    dashes_ = 2;  // `<!-->` is a whole comment
    return 1;
  }
  state_ = State::declaration;
  return 0;
}

std::size_t HtmlToText::step_comment(std::string_view html) {
  const auto end = html.find('>');
  const std::string_view before = html.substr(0, end);
  const auto last_other = before.find_last_not_of('-');
  const auto dashes = static_cast<unsigned>(
      last_other == std::string_view::npos ? before.size() : before.size() - last_other - 1);
  dashes_ = std::min(last_other == std::string_view::npos ? dashes_ + dashes : dashes, 2U);
  if (end == std::string_view::npos) return html.size();
  if (dashes_ == 2) state_ = State::text;
  dashes_ = 0;
  return end + 1;
}

std::size_t HtmlToText::step_raw(std::string_view html) {
  const std::size_t skipped = skip_to('<', html, State::raw_end);
  name_.clear();
  return skipped;
}

std::size_t HtmlToText::step_raw_end(char c) {
  if (name_.empty() ? c == '/'
                    : name_.size() <= raw_element_.size() &&
                          ascii_lower(c) == raw_element_[name_.size() - 1]) {
    name_ += ascii_lower(c);
    return 1;
  }
  const bool whole = name_.size() == raw_element_.size() + 1;
  if (whole && (is_space(c) || c == '/' || c == '>')) {
    state_ = State::attributes;
    closing_ = true;
    name_ = raw_element_;
    return 0;
  }
  state_ = State::raw;
  return 0;
}

void HtmlToText::tag_ends(std::string& out) {
  const Row row = find_element(name_);
  if (closing_) {
    element_ends(row.element);
  } else {
    element_begins(row, out);
  }
}

HtmlToText::Row HtmlToText::find_element(std::string_view name) {
  using enum Element;
  static constexpr auto rows = std::to_array<Row>({
      {"address", block},
      {"article", block},
      {"aside", block},
      {"blockquote", paragraph},
      {"body", block},
      {"br", line_break},
      {"caption", block},
      {"center", block},
      {"dd", block},
      {"details", block},
      {"dialog", block},
      {"dir", unordered_list},
      {"div", block},
      {"dl", block},
      {"dt", block},
      {"fieldset", block},
      {"figcaption", block},
      {"figure", block},
      {"footer", block},
      {"form", block},
      {"h1", paragraph},
      {"h2", paragraph},
      {"h3", paragraph},
      {"h4", paragraph},
      {"h5", paragraph},
      {"h6", paragraph},
      {"header", block},
      {"hr", block},
      {"iframe", raw},
      {"legend", block},
      {"li", list_item},
      {"main", block},
      {"menu", unordered_list},
      {"nav", block},
      {"noframes", raw},
      {"ol", ordered_list},
      {"option", block},
      {"p", paragraph},
      {"pre", preformatted},
      {"script", raw},
      {"section", block},
      {"style", raw},
      {"summary", block},
      {"table", block},
      {"tbody", block},
      {"td", cell},
      {"template", raw},
      {"tfoot", block},
      {"th", cell},
      {"thead", block},
      {"title", raw},
      {"tr", block},
      {"ul", unordered_list},
      {"xml", raw},
  });
  static_assert(std::ranges::is_sorted(rows, {}, &Row::name));
  const auto* const row = std::ranges::lower_bound(rows, name, {}, &Row::name);
  return row != rows.end() && row->name == name ? *row : Row{{}, other};
}

void HtmlToText::element_begins(Row row, std::string& out) {
  switch (row.element) {
    case Element::other:
      return;
    case Element::block:
      return want_breaks(1);
    case Element::paragraph:
      return want_breaks(2);
    case Element::line_break:
      return line_break();
    case Element::list_item:
      return list_item(out);
    case Element::ordered_list:
      return list_begins(true);
    case Element::unordered_list:
      return list_begins(false);
    case Element::cell:
      space_ = '\t';
      return;
    case Element::preformatted:
      want_breaks(1);
      ++preformatted_;
      pre_begins_ = true;
      return;
    case Element::raw:
      raw_element_ = row.name;
      state_ = State::raw;
      return;
  }
}

void HtmlToText::element_ends(Element element) {
  switch (element) {
    case Element::other:
    case Element::raw:
      return;
    case Element::line_break:
      return line_break();
    case Element::paragraph:
      return want_breaks(2);
    case Element::block:
    case Element::list_item:
      return want_breaks(1);
    case Element::cell:
      if (space_ == 0) space_ = ' ';
      return;
    case Element::ordered_list:
    case Element::unordered_list:
      if (list_depth_ > 0) --list_depth_;
      return want_breaks(1);
    case Element::preformatted:
      if (preformatted_ > 0) --preformatted_;
      return want_breaks(1);
  }
}

void HtmlToText::list_begins(bool ordered) {
  want_breaks(1);
  if (list_depth_ < lists_max) lists_[list_depth_++] = {ordered, 0};
}

void HtmlToText::list_item(std::string& out) {
  fresh_item_ = false;
  want_breaks(1);
  before_words(out);
  if (list_depth_ > 1) out.append((list_depth_ - 1) * 2, ' ');
  if (list_depth_ > 0 && lists_[list_depth_ - 1].ordered) {
    out += std::to_string(++lists_[list_depth_ - 1].number) + ". ";
  } else {
    out += "* ";
  }
  fresh_item_ = true;
}

void HtmlToText::line_break() { breaks_ = std::min(breaks_ + 1, breaks_max); }

void HtmlToText::want_breaks(unsigned count) {
  if (!fresh_item_) breaks_ = std::max(breaks_, count);
}

/// Writes the blank or the line ends that are due; none at the beginning.
void HtmlToText::before_words(std::string& out) {
  if (any_ && breaks_ > 0) {
    for (; breaks_ > 0; --breaks_) out += "\r\n";
  } else if (any_ && space_ != 0 && !fresh_item_) {
    out += space_;
  }
  breaks_ = 0;
  space_ = 0;
  fresh_item_ = false;
  any_ = true;
}

std::string html_to_text(std::string_view html) {
  HtmlToText converter;
  std::string out;
  converter.feed(html, out);
  converter.finish(out);
  return out;
}

void TextToHtml::begin(std::string& out) {
  if (!begun_) out += "<html><body>";
  begun_ = true;
}

void TextToHtml::feed(std::string_view text, std::string& out) {
  begin(out);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t end = i;
    while (end < text.size() && !is_escaped(text[end])) ++end;
    if (end > i) {
      out += text.substr(i, end - i);
      blank_ = carriage_ = false;
    }
    if (end == text.size()) return;
    i = end;
    const char c = text[i];
    const bool line_end = c == '\r' || c == '\n';
    const bool second_half = c == '\n' && carriage_;
    if (line_end && !second_half) out += "<br>\r\n";
    carriage_ = c == '\r';
    if (c == ' ') {
      out += blank_ ? "&nbsp;" : " ";
    } else if (!line_end) {
      append_escaped(c, out);
    }
    blank_ = line_end || c == ' ';
  }
}

void TextToHtml::finish(std::string& out) {
  begin(out);
  out += "</body></html>";
}

std::string text_to_html(std::string_view text) {
  TextToHtml converter;
  std::string out;
  converter.feed(text, out);
  converter.finish(out);
  return out;
}

}  // namespace godwit::convert
