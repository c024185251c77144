#include "convert/search_text.hpp"

#include <algorithm>
#include <initializer_list>

#include "convert/body.hpp"
#include "convert/header.hpp"
#include "convert/html.hpp"
#include "convert/text.hpp"
#include "convert/words.hpp"

namespace godwit::convert {
namespace {

constexpr std::size_t piece_bytes = 16 * std::size_t{1024};
constexpr std::uint64_t part_bytes_max = 512 * std::uint64_t{1024};  // HTML is mostly marks

void add_words(std::string_view text, std::string& out) {
  for (const std::string& word : folded_words(text)) {
    if (out.size() + word.size() >= search_text_bytes_max) return;
    out += ' ';
    out += word;
  }
}

std::string field_words(const Header& header, std::initializer_list<std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) add_words(decode_text(header.get(name)), out);
  return out;
}

/// The part's text up to what is looked at.
std::string text_of(const Part& part, const ReadAt& source, const Layout& layout,
                    std::size_t bytes_max) {
  std::string out;
  const Located* const at = layout.find(part.section);
  if (at == nullptr) return out;
  TextDecoder decoder(part);
  HtmlToText plain;
  const bool html = part.is("text", "html");
  const std::uint64_t end = std::min(at->end, at->begin + part_bytes_max);
  std::string decoded;
  std::uint64_t offset = at->begin;
  while (offset < end && out.size() < bytes_max) {
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, end - offset));
    const std::string bytes = source.read(offset, length);
    if (bytes.empty()) break;
    offset += bytes.size();
    decoded.clear();
    decoder.feed(bytes, decoded);
    if (offset >= end) decoder.finish(decoded);
    html ? plain.feed(decoded, out) : static_cast<void>(out += decoded);
  }
  if (html) plain.finish(out);
  out.resize(std::min(out.size(), bytes_max));
  return out;
}

}  // namespace

SearchText search_text(std::string_view header_block, const ReadAt& source, const Layout& layout) {
  const Header header(header_block);
  SearchText out;
  out.author = field_words(header, {"From", "Sender", "Reply-To"});
  out.recipients = field_words(header, {"To", "Cc", "Bcc"});
  out.subject = field_words(header, {"Subject"});
  const BodyParts parts = body_parts(layout.structure);
  const auto add = [&](const Part& part) {
    if (out.text.size() >= search_text_bytes_max) return;
    add_words(text_of(part, source, layout, search_text_bytes_max - out.text.size()), out.text);
  };
  for (const Part* part : parts.plain) add(*part);
  for (const AttachedPart& attached : parts.attachments) {
    add_words(attached.part->file_name, out.text);
    if (attached.part->type == "text") add(*attached.part);
  }
  return out;
}

bool holds_phrase(std::string_view line, std::string_view phrase) {
  return line.contains(folded_line(phrase));
}

}  // namespace godwit::convert
