#include "convert/ical/document.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "convert/ical/limits.hpp"
#include "convert/ical/line.hpp"

namespace godwit::convert::ical {
namespace {

/// Physical lines with their ends: CRLF, LF or CR.
class Physical {
 public:
  explicit Physical(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  /// The next one without taking it.
  std::string_view peek() const {
    const auto end = rest_.find_first_of("\r\n");
    if (end == std::string_view::npos) return rest_;
    std::size_t size = end + 1;
    // Some writers end lines with CR CR LF.
    while (rest_[size - 1] == '\r' && size < rest_.size() &&
           (rest_[size] == '\n' || (rest_[size] == '\r' && rest_.substr(size, 2) == "\r\n"))) {
      ++size;
    }
    return rest_.substr(0, size);
  }
  std::string_view take() {
    const std::string_view line = peek();
    rest_.remove_prefix(line.size());
    return line;
  }

 private:
  std::string_view rest_;
};

std::string_view without_end(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with('\n')) line.remove_suffix(1);
  return line;
}

/// The next logical line: a physical one and what is folded under it.
Line next_line(Physical& in) {
  std::string raw(in.take());
  std::string unfolded(without_end(raw));
  while (!in.done() && (in.peek().starts_with(' ') || in.peek().starts_with('\t'))) {
    const std::string_view more = in.take();
    raw += more;
    unfolded += without_end(more).substr(1);
  }
  Line line = parse_line(raw, unfolded);
  if (!is_quoted_printable(line)) return line;
  while (unfolded.ends_with('=') && !in.done()) {
    const std::string_view more = in.take();
    raw += more;
    unfolded.pop_back();
    unfolded += without_end(more);
  }
  return parse_line(std::move(raw), unfolded);
}

std::string upper_value(const Line& line) {
  std::string name(trim(line.value));
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return name;
}

}  // namespace

const Line* Component::find(std::string_view wanted) const {
  const auto found = std::ranges::find(lines, wanted, &Line::name);
  return found == lines.end() ? nullptr : &*found;
}

std::vector<const Line*> Component::all(std::string_view wanted) const {
  std::vector<const Line*> found;
  for (const Line& line : lines) {
    if (line.name == wanted) found.push_back(&line);
  }
  return found;
}

const Component* Component::find_child(std::string_view wanted) const {
  const auto found = std::ranges::find(children, wanted, &Component::name);
  return found == children.end() ? nullptr : &*found;
}

void Component::replace(Line line) {
  const auto first = std::ranges::find(lines, line.name, &Line::name);
  if (first == lines.end()) return add(std::move(line));
  const std::string wanted = line.name;
  const auto at = static_cast<std::size_t>(first - lines.begin());
  lines[at] = std::move(line);
  for (std::size_t i = lines.size() - 1; i > at; --i) {
    if (lines[i].name == wanted) remove_line(i);
  }
}

void Component::replace_at(std::size_t line, Line with) { lines[line] = std::move(with); }

void Component::add(Line line) {
  // After the last line, before components that follow it.
  const auto last = std::ranges::find_if(order.rbegin(), order.rend(),
                                         [](const Place& place) { return !place.child; });
  order.insert(last.base(), Place{.child = false, .index = lines.size()});
  lines.push_back(std::move(line));
}

void Component::add(Component child) {
  order.push_back({.child = true, .index = children.size()});
  children.push_back(std::move(child));
}

void Component::add_first(Component child) {
  const auto first = std::ranges::find_if(order, &Place::child);
  order.insert(first, Place{.child = true, .index = children.size()});
  children.push_back(std::move(child));
}

void Component::remove(std::string_view wanted) {
  for (std::size_t i = lines.size(); i-- > 0;) {
    if (lines[i].name == wanted) remove_line(i);
  }
}

void Component::remove_line(std::size_t line) {
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(line));
  std::erase_if(order, [&](const Place& place) { return !place.child && place.index == line; });
  for (Place& place : order) {
    if (!place.child && place.index > line) --place.index;
  }
}

void Component::remove_child(std::size_t child) {
  children.erase(children.begin() + static_cast<std::ptrdiff_t>(child));
  std::erase_if(order, [&](const Place& place) { return place.child && place.index == child; });
  for (Place& place : order) {
    if (place.child && place.index > child) --place.index;
  }
}

void Component::write(std::string& out) const {
  out += begin_raw;
  for (const Place& place : order) {
    if (place.child) {
      children[place.index].write(out);
    } else {
      out += lines[place.index].raw;
    }
  }
  out += end_raw;
}

Result<Document> Document::parse(std::string_view text) {
  if (text.size() > text_bytes_max) return fail(Errc::too_large, "text_too_large: iCalendar text");
  Document document;
  if (const auto end = text.find('\n'); end != std::string_view::npos) {
    document.line_end_ = end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
  }
  std::vector<Component> open(1);
  Physical in(text);
  bool bare = false;
  for (std::size_t count = 0; !in.done(); ++count) {
    if (count == lines_max) return fail(Errc::too_large, "too_many_lines: iCalendar text");
    Line line = next_line(in);
    if (line.name == "BEGIN") {
      if (open.size() > depth_max) return fail(Errc::too_large, "too_deep: iCalendar components");
      Component component;
      component.name = upper_value(line);
      component.begin_raw = std::move(line.raw);
      if (open.size() == 1 && component.name != "VCALENDAR" && component.name.starts_with('V')) {
        bare = true;
        open.emplace_back().name = "VCALENDAR";
      }
      open.push_back(std::move(component));
    } else if (line.name == "END") {
      if (open.size() == 1 || open.back().name != upper_value(line)) {
        return fail(Errc::malformed, "unbalanced: BEGIN and END do not fit");
      }
      Component done = std::move(open.back());
      open.pop_back();
      done.end_raw = std::move(line.raw);
      open.back().add(std::move(done));
    } else {
      // In the order of the text, also behind components.
      open.back().order.push_back({.child = false, .index = open.back().lines.size()});
      open.back().lines.push_back(std::move(line));
    }
  }
  if (bare && open.size() == 2) {
    Component calendar = std::move(open.back());
    open.pop_back();
    open.back().add(std::move(calendar));
  }
  if (open.size() != 1) return fail(Errc::malformed, "unbalanced: END is missing");
  document.root_ = std::move(open.front());
  if (document.root_.children.empty()) {
    return fail(Errc::malformed, "no_calendar: not iCalendar text");
  }
  return document;
}

Document Document::create() {
  Document document;
  Component calendar;
  calendar.name = "VCALENDAR";
  calendar.begin_raw = "BEGIN:VCALENDAR\r\n";
  calendar.end_raw = "END:VCALENDAR\r\n";
  calendar.add(make_line("VERSION", {}, "2.0", "\r\n"));
  calendar.add(make_line("PRODID", {}, "-//Godwit//EN", "\r\n"));
  document.root_.add(std::move(calendar));
  return document;
}

Document Document::create_with(std::string_view kind, std::string_view uid) {
  Document document = create();
  Component item;
  item.name = kind;
  item.begin_raw = "BEGIN:" + item.name + document.line_end_;
  item.end_raw = "END:" + item.name + document.line_end_;
  item.add(make_line("UID", {}, uid, document.line_end_));
  document.calendars().front().add(std::move(item));
  return document;
}

std::string Document::str() const {
  std::string out;
  root_.write(out);
  return out;
}

}  // namespace godwit::convert::ical
