/// HTML to plain text and back, streaming, for any input: nothing in it is trusted to be
/// well-formed. Tokens are told apart as the HTML Standard's tokenizer does, as far as text needs
/// it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace godwit::convert {

/// Text of an HTML document: blocks on lines of their own, lists with marks, table cells apart,
/// links as their text, pre as it stands; title, script, style and the like left out. Input is
/// clean UTF-8 in pieces of any size (also cut within characters); output does not depend on how
/// they are cut. Lines end in CRLF. Memory: a few hundred bytes.
class HtmlToText {
 public:
  void feed(std::string_view html, std::string& out);
  void finish(std::string& out);

 private:
  enum class State : std::uint8_t {
    text,
    entity,        // after `&`
    tag_open,      // after `<` or `</`
    tag_name,      // in a tag's name
    attributes,    // after it
    value_begin,   // after an attribute's `=`
    value,         // bare attribute value
    value_single,  // in `'`
    value_double,  // in `"`
    markup,        // after `<!`
    comment,       // until `-->`
    declaration,   // until `>`
    raw,           // content of script and the like: until its end tag
    raw_end,       // in what may be that tag
  };
  enum class Element : std::uint8_t {
    other,
    block,
    paragraph,
    line_break,
    list_item,
    ordered_list,
    unordered_list,
    cell,
    preformatted,
    raw,
  };
  struct Row {
    std::string_view name;
    Element element;
  };
  struct List {
    bool ordered = false;
    unsigned number = 0;
  };
  static constexpr std::size_t lists_max = 16;  // deeper ones count as the last
  static constexpr std::size_t name_max = 32;   // longer than any name that means something
  static constexpr unsigned breaks_max = 1'000;

  static Row find_element(std::string_view name);

  std::size_t step(std::string_view html, std::string& out);
  std::size_t step_text(std::string_view html, std::string& out);
  std::size_t step_preformatted(std::string_view html, std::string& out);
  std::size_t step_entity(std::string_view html, std::string& out);
  std::size_t step_tag_open(char c, std::string& out);
  std::size_t step_tag_name(std::string_view html, std::string& out);
  std::size_t step_attributes(std::string_view html, std::string& out);
  std::size_t step_value(std::string_view html, std::string& out);
  std::size_t step_markup(char c);
  std::size_t step_comment(std::string_view html);
  std::size_t step_raw(std::string_view html);
  std::size_t step_raw_end(char c);
  std::size_t skip_to(char end, std::string_view html, State next);
  void entity_ends(bool semicolon, std::string& out);
  void tag_ends(std::string& out);
  void element_begins(Row row, std::string& out);
  void element_ends(Element element);
  void list_begins(bool ordered);
  void list_item(std::string& out);
  void line_break();
  void want_breaks(unsigned count);
  void before_words(std::string& out);
  void characters(std::string_view text, std::string& out);

  State state_ = State::text;
  std::string name_;              // of the tag or entity that is being read
  std::string_view raw_element_;  // whose content is left out
  bool closing_ = false;          // `</`
  unsigned dashes_ = 0;           // that a comment's text ends with
  unsigned preformatted_ = 0;     // depth of pre
  bool pre_begins_ = false;       // its first line end does not count
  bool carriage_ = false;         // the last character of pre was CR
  bool any_ = false;              // something was written
  bool fresh_item_ = false;       // a list item's mark was the last thing written
  char space_ = 0;                // due before the next word
  unsigned breaks_ = 0;           // line ends due before the next word
  std::array<List, lists_max> lists_{};
  std::size_t list_depth_ = 0;
};

/// All at once.
std::string html_to_text(std::string_view html);

/// Plain text as an HTML document: escaped, lines broken, runs of blanks kept. In pieces of any
/// size.
class TextToHtml {
 public:
  void feed(std::string_view text, std::string& out);
  void finish(std::string& out);

 private:
  void begin(std::string& out);

  bool begun_ = false;
  bool carriage_ = false;
  bool blank_ = true;  // the last character was a blank or a line end
};

std::string text_to_html(std::string_view text);

/// The character that `name` (without `&` and `;`) stands for, 0 when there is none. HTML 4.01 24
/// and `apos`.
std::uint32_t html_entity(std::string_view name);

}  // namespace godwit::convert
