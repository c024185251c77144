/// MIME parts on their way out, and a message taken apart into them. RFC 2045, RFC 2046
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "compose/letter.hpp"
#include "compose/pieces.hpp"
#include "compose/stream.hpp"
#include "convert/mime.hpp"

namespace godwit::compose {

/// A MIME part on its way out: its header lines without the blank line, and its content.
struct Entity {
  std::string header;
  Pieces content;
};

/// The header of an attachment: its type and names, as `part` has them, under that encoding.
std::string part_header(const Part& part, bool is_inline, std::string_view encoding);
/// `type/subtype` with its parameters, but for the boundary.
std::string content_type(const Part& part);
/// `boundary` occurs in none of the parts.
Entity multipart(std::string_view type, const std::string& boundary,
                 const std::vector<Entity>& parts);
/// Makes `top` the content that `header` speaks of.
void set_content_fields(Fields& header, const Entity& top);

/// A message of which parts are taken as they are. Must not outlive the spools of its bytes.
class WholeMessage {
 public:
  /// `mime`: lines end in CRLF. Error: malformed.
  static Task<Result<std::unique_ptr<WholeMessage>>> read(Stretch mime);

  const Fields& header() const { return header_; }
  const Part& structure() const { return layout_.structure; }
  const std::shared_ptr<const http::Body>& body() const { return mime_.body; }
  /// As it is encoded; of the whole content for the top.
  std::string_view content_of(const Part& part) const;
  /// The part with its own header, byte for byte.
  Entity copy(const Part& part) const;

 private:
  explicit WholeMessage(Stretch mime) : mime_(std::move(mime)) {}

  Stretch mime_;
  Fields header_;
  convert::Layout layout_;
};

}  // namespace godwit::compose
