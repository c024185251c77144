#include "render/body.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "convert/html.hpp"
#include "convert/html_charset.hpp"
#include "convert/mime_text.hpp"
#include "convert/text.hpp"
#include "render/quote.hpp"

namespace godwit::render {
namespace {

constexpr std::uint64_t read_bytes = 256 * 1024;
constexpr std::uint64_t preview_input_max = 64 * 1024;
constexpr std::uint64_t new_html_max = 1024 * 1024;  // what is searched for quoted messages

bool is_html(const Part& part) { return part.is("text", "html") || part.is("text", "enriched"); }

/// One text part on its way to plain text or HTML.
class PartConverter {
 public:
  PartConverter(const Part& part, std::uint8_t type) : decoder_(part) {
    if (type == plain_type && is_html(part)) to_text_.emplace();
    if (type == html_type && !is_html(part)) to_html_.emplace();
    if (type == html_type && is_html(part)) charset_.emplace();
  }

  void feed(std::string_view encoded, std::string& out) {
    text_.clear();
    decoder_.feed(encoded, text_);
    pass_on(out);
  }
  void finish(std::string& out) {
    text_.clear();
    decoder_.finish(text_);
    pass_on(out);
    if (to_text_) to_text_->finish(out);
    if (to_html_) to_html_->finish(out);
    if (charset_) charset_->finish(out);
  }

 private:
  void pass_on(std::string& out) {
    if (to_text_) to_text_->feed(text_, out);
    if (to_html_) to_html_->feed(text_, out);
    if (charset_) charset_->feed(text_, out);
    if (!to_text_ && !to_html_ && !charset_) out += text_;
  }

  convert::TextDecoder decoder_;
  std::optional<convert::HtmlToText> to_text_;
  std::optional<convert::TextToHtml> to_html_;
  std::optional<convert::HtmlCharset> charset_;
  std::string text_;
};

const std::vector<const Part*>& segments(const convert::BodyParts& parts, std::uint8_t type) {
  return type == html_type ? parts.html : parts.plain;
}

/// Encoded bytes that a body of `limit` bytes is likely to need: markup goes when it becomes text,
/// quoted-printable triples what is not ASCII.
std::uint64_t likely_bytes(const Part& part, std::uint8_t type,
                           std::optional<std::uint64_t> limit) {
  if (!limit) return memory_body_max;
  const std::uint64_t factor = type == plain_type && is_html(part) ? 8 : 3;
  return std::min<std::uint64_t>(std::min(*limit, read_bytes) * factor + 4096, memory_body_max);
}

}  // namespace

std::vector<backend::PartRange> first_reads(const Message& message, const convert::BodyParts& parts,
                                            std::uint8_t type, std::optional<std::uint64_t> limit) {
  std::vector<backend::PartRange> ranges;
  if (type == mime_type) {
    const std::uint64_t wanted =
        limit ? std::min<std::uint64_t>(*limit + 1024, memory_body_max) : memory_body_max;
    ranges.push_back({message.state.uid, "", 0, std::min(message.size, wanted)});
    return ranges;
  }
  std::uint64_t total = 0;
  for (const Part* part : segments(parts, type)) {
    const std::uint64_t length = std::min(part->size, likely_bytes(*part, type, limit));
    if (length == 0 || total >= memory_body_max) continue;
    ranges.push_back({message.state.uid, part->section, 0, length});
    total += length;
  }
  return ranges;
}

Task<Result<BodyText>> BodyMaker::make(std::uint8_t type, std::optional<std::uint64_t> limit) {
  if (type == mime_type) co_return co_await make_mime(limit);
  BodyOutput out(spools_, limit);
  std::uint64_t estimate = 0;
  bool whole = true;
  for (const Part* part : segments(parts_, type)) {
    estimate += convert::decoded_size_estimate(*part);
    if (out.cut() && !reader_.has_whole(part->section)) {
      whole = false;
      continue;
    }
    if (out.size() > 0) out.append("\r\n");
    auto done = co_await convert(part, type, &out, UINT64_MAX);
    if (!done) co_return pass(done);
    whole = whole && (!out.cut() || reader_.has_whole(part->section));
  }
  BodyText body = out.finish(type == html_type);
  if (!whole) body.size = std::max(body.size, estimate);
  co_return body;
}

Task<Result<>> BodyMaker::convert(const Part* part, std::uint8_t type, BodyOutput* out,
                                  std::uint64_t input_max) {
  PartConverter converter(*part, type);
  std::string text;
  const bool counts = reader_.has_whole(part->section);
  const std::uint64_t end = std::min(part->size, input_max);
  std::uint64_t offset = 0;
  while (offset < end && (counts || !out->cut())) {
    auto piece = co_await reader_.read(part->section, offset, std::min(read_bytes, end - offset));
    if (!piece) co_return pass(piece);
    if (piece->empty() && offset == 0) {
      co_return fail(Errc::incomplete, "the backend gives nothing for part " + part->section);
    }
    if (piece->empty()) break;
    offset += piece->size();
    text.clear();
    converter.feed(*piece, text);
    out->append(text);
  }
  text.clear();
  converter.finish(text);
  out->append(text);
  co_return Result<>();
}

Task<Result<BodyText>> BodyMaker::make_mime(std::optional<std::uint64_t> limit) {
  BodyOutput out(spools_, limit);
  convert::MimeText cleaner;
  std::string text;
  std::uint64_t offset = 0;
  while (offset < message_.size && !out.cut()) {
    const std::uint64_t wanted = std::min(read_bytes, message_.size - offset);
    auto piece = co_await reader_.read("", offset, wanted);
    if (!piece) co_return pass(piece);
    if (piece->empty() && offset == 0) {
      co_return fail(Errc::incomplete, "the backend gives nothing for the message");
    }
    if (piece->empty()) break;
    offset += piece->size();
    text.clear();
    cleaner.feed(*piece, text);
    out.append(text);
  }
  text.clear();
  cleaner.finish(text);
  out.append(text);
  BodyText body = out.finish(false);
  if (body.truncated) body.size = std::max(body.size, message_.size);
  co_return body;
}

Task<Result<std::string>> BodyMaker::preview(std::size_t characters) {
  std::string folded;
  // Of what is shown: the parts that the chosen form has read already.
  const auto& list = parts_.has_html() ? parts_.html : parts_.plain;
  if (list.empty() || characters == 0) co_return folded;
  BodyOutput out(spools_, characters * 8);
  auto done = co_await convert(list.front(), plain_type, &out, preview_input_max);
  if (!done) co_return pass(done);
  const BodyText body = out.finish(false);
  bool blank = false;
  for (const char c : trim(body.kept->view())) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space) {
      if (blank) folded += ' ';
      folded += c;
    }
    blank = space;
  }
  co_return std::string(utf8_prefix_characters(folded, characters));
}

Task<Result<std::optional<std::string>>> BodyMaker::new_html() {
  std::string html;
  for (const Part* part : parts_.html) {
    BodyOutput out(spools_, new_html_max);
    auto done = co_await convert(part, html_type, &out, new_html_max);
    if (!done) co_return pass(done);
    const BodyText body = out.finish(true);
    html += body.kept->view();
    if (out.cut() || part->size > new_html_max || html.size() > new_html_max) {
      co_return std::optional<std::string>();
    }
  }
  co_return without_quotes(std::move(html));
}

}  // namespace godwit::render
