/// iCalendar text as a tree whose every line can be written again byte for byte: what is edited
/// changes, the rest stays as it came. RFC 5545 3.1, 3.2; line folding and the quoted-printable
/// of vCalendar 1.0 are understood.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::convert::ical {

struct Parameter {
  std::string name;   // upper case
  std::string value;  // without quotes; several values as they are written, RFC 6868 undone
  std::string raw{};  // as it is written, with its name; empty: `value` is
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// One property. Made by `parse_line`, so that `raw` and the rest agree.
struct Line {
  std::string raw;   // with folds and the line's end
  std::string name;  // upper case, without a group; empty: not a property, kept as it is
  std::vector<Parameter> parameters;
  std::string value;  // unfolded, escapes as they are; quoted-printable undone

  /// Empty when there is none. Names are upper case.
  std::string_view parameter(std::string_view wanted) const;
};

/// A new property, folded at 75 octets, lines ended by `end`.
Line make_line(std::string_view name, std::vector<Parameter> parameters, std::string_view value,
               std::string_view end);

class Component {
 public:
  std::string name;  // upper case
  std::string begin_raw, end_raw;
  /// Lines and components in their order: a place is an index into `lines` with `child` = false,
  /// or into `children`.
  struct Place {
    bool child = false;
    std::size_t index = 0;
  };
  std::vector<Line> lines;
  std::vector<Component> children;
  std::vector<Place> order;

  /// The first of that name, or nullptr.
  const Line* find(std::string_view wanted) const;
  std::vector<const Line*> all(std::string_view wanted) const;
  const Component* find_child(std::string_view wanted) const;

  /// Puts `line` in the place of the first of its name and removes the others of that name; adds
  /// it after the last line where there is none.
  void replace(Line line);
  /// Puts it in the place of that one.
  void replace_at(std::size_t line, Line with);
  void add(Line line);
  void add(Component child);
  /// Before everything else of this component.
  void add_first(Component child);
  void remove(std::string_view wanted);
  void remove_line(std::size_t line);
  void remove_child(std::size_t child);

  void write(std::string& out) const;
};

class Document {
 public:
  /// Errors: malformed (rule `no_calendar`: neither a calendar nor a bare component; rule
  /// `unbalanced`: BEGIN and END that do not fit), too_large.
  static Result<Document> parse(std::string_view text);
  /// An empty calendar of our own.
  static Document create();
  /// With one component of that kind, which has a UID only.
  static Document create_with(std::string_view kind, std::string_view uid);

  std::string str() const;
  /// How its lines end.
  std::string_view line_end() const { return line_end_; }
  /// The calendars, in their order; a text of bare components has one without BEGIN.
  std::vector<Component>& calendars() { return root_.children; }
  const std::vector<Component>& calendars() const { return root_.children; }

 private:
  Component root_;
  std::string line_end_ = "\r\n";
};

/// Property values of type TEXT (RFC 5545 3.3.11). Unescaping cleans what is no UTF-8.
std::string escape_text(std::string_view text);
std::string unescape_text(std::string_view value);
/// At commas that are not escaped; each unescaped, blanks trimmed, empty ones left out.
std::vector<std::string> split_texts(std::string_view value);

}  // namespace godwit::convert::ical
