#include "client/node.hpp"

#include <algorithm>

#include "base/sink.hpp"
#include "wbxml/writer.hpp"

namespace godwit::client {
namespace {

void write(wbxml::Writer& out, const Node& node) {
  if (!node.children.empty()) {
    out.open(node.tag);
    for (const Node& child : node.children) write(out, child);
    out.close();
  } else if (node.opaque) {
    out.opaque(node.tag, node.text);
  } else if (node.text.empty()) {
    out.empty(node.tag);
  } else {
    out.text(node.tag, node.text);
  }
}

}  // namespace

Node Node::bytes(wbxml::Tag tag, std::string content) {
  Node out(tag, std::move(content));
  out.opaque = true;
  return out;
}

Node& Node::add(Node child) {
  children.push_back(std::move(child));
  return *this;
}

const Node* Node::find(wbxml::Tag child) const {
  const auto found = std::ranges::find(children, child, &Node::tag);
  return found == children.end() ? nullptr : &*found;
}

std::string_view Node::text_of(wbxml::Tag child) const {
  const Node* found = find(child);
  return found == nullptr ? std::string_view() : std::string_view(found->text);
}

std::vector<const Node*> Node::all(wbxml::Tag child) const {
  std::vector<const Node*> out;
  for (const Node& node : children) {
    if (node.tag == child) out.push_back(&node);
  }
  return out;
}

std::string name_of(wbxml::Tag tag) {
  const wbxml::TagInfo* info = wbxml::find_tag(tag);
  if (info == nullptr) {
    return "page " + std::to_string(tag.page) + " token " + std::to_string(tag.code);
  }
  return std::string(wbxml::page_name(tag.page)) + ":" + std::string(info->name);
}

std::string encode(const Node& root) {
  StringSink sink;
  wbxml::Writer writer(sink);
  write(writer, root);
  return sink.take();
}

Result<Node> decode(std::string_view document) {
  Result<wbxml::Element> element = wbxml::parse(document);
  if (!element) return pass(element);
  return copy_of(*element);
}

Node copy_of(const wbxml::Element& element) {
  Node out(element.tag, std::string(element.text));
  out.opaque = element.opaque;
  out.children.reserve(element.children.size());
  for (const wbxml::Element& child : element.children) out.children.push_back(copy_of(child));
  return out;
}

}  // namespace godwit::client
