/// A small tree, for requests. Text is a view into the document, which must outlive it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wbxml/tag.hpp"

namespace godwit::wbxml {

class Writer;

struct Element {
  Tag tag;
  std::string_view text;  // of STR_I or OPAQUE content; several chunks are joined (then owned)
  std::vector<Element> children;             // in document order
  bool opaque = false;                       // some of the text came as OPAQUE
  std::shared_ptr<const std::string> owned;  // storage of joined text, shared with copies

  /// The first child of that tag, or nullptr.
  const Element* find(Tag child) const;
  bool has(Tag child) const { return find(child) != nullptr; }
  /// Text of the first child of that tag; empty when there is none.
  std::string_view text_of(Tag child) const;
  std::size_t count(Tag child) const;
  /// [MS-ASDTYPE] boolean: absent = nothing; an empty tag = true; "0"/"1" (and "false"/"true").
  /// Anything else is nothing, too: `has` tells the two apart.
  std::optional<bool> boolean(Tag child) const;
};

/// The whole document as a tree. Errors as Reader::next, and too_large for joined text.
Result<Element> parse(std::string_view document);

/// Writes a tree: content as it came (text or opaque), before the children.
void write(Writer& writer, const Element& element);

}  // namespace godwit::wbxml
