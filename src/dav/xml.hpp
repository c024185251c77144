/// XML as DAV servers send it, fed in pieces: each child of the root becomes a small tree, is
/// handed over and forgotten, so that an answer of any length costs the memory of one entry.
/// Document types, entities, processing instructions and what exceeds limits.hpp end the parsing.
/// No I/O.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/sink.hpp"

namespace godwit::dav {

struct Element {
  std::string space;  // the namespace's name
  std::string name;
  std::string text;                                             // all character data directly in it
  std::vector<std::pair<std::string, std::string>> attributes;  // those without a namespace
  std::vector<Element> children;

  bool is(std::string_view wanted_space, std::string_view wanted_name) const {
    return name == wanted_name && space == wanted_space;
  }
  /// The first child of that name, or nullptr.
  const Element* find(std::string_view wanted_space, std::string_view wanted_name) const;
  /// Empty where there is none.
  std::string_view attribute(std::string_view wanted) const;
};

inline constexpr std::string_view dav_space = "DAV:";
inline constexpr std::string_view caldav_space = "urn:ietf:params:xml:ns:caldav";
inline constexpr std::string_view carddav_space = "urn:ietf:params:xml:ns:carddav";
inline constexpr std::string_view calendarserver_space = "http://calendarserver.org/ns/";

class XmlStream final : public Sink {
 public:
  /// Called with each child of the root once it is whole. An error it returns ends the parsing.
  using Take = std::function<Result<>(Element child)>;

  explicit XmlStream(Take take);
  ~XmlStream() override;

  /// Takes the next bytes; after an error they are dropped.
  void append(std::string_view bytes) override;
  /// True as soon as something was wrong: nothing more needs to be fed.
  bool failed() const;
  /// At the end: the root's name, without its children. Errors: malformed, too_large, unsupported
  /// (a document type or an entity), or what `Take` said.
  Result<Element> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `text` as character data or the value of an attribute.
std::string escape_xml(std::string_view text);

}  // namespace godwit::dav
