#include "convert/mime.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "convert/header.hpp"
#include "convert/limits.hpp"
#include "convert/transfer.hpp"

namespace godwit::convert {
namespace {

constexpr std::size_t read_bytes = 256 * 1024;
constexpr std::size_t no_node = SIZE_MAX;

struct Node {
  Part part;
  std::size_t parent = no_node;
  std::uint64_t header_begin = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t outer_end = 0;           // with the epilogue of a multipart that was taken for text
  std::string prefix;                    // what the numbers of its children begin with
  unsigned children = 0;                 // how many it has
  bool multipart = false;                // whose parts are told apart
  std::uint64_t closed_at = UINT64_MAX;  // of a multipart: where its last boundary begins
  bool message = false;                  // message/rfc822 that was looked into
};

/// A multipart whose boundary may still come.
struct Frame {
  std::size_t node = 0;
  std::string boundary;
  bool closed = false;  // its last boundary was seen: its epilogue follows
};

bool is_identity(std::string_view encoding) { return encoding_of(encoding) == Encoding::identity; }

bool is_embedded_message(const Part& part) {
  return part.type == "message" && (part.subtype == "rfc822" || part.subtype == "global");
}

std::string without_brackets(std::string_view raw) {
  std::string id = decode_text(raw);
  if (id.starts_with('<')) id.erase(0, 1);
  if (id.ends_with('>')) id.pop_back();
  return std::string(trim(id));
}

void set_type(Part& part, const Parameterized& type, std::string_view fallback_subtype) {
  const auto slash = type.value.find('/');
  const bool whole = slash != std::string::npos && slash > 0 && slash + 1 < type.value.size();
  if (whole) {
    part.type = type.value.substr(0, slash);
    part.subtype = type.value.substr(slash + 1);
  } else if (fallback_subtype == "rfc822") {
    part.type = "message";
    part.subtype = fallback_subtype;
  }
  // RFC 2045 5.2: what has no type, or one that breaks the grammar, is text/plain.
  part.parameters = type.parameters;
}

void describe(Part& part, const Header& header, bool in_digest) {
  const auto type = parse_parameters(header.get("Content-Type"));
  set_type(part, type, in_digest ? "rfc822" : "plain");
  const std::string_view encoding = trim(header.get("Content-Transfer-Encoding"));
  if (!encoding.empty()) part.encoding = parse_parameters(encoding).value;
  const auto disposition = parse_parameters(header.get("Content-Disposition"));
  part.disposition = disposition.value;
  part.file_name = disposition.parameter("filename");
  if (part.file_name.empty()) part.file_name = type.parameter("name");
  part.content_id = without_brackets(header.get("Content-ID"));
  part.content_location = decode_text(header.get("Content-Location"));
  part.description = decode_text(header.get("Content-Description"));
  for (std::string* text : {&part.content_id, &part.content_location, &part.description}) {
    if (text->size() > parameter_bytes_max) {
      text->resize(utf8_prefix(*text, parameter_bytes_max).size());
    }
  }
}

}  // namespace

struct LayoutParser::State {
  enum class Mode : std::uint8_t {
    header,   // of the newest node
    content,  // of a leaf, a preamble or an epilogue: only boundaries matter
    rest,     // nothing matters any more
  };

  Mode mode = Mode::header;
  std::uint64_t offset = 0;  // of the first byte that is not consumed
  std::string pending;       // bytes from there on
  std::string header;        // of the newest node, as far as it was read
  bool full = false;         // parts_max was reached: the rest is one opaque part
  bool at_line_start = true;
  unsigned line_end_size = 0;  // of the line end before `offset`: it belongs to a boundary there
  std::vector<Node> nodes;
  std::vector<std::size_t> path;  // nodes that are open, outermost first
  std::vector<Frame> frames;      // open multiparts, outermost first

  std::size_t consume(std::string_view bytes, bool last);
  std::size_t consume_header(std::string_view bytes, bool last);
  std::size_t consume_content(std::string_view bytes, bool last);
  std::size_t skip_to_boundary(std::string_view bytes, bool last);
  bool boundary_line(std::string_view line, std::size_t whole_size);
  void open_node(std::uint64_t begin, std::size_t parent);
  void header_ends(std::uint64_t begin);
  void number(Node& node);
  void read_content();
  void close_down_to(std::size_t node, std::uint64_t end);
  Layout result();
};

LayoutParser::LayoutParser() : state_(std::make_unique<State>()) { state_->open_node(0, no_node); }
LayoutParser::~LayoutParser() = default;
LayoutParser::LayoutParser(LayoutParser&&) noexcept = default;
LayoutParser& LayoutParser::operator=(LayoutParser&&) noexcept = default;

void LayoutParser::feed(std::string_view bytes) {
  State& state = *state_;
  if (state.pending.empty()) {
    const std::size_t used = state.consume(bytes, false);
    state.pending = bytes.substr(used);
  } else {
    state.pending += bytes;
    const std::size_t used = state.consume(state.pending, false);
    state.pending.erase(0, used);
  }
}

Layout LayoutParser::finish() {
  State& state = *state_;
  const std::string rest = std::move(state.pending);
  state.consume(rest, true);
  while (state.mode == State::Mode::header) state.header_ends(state.offset);
  state.close_down_to(no_node, state.offset);
  return state.result();
}

std::size_t LayoutParser::State::consume(std::string_view bytes, bool last) {
  std::size_t used = 0;
  while (used < bytes.size()) {
    const std::string_view rest = bytes.substr(used);
    const Mode before = mode;
    std::size_t step = 0;
    switch (mode) {
      case Mode::header:
        step = consume_header(rest, last);
        break;
      case Mode::content:
        step = consume_content(rest, last);
        break;
      case Mode::rest:
        step = rest.size();
        break;
    }
    offset += step;
    used += step;
    if (step == 0 && mode == before && !last) break;
  }
  return used;
}

/// One line of a header. Its blank line, a line that cannot be one of it, or a boundary ends it.
std::size_t LayoutParser::State::consume_header(std::string_view bytes, bool last) {
  const auto newline = bytes.find('\n');
  const bool whole = newline != std::string_view::npos;
  if (!whole && !last && bytes.size() + header.size() <= header_bytes_max) return 0;
  const std::string_view line = whole ? bytes.substr(0, newline + 1) : bytes;
  std::string_view text = line;
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  const auto end_size = static_cast<unsigned>(line.size() - text.size());
  if (text.starts_with("--") && boundary_line(text, line.size())) {
    line_end_size = end_size;
    return line.size();
  }
  line_end_size = end_size;
  if (text.empty() && whole) {
    header_ends(offset + line.size());
    return line.size();
  }
  if (!is_header_line(text) || header.size() + line.size() > header_bytes_max) {
    header_ends(offset);
    return 0;
  }
  header += line;
  return line.size();
}

std::size_t LayoutParser::State::consume_content(std::string_view bytes, bool last) {
  if (!at_line_start) return skip_to_boundary(bytes, last);
  const bool dashes = bytes.starts_with("--");
  if (!dashes && bytes == "-" && !last) return 0;
  if (dashes) {
    constexpr std::size_t line_max = boundary_bytes_max + 16;
    const auto newline = bytes.substr(0, line_max).find('\n');
    const bool whole = newline != std::string_view::npos;
    if (!whole && bytes.size() < line_max && !last) return 0;
    const std::size_t size = whole ? newline + 1 : bytes.size();
    std::string_view text = bytes.substr(0, size);
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (size <= line_max && boundary_line(text, size)) {
      line_end_size = static_cast<unsigned>(size - text.size());
      return size;
    }
  }
  at_line_start = false;
  return skip_to_boundary(bytes, last);
}

/// On to the next line that begins as boundaries do.
std::size_t LayoutParser::State::skip_to_boundary(std::string_view bytes, bool last) {
  // Hyphens are rare where most bytes are: in base64 there are none.
  for (auto at = bytes.find('-', 1); at != std::string_view::npos; at = bytes.find('-', at + 1)) {
    if (bytes[at - 1] != '\n' || !bytes.substr(at).starts_with("--")) continue;
    line_end_size = at > 1 && bytes[at - 2] == '\r' ? 2 : 1;
    at_line_start = true;
    return at;
  }
  if (last) return bytes.size();
  // What may be the beginning of it waits, with the CR before it.
  std::size_t kept = bytes.ends_with("\n-") ? 2 : bytes.ends_with('\n') ? 1 : 0;
  if (bytes.size() > kept && bytes[bytes.size() - kept - 1] == '\r') ++kept;
  return bytes.size() - kept;
}

/// Whether `line` (without its end) is a boundary of an open multipart; then what was inside it
/// ends, and its next part begins after the line. RFC 2046 5.1.1.
bool LayoutParser::State::boundary_line(std::string_view line, std::size_t whole_size) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  line.remove_prefix(std::min<std::size_t>(2, line.size()));
  for (std::size_t i = frames.size(); i-- > 0;) {
    if (frames[i].closed || !line.starts_with(frames[i].boundary)) continue;
    const std::string_view after = line.substr(frames[i].boundary.size());
    if (!after.empty() && after != "--") continue;
    const std::uint64_t end = offset - line_end_size;
    while (mode == Mode::header) header_ends(offset);
    if (full) return true;
    frames.resize(i + 1);
    close_down_to(frames[i].node, end);
    if (after.empty()) {
      open_node(offset + whole_size, frames[i].node);
    } else {
      frames[i].closed = true;
      nodes[frames[i].node].closed_at = end;
      read_content();
    }
    return true;
  }
  return false;
}

void LayoutParser::State::open_node(std::uint64_t begin, std::size_t parent) {
  Node node;
  node.parent = parent;
  node.header_begin = node.begin = begin;
  path.push_back(nodes.size());
  header.clear();
  mode = Mode::header;
  full = nodes.size() + 1 >= parts_max;
  nodes.push_back(std::move(node));
  if (!full) return;
  nodes.back().part.type = "application";
  nodes.back().part.subtype = "octet-stream";
  number(nodes.back());
  mode = Mode::rest;
}

/// The newest node's header is whole; its content begins at `begin`.
void LayoutParser::State::header_ends(std::uint64_t begin) {
  const std::size_t index = path.back();
  Node& node = nodes[index];
  node.begin = begin;
  const bool in_digest =
      node.parent != no_node && nodes[node.parent].part.is("multipart", "digest");
  describe(node.part, Header(header), in_digest);
  // RFC 2046 5.1.1: it does not end in blanks, and lines may have some after it.
  std::string boundary(node.part.parameter("boundary"));
  while (boundary.ends_with(' ') || boundary.ends_with('\t')) boundary.pop_back();
  const bool room = path.size() < depth_max;
  if (node.part.type == "multipart") {
    const bool usable = !boundary.empty() && boundary.size() <= boundary_bytes_max;
    node.multipart = usable && room;
    if (!usable) {
      node.part.type = "text";  // nothing can be told apart in it
      node.part.subtype = "plain";
    } else if (!room) {
      node.part.type = "application";
      node.part.subtype = "octet-stream";
    }
  }
  node.message = is_embedded_message(node.part) && is_identity(node.part.encoding) && room &&
                 nodes.size() < parts_max;
  number(node);
  if (node.multipart) frames.push_back({index, boundary, false});
  read_content();
  line_end_size = 0;  // a boundary right after a header takes nothing from it
  if (node.message) open_node(begin, index);
}

void LayoutParser::State::read_content() {
  const bool waiting =
      std::ranges::any_of(frames, [](const Frame& frame) { return !frame.closed; });
  mode = waiting ? Mode::content : Mode::rest;
  at_line_start = true;
}

/// RFC 9051 6.4.5.1: parts of a multipart are numbered from 1; the content of a message that is no
/// multipart is its part 1; a multipart directly in a message has no number of its own.
void LayoutParser::State::number(Node& node) {
  const bool inside = node.parent != no_node;
  const std::string outer = inside ? nodes[node.parent].prefix : std::string();
  const auto below = [&outer](unsigned number) {
    return outer.empty() ? std::to_string(number) : outer + '.' + std::to_string(number);
  };
  if (inside && !nodes[node.parent].message) {
    node.part.section = node.prefix = below(++nodes[node.parent].children);
    return;
  }
  if (inside) ++nodes[node.parent].children;
  node.prefix = node.multipart ? outer : below(1);
  node.part.section = node.multipart ? std::string() : node.prefix;
}

/// Ends every open node inside `node`; all of them for no_node.
void LayoutParser::State::close_down_to(std::size_t node, std::uint64_t end) {
  while (!path.empty() && path.back() != node) {
    Node& closing = nodes[path.back()];
    closing.end = std::max(closing.begin, end);
    path.pop_back();
  }
}

namespace {

/// A multipart in which no part was found is the text that it holds.
void settle_empty_multipart(Node& node) {
  if (!node.multipart || node.children != 0) return;
  node.multipart = false;
  node.end = std::max(node.begin, std::min(node.end, node.closed_at));
  node.part.type = "text";
  node.part.subtype = "plain";
  if (!node.part.section.empty()) return;
  node.part.section = node.prefix.empty() ? "1" : node.prefix + ".1";
}

void locate(const std::vector<Node>& nodes, const Node& node, std::vector<Located>& out) {
  if (!node.part.section.empty()) {
    out.push_back({node.part.section, node.header_begin, node.begin, node.end});
  }
  const bool top = node.parent == no_node;
  if (!top && !nodes[node.parent].message) return;
  const std::string prefix = top ? std::string() : nodes[node.parent].part.section + '.';
  out.push_back({prefix + "HEADER", node.header_begin, node.header_begin, node.begin});
  out.push_back({prefix + "TEXT", node.begin, node.begin, node.outer_end});
  if (top) out.push_back({"", 0, 0, node.outer_end});
}

Part take_tree(std::vector<Node>& nodes, std::size_t index,
               const std::vector<std::vector<std::size_t>>& children) {
  Part part = std::move(nodes[index].part);
  part.children.reserve(children[index].size());
  for (const std::size_t child : children[index]) {
    part.children.push_back(take_tree(nodes, child, children));
  }
  return part;
}

}  // namespace

Layout LayoutParser::State::result() {
  Layout layout;
  layout.header_size = nodes.front().begin;
  std::vector<std::vector<std::size_t>> children(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].outer_end = nodes[i].end;
    settle_empty_multipart(nodes[i]);
    nodes[i].part.size = nodes[i].end - nodes[i].begin;
    if (nodes[i].parent != no_node) children[nodes[i].parent].push_back(i);
  }
  for (const Node& node : nodes) locate(nodes, node, layout.parts);
  std::ranges::sort(layout.parts, {}, &Located::section);
  layout.structure = take_tree(nodes, 0, children);
  return layout;
}

const Located* Layout::find(std::string_view section) const {
  const auto row = std::ranges::lower_bound(
      parts, section, {}, [](const Located& located) { return std::string_view(located.section); });
  return row != parts.end() && row->section == section ? &*row : nullptr;
}

ReadAt read_at(std::string_view bytes) {
  return {bytes.size(), [bytes](std::uint64_t offset, std::size_t length) {
            return offset >= bytes.size()
                       ? std::string()
                       : std::string(bytes.substr(static_cast<std::size_t>(offset), length));
          }};
}

Layout parse_layout(const ReadAt& source) {
  LayoutParser parser;
  std::uint64_t offset = 0;
  while (offset < source.size) {
    const std::string piece = source.read(offset, read_bytes);
    if (piece.empty()) break;
    parser.feed(piece);
    offset += piece.size();
  }
  return parser.finish();
}

}  // namespace godwit::convert
