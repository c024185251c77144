#include "transcript_match.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "wbxml/tag.hpp"

namespace godwit::test {
namespace {

// Where names without a prefix are looked for when the parent's page has none.
constexpr auto usual_pages = std::to_array<std::string_view>({"AirSync",
                                                              "AirSyncBase",
                                                              "Email",
                                                              "Email2",
                                                              "FolderHierarchy",
                                                              "Settings",
                                                              "Provision",
                                                              "Ping",
                                                              "Move",
                                                              "GetItemEstimate",
                                                              "ItemOperations",
                                                              "ComposeMail",
                                                              "Search",
                                                              "Tasks",
                                                              "Calendar",
                                                              "Contacts",
                                                              "RightsManagement",
                                                              "Find",
                                                              "ResolveRecipients",
                                                              "MeetingResponse",
                                                              "ValidateCert"});

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9') || c == '_'; }

/// The `$name` that begins `text`, without the dollar sign; empty when there is none.
std::string_view name_at(std::string_view text) {
  if (text.size() < 2 || text[0] != '$' || !is_name_start(text[1])) return {};
  std::size_t end = 2;
  while (end < text.size() && is_name_part(text[end])) ++end;
  return text.substr(1, end - 1);
}

std::string_view page_called(std::string_view prefix) {
  for (std::uint8_t page = 0; page <= 25; ++page) {
    if (iequals(wbxml::page_name(page), prefix)) return wbxml::page_name(page);
  }
  return {};
}

wbxml::Tag tag_of(const Pattern& pattern, std::optional<std::uint8_t> parent_page) {
  const std::size_t colon = pattern.name.find(':');
  if (colon != std::string::npos) {
    const wbxml::TagInfo* info =
        wbxml::find_tag(page_called(std::string_view(pattern.name).substr(0, colon)),
                        std::string_view(pattern.name).substr(colon + 1));
    if (info == nullptr) throw TranscriptError(pattern.line, "no tag " + pattern.name);
    return info->tag;
  }
  if (parent_page) {
    if (const auto* info = wbxml::find_tag(wbxml::page_name(*parent_page), pattern.name)) {
      return info->tag;
    }
  }
  for (const std::string_view page : usual_pages) {
    if (const auto* info = wbxml::find_tag(page, pattern.name)) return info->tag;
  }
  throw TranscriptError(pattern.line, "no tag " + pattern.name);
}

std::string printable(std::string_view text) {
  const auto strange = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  };
  if (text.size() <= 60 && std::ranges::none_of(text, strange)) return std::string(text);
  std::string out = "\"";
  for (const char c : text.substr(0, 60)) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (strange(c)) {
      out += "\\x" + hex_encode(std::string_view(&c, 1));
    } else {
      out += c;
    }
  }
  return out + (text.size() > 60 ? "\"... (" + std::to_string(text.size()) + ")" : "\"");
}

class Matching {
 public:
  explicit Matching(Captures& captures) : captures_(captures) {}

  bool element(const Pattern& pattern, const client::Node& node,
               std::optional<std::uint8_t> parent_page) {
    const wbxml::Tag tag = tag_of(pattern, parent_page);
    if (tag != node.tag) {
      return complain(pattern, "expected " + pattern.name + ", found " + client::name_of(node.tag));
    }
    if (pattern.has_value && pattern.value == "*" && !pattern.opaque) return true;
    if (!pattern.children.empty()) {
      return children(pattern.children, 0, node, 0, pattern);
    }
    if (!node.children.empty()) {
      return complain(pattern, pattern.name + " holds " + client::name_of(node.children[0].tag));
    }
    if (!value_matches(pattern.value, node.text, captures_, pattern.line)) {
      return complain(pattern, pattern.name + " is '" + printable(node.text) + "', expected '" +
                                   printable(pattern.value) + "'");
    }
    return true;
  }

  const std::string& complaint() const { return complaint_; }

 private:
  bool complain(const Pattern& pattern, const std::string& what) {
    // The complaint from furthest down the transcript tells most.
    if (pattern.line >= line_) {
      line_ = pattern.line;
      complaint_ = "line " + std::to_string(pattern.line) + ": " + what;
    }
    return false;
  }

  bool children(const std::vector<Pattern>& patterns, std::size_t p, const client::Node& node,
                std::size_t n, const Pattern& parent) {
    const auto& nodes = node.children;
    if (p == patterns.size()) {
      if (n == nodes.size()) return true;
      return complain(patterns.back(), "then " + client::name_of(nodes[n].tag) + " '" +
                                           printable(nodes[n].text) + "', which is not expected");
    }
    const Pattern& pattern = patterns[p];
    const Captures before = captures_;
    if (pattern.name == "...") {
      for (std::size_t skip = n; skip <= nodes.size(); ++skip) {
        captures_ = before;
        if (children(patterns, p + 1, node, skip, parent)) return true;
      }
      return false;
    }
    if (n < nodes.size() && element(pattern, nodes[n], node.tag.page) &&
        children(patterns, p + 1, node, n + 1, parent)) {
      return true;
    }
    captures_ = before;
    if (pattern.optional) return children(patterns, p + 1, node, n, parent);
    if (n >= nodes.size()) return complain(pattern, pattern.name + " is missing");
    return false;
  }

  Captures& captures_;
  std::string complaint_;
  std::size_t line_ = 0;
};

client::Node request_element(const Pattern& pattern, const Captures& captures,
                             std::optional<std::uint8_t> parent_page) {
  client::Node out(tag_of(pattern, parent_page));
  out.text = substituted(pattern.value, captures, pattern.line);
  out.opaque = pattern.opaque;
  for (const Pattern& child : pattern.children) {
    out.children.push_back(request_element(child, captures, out.tag.page));
  }
  return out;
}

}  // namespace

std::string substituted(std::string_view text, const Captures& captures, std::size_t line) {
  std::string out;
  while (!text.empty()) {
    const std::string_view name = name_at(text);
    if (name.empty()) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto found = captures.find(name);
    if (found == captures.end())
      throw TranscriptError(line, "nothing has set $" + std::string(name));
    out += found->second;
    text.remove_prefix(name.size() + 1);
  }
  return out;
}

client::Node request_tree(const Pattern& pattern, const Captures& captures) {
  return request_element(pattern, captures, std::nullopt);
}

bool value_matches(std::string_view pattern, std::string_view value, Captures& captures,
                   std::size_t line) {
  if (pattern == "*") return true;
  if (pattern.starts_with('~')) {
    return value.contains(substituted(pattern.substr(1), captures, line));
  }
  const std::string_view name = name_at(pattern);
  if (!name.empty() && !captures.contains(name)) {
    const std::string_view rest = pattern.substr(name.size() + 1);
    if (rest.empty() || rest.starts_with("!=")) {
      if (value.empty()) return false;
      if (!rest.empty() && substituted(rest.substr(2), captures, line) == value) return false;
      captures[std::string(name)] = value;
      return true;
    }
  }
  return substituted(pattern, captures, line) == value;
}

std::optional<std::string> mismatch(const Pattern& pattern, const client::Node& answer,
                                    Captures& captures) {
  Matching matching(captures);
  if (matching.element(pattern, answer, answer.tag.page)) return std::nullopt;
  return matching.complaint();
}

std::string show(const client::Node& node, std::size_t indent) {
  const wbxml::TagInfo* info = wbxml::find_tag(node.tag);
  std::string out(indent, ' ');
  out += indent == 0 || info == nullptr ? client::name_of(node.tag) : std::string(info->name);
  if (!node.text.empty()) out += " " + printable(node.text);
  out += "\n";
  for (const client::Node& child : node.children) out += show(child, indent + 2);
  return out;
}

}  // namespace godwit::test
