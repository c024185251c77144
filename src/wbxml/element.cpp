#include "wbxml/element.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "wbxml/limits.hpp"
#include "wbxml/reader.hpp"
#include "wbxml/writer.hpp"

namespace godwit::wbxml {
namespace {

class TreeBuilder {
 public:
  Result<Element> build(std::string_view document) {
    Reader reader(document);
    for (;;) {
      auto event = reader.next();
      if (!event) return pass(event);
      switch (event->kind) {
        case Reader::Kind::start:
          start(event->tag);
          break;
        case Reader::Kind::text:
        case Reader::Kind::opaque:
          if (auto added = add(*event); !added) return pass(added);
          break;
        case Reader::Kind::end:
          open_.pop_back();
          break;
        case Reader::Kind::done:
          return std::move(root_);
      }
    }
  }

 private:
  /// The open elements are each the last child of the one before, and a vector of children grows
  /// only while its last element is closed: the pointers stay valid.
  void start(Tag tag) {
    Element* element = &root_;
    if (!open_.empty()) element = &open_.back()->children.emplace_back();
    element->tag = tag;
    open_.push_back(element);
  }

  Result<> add(const Reader::Event& event) {
    Element& element = *open_.back();
    if (event.kind == Reader::Kind::opaque) element.opaque = true;
    if (event.bytes.empty()) return {};
    if (element.text.empty()) {
      element.text = event.bytes;
      return {};
    }
    const bool first = joining_ == nullptr || element.owned != joining_;
    copied_ += event.bytes.size() + (first ? element.text.size() : 0);
    if (copied_ > tree_text_max) return fail(Errc::too_large, "WBXML: too much text in pieces");
    if (first) {
      joining_ = std::make_shared<std::string>(element.text);
      element.owned = joining_;
    }
    *joining_ += event.bytes;
    element.text = *joining_;
    return {};
  }

  Element root_;
  std::vector<Element*> open_;
  std::shared_ptr<std::string> joining_;  // the text that grows: owned by the last joined element
  std::size_t copied_ = 0;
};

}  // namespace

Result<Element> parse(std::string_view document) { return TreeBuilder().build(document); }

void write(Writer& writer, const Element& element) {
  if (element.children.empty()) {
    if (element.opaque) {
      writer.opaque(element.tag, element.text);
    } else {
      writer.text(element.tag, element.text);
    }
    return;
  }
  writer.open(element.tag);
  if (element.opaque) {
    writer.begin_opaque(element.text.size());
    writer.opaque_piece(element.text);
  } else if (const auto clean = utf8_clean(element.text); !clean.empty()) {
    writer.begin_text();
    writer.piece(clean);
    writer.end_text();
  }
  for (const Element& child : element.children) write(writer, child);
  writer.close();
}

const Element* Element::find(Tag child) const {
  const auto found = std::ranges::find(children, child, &Element::tag);
  return found == children.end() ? nullptr : &*found;
}

std::string_view Element::text_of(Tag child) const {
  const Element* found = find(child);
  return found == nullptr ? std::string_view() : found->text;
}

std::size_t Element::count(Tag child) const {
  return static_cast<std::size_t>(std::ranges::count(children, child, &Element::tag));
}

std::optional<bool> Element::boolean(Tag child) const {
  const Element* found = find(child);
  if (found == nullptr) return std::nullopt;
  const auto value = trim(found->text);
  if (value.empty() || value == "1" || iequals(value, "true")) return true;
  if (value == "0" || iequals(value, "false")) return false;
  return std::nullopt;
}

}  // namespace godwit::wbxml
