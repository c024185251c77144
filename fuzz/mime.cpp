// links: godwit_convert godwit_mapping
// parser: convert/transfer.hpp convert/charset.hpp convert/encoded_word.cpp convert/address.hpp
// parser: convert/header.hpp
// writes: mapping/email.hpp
/// A message from octets to an Email item: layout (whole and in pieces), header fields, text of
/// every part, WBXML.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "convert/body.hpp"
#include "convert/email.hpp"
#include "convert/html.hpp"
#include "convert/mime.hpp"
#include "convert/mime_text.hpp"
#include "convert/text.hpp"
#include "mapping/email.hpp"

namespace {

using namespace godwit;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_same(const Part& a, const Part& b) {
  require(a.section == b.section && a.type == b.type && a.subtype == b.subtype &&
          a.size == b.size && a.children.size() == b.children.size());
  for (std::size_t i = 0; i < a.children.size(); ++i) require_same(a.children[i], b.children[i]);
}

convert::Layout in_pieces(std::string_view bytes, std::size_t size) {
  convert::LayoutParser parser;
  for (std::size_t at = 0; at < bytes.size(); at += size) parser.feed(bytes.substr(at, size));
  return parser.finish();
}

void read_text(std::string_view bytes, const convert::Layout& layout, const Part& part) {
  const convert::Located* const place = layout.find(part.section);
  require(place != nullptr && place->begin <= place->end && place->end <= bytes.size());
  const std::string_view encoded = bytes.substr(place->begin, place->end - place->begin);
  require(encoded.size() == part.size);
  const std::string text = convert::decode_text_part(encoded, part);
  require(utf8_clean(text) == text);
  const std::string plain = convert::html_to_text(text);
  require(utf8_clean(plain) == plain);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Message message;
  const convert::Layout layout = convert::parse_layout(convert::read_at(bytes));
  require_same(layout.structure, in_pieces(bytes, 1 + size % 17).structure);
  message.header = bytes.substr(0, layout.header_size);
  message.structure = layout.structure;
  message.size = size;

  const convert::BodyParts parts = convert::body_parts(message.structure);
  for (const auto* list : {&parts.plain, &parts.html}) {
    for (const Part* part : *list) read_text(bytes, layout, *part);
  }
  for (const convert::AttachedPart& attached : parts.attachments) {
    require(!convert::attachment_name(*attached.part).empty());
    require(convert::find_part(message.structure, attached.part->section) == attached.part);
  }
  std::string mime;
  convert::MimeText cleaner;
  cleaner.feed(bytes, mime);
  cleaner.finish(mime);
  require(utf8_clean(mime) == mime);
  static_cast<void>(convert::parse_date(convert::Header(message.header).get("Date")));

  StringSink sink;
  wbxml::Writer writer(sink);
  mapping::write_email(convert::email_of(message, {}), eas::Version::v16_1, writer);
  return 0;
}
