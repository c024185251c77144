/// Where everything in a message is: its MIME structure with the numbers that IMAP gives, and the
/// octets that each part takes. One pass over a source of any size, in bounded memory (limits.hpp).
/// RFC 2045, RFC 2046, RFC 9051 6.4.5.1.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "item/message.hpp"

namespace godwit::convert {

/// Random access to a message's octets.
struct ReadAt {
  std::uint64_t size = 0;
  /// At most `length` bytes from `offset`; fewer only at the end.
  std::function<std::string(std::uint64_t offset, std::size_t length)> read;
};

/// Over anything with `size()` and `read(offset, length)`, as backend::MessageSource; `source` must
/// outlive the result.
template <class Source>
  requires requires(const Source& source) { source.read(std::uint64_t{}, std::size_t{}); }
ReadAt read_at(const Source& source) {
  return {source.size(), [&source](std::uint64_t offset, std::size_t length) {
            return source.read(offset, length);
          }};
}
/// Over bytes in memory, which must outlive the result.
ReadAt read_at(std::string_view bytes);

/// The octets of one section, as encoded. `header_begin` to `begin` is its MIME header with the
/// blank line (equal where it has none); `begin` to `end` its content.
struct Located {
  std::string section;
  std::uint64_t header_begin = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct Layout {
  Part structure;                 // sections as RFC 9051 numbers them; "" for a multipart at the
                                  // top of a message (of an embedded one too)
  std::uint64_t header_size = 0;  // of the header block with its blank line
  /// Sorted by section: "" is the whole message, "HEADER" its header block, "2" a part, "2.HEADER"
  /// and "2.TEXT" the halves of an embedded message.
  std::vector<Located> parts;

  const Located* find(std::string_view section) const;
};

/// Never fails: what is not MIME is one text part. Beyond the bounds the rest is one opaque part
/// (application/octet-stream). Throws only what `source.read` throws.
Layout parse_layout(const ReadAt& source);

/// The same, fed with the message's octets in order, while they are being written elsewhere.
class LayoutParser {
 public:
  LayoutParser();
  ~LayoutParser();
  LayoutParser(LayoutParser&&) noexcept;
  LayoutParser& operator=(LayoutParser&&) noexcept;

  void feed(std::string_view bytes);
  /// After the last octet; once.
  Layout finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace godwit::convert
