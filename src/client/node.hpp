/// A document that owns its text: what the client builds its requests of and keeps answers in.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wbxml/element.hpp"
#include "wbxml/tag.hpp"

namespace godwit::client {

struct Node {
  wbxml::Tag tag;
  std::string text;
  std::vector<Node> children;
  bool opaque = false;

  Node() = default;
  explicit Node(wbxml::Tag a_tag) : tag(a_tag) {}
  Node(wbxml::Tag a_tag, std::string a_text) : tag(a_tag), text(std::move(a_text)) {}
  Node(wbxml::Tag a_tag, std::initializer_list<Node> nodes) : tag(a_tag), children(nodes) {}
  Node(wbxml::Tag a_tag, std::vector<Node> nodes) : tag(a_tag), children(std::move(nodes)) {}
  static Node bytes(wbxml::Tag tag, std::string content);

  Node& add(Node child);
  /// The first child of that tag, or nullptr.
  const Node* find(wbxml::Tag child) const;
  bool has(wbxml::Tag child) const { return find(child) != nullptr; }
  std::string_view text_of(wbxml::Tag child) const;
  /// Children of that tag, in order.
  std::vector<const Node*> all(wbxml::Tag child) const;
  friend bool operator==(const Node&, const Node&) = default;
};

/// `AirSync:Sync`, for messages.
std::string name_of(wbxml::Tag tag);

std::string encode(const Node& root);
/// Errors as wbxml::parse.
Result<Node> decode(std::string_view document);
Node copy_of(const wbxml::Element& element);

}  // namespace godwit::client
