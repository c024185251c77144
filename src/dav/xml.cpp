#include "dav/xml.hpp"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <algorithm>

#include "base/handle.hpp"
#include "base/markup.hpp"
#include "dav/limits.hpp"

namespace godwit::dav {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;  // libxml2 takes lengths as int

std::string_view view_of(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

std::string_view view_of(const xmlChar* begin, const xmlChar* end) {
  return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(end - begin)};
}

void free_parser(xmlParserCtxt* parser) {
  if (parser->myDoc != nullptr) xmlFreeDoc(parser->myDoc);
  xmlFreeParserCtxt(parser);
}

}  // namespace

struct XmlStream::State {
  explicit State(Take the_take) : take(std::move(the_take)) {}

  void stop(Errc code, std::string_view what) {
    if (!failure) failure = Error{code, std::string(what)};
    if (parser) xmlStopParser(parser.get());
  }

  void open(Element element, std::size_t attribute_bytes) {
    if (open_elements.size() >= xml_depth_max) return stop(Errc::too_large, "XML: too deep");
    if (++elements > xml_elements_max) return stop(Errc::too_large, "XML: too many elements");
    if (attribute_bytes > xml_attribute_bytes_max) {
      return stop(Errc::too_large, "XML: attributes too long");
    }
    open_elements.push_back(std::move(element));
  }

  void close() {
    if (open_elements.empty()) return stop(Errc::malformed, "XML: an end without its beginning");
    Element element = std::move(open_elements.back());
    open_elements.pop_back();
    if (open_elements.empty()) {
      root = std::move(element);
    } else if (open_elements.size() == 1) {
      hand_over(std::move(element));
    } else {
      open_elements.back().children.push_back(std::move(element));
    }
  }

  void hand_over(Element element) {
    elements = 0;
    text_bytes = 0;
    if (++children > responses_max) return stop(Errc::too_large, "XML: too many entries");
    if (auto taken = take(std::move(element)); !taken) {
      stop(taken.error().code, taken.error().message);
    }
  }

  void add_text(std::string_view text) {
    if (open_elements.empty() || failure) return;
    text_bytes += text.size();
    if (text_bytes > xml_text_bytes_max) return stop(Errc::too_large, "XML: an entry too long");
    // The root's own text is white space between its children.
    if (open_elements.size() > 1) open_elements.back().text += text;
  }

  Take take;
  Handle<xmlParserCtxt, free_parser> parser;
  std::vector<Element> open_elements;
  std::optional<Element> root;
  std::optional<Error> failure;
  std::size_t elements = 0;  // of the root's child that is open
  std::size_t text_bytes = 0;
  std::size_t children = 0;

  static State& of(void* context) {
    return *static_cast<State*>(static_cast<xmlParserCtxt*>(context)->_private);
  }
  static void on_start(void* context, const xmlChar* name, const xmlChar*, const xmlChar* space,
                       int, const xmlChar**, int attribute_count, int, const xmlChar** values) {
    State& state = of(context);
    if (state.failure) return;
    Element element;
    element.space = view_of(space);
    element.name = view_of(name);
    std::size_t bytes = element.space.size() + element.name.size();
    // Five pointers an attribute: name, prefix, namespace, begin and end of the value.
    for (int i = 0; i < attribute_count; ++i, values += 5) {
      bytes += view_of(values[3], values[4]).size();
      if (bytes > xml_attribute_bytes_max) break;
      if (values[2] != nullptr) continue;
      element.attributes.emplace_back(view_of(values[0]), view_of(values[3], values[4]));
    }
    state.open(std::move(element), bytes);
  }
  static void on_end(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
    if (!of(context).failure) of(context).close();
  }
  static void on_text(void* context, const xmlChar* text, int length) {
    of(context).add_text(view_of(text, text + length));
  }
  // RFC 4918 20.6: entities are an attack, and no DAV server needs a document type.
  static void on_doctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
    of(context).stop(Errc::unsupported, "XML: a document type");
  }
  static xmlEntity* on_entity(void* context, const xmlChar*) {
    of(context).stop(Errc::unsupported, "XML: an entity");
    return nullptr;
  }
  static void on_reference(void* context, const xmlChar*) {
    of(context).stop(Errc::unsupported, "XML: an entity");
  }
  static void on_error(void*, xmlError*) {}  // told by the parser's state

  static xmlSAXHandler handler() {
    xmlSAXHandler out{};
    out.initialized = XML_SAX2_MAGIC;
    out.startElementNs = &on_start;
    out.endElementNs = &on_end;
    out.characters = &on_text;
    out.cdataBlock = &on_text;
    out.internalSubset = &on_doctype;
    out.externalSubset = &on_doctype;
    out.getEntity = &on_entity;
    out.reference = &on_reference;
    out.serror = &on_error;
    return out;
  }
};

const Element* Element::find(std::string_view wanted_space, std::string_view wanted_name) const {
  const auto at = std::ranges::find_if(
      children, [&](const Element& child) { return child.is(wanted_space, wanted_name); });
  return at == children.end() ? nullptr : &*at;
}

std::string_view Element::attribute(std::string_view wanted) const {
  const auto at = std::ranges::find(attributes, wanted,
                                    [](const auto& each) { return std::string_view(each.first); });
  return at == attributes.end() ? std::string_view() : at->second;
}

XmlStream::XmlStream(Take take) : state_(std::make_unique<State>(std::move(take))) {
  xmlSAXHandler handler = State::handler();
  state_->parser.reset(xmlCreatePushParserCtxt(&handler, nullptr, nullptr, 0, nullptr));
  if (!state_->parser) throw std::bad_alloc();
  state_->parser->_private = state_.get();
  // Without XML_PARSE_HUGE libxml2's own bounds hold, too; nothing is loaded from anywhere.
  xmlCtxtUseOptions(state_->parser.get(),
                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
}

XmlStream::~XmlStream() = default;

bool XmlStream::failed() const { return state_->failure.has_value(); }

void XmlStream::append(std::string_view bytes) {
  while (!bytes.empty() && !failed()) {
    const auto piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    xmlParseChunk(state_->parser.get(), piece.data(), static_cast<int>(piece.size()), 0);
    if (state_->parser->wellFormed == 0) state_->stop(Errc::malformed, "not XML");
  }
}

Result<Element> XmlStream::finish() {
  State& state = *state_;
  if (!state.failure) {
    xmlParseChunk(state.parser.get(), nullptr, 0, 1);
    if (!state.failure && (state.parser->wellFormed == 0 || !state.root)) {
      state.stop(Errc::malformed, "not whole XML");
    }
  }
  if (state.failure) return std::unexpected(*state.failure);
  return std::move(*state.root);
}

std::string escape_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '\r') {
      out += "&#13;";
    } else {
      append_escaped(c, out);
    }
  }
  return out;
}

}  // namespace godwit::dav
