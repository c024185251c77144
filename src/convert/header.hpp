/// Header fields of messages and parts, as they are found in the wild: RFC 5322 2.2, RFC 2047
/// encoded words (also broken ones), RFC 2231 parameters, raw 8-bit text. All decoded text is clean
/// UTF-8 (utf8_clean) on one line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace godwit::convert {

struct Field {
  std::string_view name;
  std::string_view value;  // raw: folded, without the last line end
};

/// The fields of a header block, in order; lines that are no field are left out.
std::vector<Field> parse_fields(std::string_view block);

/// How long `block`'s header is, its blank line included: up to there it is a header block. A line
/// that cannot belong to a header ends it too, and is content.
std::size_t header_length(std::string_view block);
/// Whether a line (without its end) may stand in a header block.
bool is_header_line(std::string_view line);

/// A block's fields by name; views into the block, which must outlive it.
class Header {
 public:
  explicit Header(std::string_view block) : fields_(parse_fields(block)) {}
  /// The raw value of the first field of that name (case-insensitive); empty when there is none.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

/// Without line ends: folding undone (RFC 5322 2.2.3).
std::string unfold(std::string_view raw);

/// Unstructured text, decoded: encoded words, and 8-bit bytes under `charset` (of the text part;
/// UTF-8 wins when they are UTF-8).
std::string decode_text(std::string_view raw, std::string_view charset = {});

/// How long the encoded word at the start of `text` is; 0 when there is none.
std::size_t encoded_word_length(std::string_view text);

/// `value; name=value; ...` with RFC 2231 continuations and charsets, and the encoded words that
/// mailers put there against RFC 2047 5.
struct Parameterized {
  std::string value;                                            // lower case, without blanks
  std::vector<std::pair<std::string, std::string>> parameters;  // names lower case

  std::string_view parameter(std::string_view name) const;
};
Parameterized parse_parameters(std::string_view raw);

/// The first `<id>` of a field like Message-ID, without the brackets; without brackets the first
/// word. Empty when there is none.
std::string first_message_id(std::string_view raw);
/// All of References or In-Reply-To, in order; at most 200: the first 100 and the last 100.
std::vector<std::string> message_ids(std::string_view raw);

/// RFC 5322 3.3 and its obsolete forms.
std::optional<Time> parse_date(std::string_view raw);

}  // namespace godwit::convert
