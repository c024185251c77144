/// Pull reader of WBXML documents as EAS uses them (WAP-192, [MS-ASWBXML]). Works on bytes that
/// outlive it; text and opaque content are views into them, so that no length in the input makes it
/// allocate. Bounds: wbxml/limits.hpp.
///
/// Liberal where senders differ: WBXML 1.1 to 1.3, any public identifier, charset UTF-8 or unknown,
/// a string table and strings in it, text or opaque content in any element, page switches anywhere.
/// What EAS never uses is malformed: attributes, entities, literals, extensions, instructions,
/// anything after the root element.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wbxml/tag.hpp"

namespace godwit::wbxml {

class Reader {
 public:
  enum class Kind : std::uint8_t { start, text, opaque, end, done };
  struct Event {
    Kind kind;
    Tag tag{};                 // of start and end
    std::string_view bytes{};  // of text and opaque
  };

  explicit Reader(std::string_view document) : rest_(document), size_(document.size()) {}

  /// The next event. An element without content is a start followed by an end. Errors: malformed
  /// (with the offset), too_large (depth, count), unsupported (an unknown page, or a token that its
  /// page does not define). Not to be called again after an error.
  Result<Event> next();
  std::size_t depth() const { return open_.size(); }
  std::size_t offset() const { return size_ - rest_.size(); }

 private:
  Result<> read_header();
  Result<std::uint8_t> byte();
  Result<std::uint32_t> number();
  Result<std::string_view> take(std::size_t length);
  Result<Event> tag_event(std::uint8_t token);
  Result<Event> content_event(std::uint8_t token);
  Result<Event> finish();
  std::unexpected<Error> error(Errc code, std::string_view what) const;

  std::string_view rest_;
  std::string_view strings_;  // string table: read, since a few clients write one
  std::size_t size_;
  std::vector<Tag> open_;
  std::optional<Tag> pending_end_;
  std::size_t elements_ = 0;
  std::uint8_t page_ = 0;
  bool started_ = false;
  bool root_seen_ = false;
  bool finished_ = false;
};

}  // namespace godwit::wbxml
