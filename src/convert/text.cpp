#include "convert/text.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace godwit::convert {
namespace {

constexpr std::size_t flowed_line_max = 64 * 1024;
constexpr std::size_t sample_bytes = 512;
constexpr std::size_t blanks_of_words = 8;  // in a sample: base64 has none within its lines

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Whether what is labelled base64 is written in words.
bool is_words(std::string_view sample) {
  std::size_t blanks = 0;
  for (std::size_t i = 1; i + 1 < sample.size(); ++i) {
    const bool inside = is_blank(sample[i]) && sample[i - 1] > ' ' && sample[i + 1] > ' ';
    blanks += inside ? 1 : 0;
  }
  return blanks >= blanks_of_words;
}

}  // namespace

void FlowedText::feed(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const auto newline = text.find('\n');
    const bool ended = newline != std::string_view::npos;
    const std::string_view piece = text.substr(0, ended ? newline + 1 : text.size());
    text.remove_prefix(piece.size());
    if (raw_) {
      out += piece;
      raw_ = !ended;
      continue;
    }
    const std::size_t room = flowed_line_max - std::min(flowed_line_max, held_.size());
    held_ += piece.substr(0, room);
    if (piece.size() > room) {
      line(held_, false, out);
      held_.clear();
      open_ = false;
      out += piece.substr(room);
      raw_ = !ended;
    } else if (ended) {
      line(held_, true, out);
      held_.clear();
    }
  }
}

void FlowedText::finish(std::string& out) {
  if (!held_.empty()) line(held_, false, out);
  held_.clear();
}

/// RFC 3676 4.1 to 4.4: quote marks, space-stuffing, trailing space, the signature's `-- `.
void FlowedText::line(std::string_view text, bool ended, std::string& out) {
  std::string_view end;
  if (ended) {
    end = text.ends_with("\r\n") ? text.substr(text.size() - 2) : text.substr(text.size() - 1);
  }
  text.remove_suffix(end.size());
  std::size_t depth = 0;
  while (depth < text.size() && text[depth] == '>') ++depth;
  std::string_view content = text.substr(depth);
  if (content.starts_with(' ')) content.remove_prefix(1);
  const bool signature = content == "-- ";
  if (open_ && (depth != quote_depth_ || signature)) {
    out += "\r\n";
    open_ = false;
  }
  if (!open_ && depth > 0) {
    out.append(depth, '>');
    if (!content.empty()) out += ' ';
  }
  quote_depth_ = depth;
  open_ = ended && content.ends_with(' ') && !signature;
  if (open_ && delete_space_) content.remove_suffix(1);
  out += content;
  if (!open_) out += end;
}

TextDecoder::TextDecoder(const Part& part)
    : undecided_(encoding_of(part.encoding) == Encoding::base64),
      transfer_(part.encoding),
      charset_(part.parameter("charset")) {
  const bool flowed = part.is("text", "plain") && iequals(part.parameter("format"), "flowed");
  if (flowed) flowed_ = std::make_unique<FlowedText>(iequals(part.parameter("delsp"), "yes"));
}

void TextDecoder::feed(std::string_view encoded, std::string& out) {
  if (undecided_) {
    const std::size_t taken = std::min(encoded.size(), sample_bytes - sample_.size());
    sample_ += encoded.substr(0, taken);
    encoded.remove_prefix(taken);
    if (sample_.size() < sample_bytes) return;
    decide(out);
  }
  decode(encoded, out);
}

void TextDecoder::decide(std::string& out) {
  undecided_ = false;
  if (is_words(sample_)) transfer_ = TransferDecoder(Encoding::identity);
  const std::string sample = std::move(sample_);
  decode(sample, out);
}

void TextDecoder::decode(std::string_view encoded, std::string& out) {
  bytes_.clear();
  transfer_.feed(encoded, bytes_);
  std::string& text = flowed_ ? text_ : out;
  charset_.feed(bytes_, text);
  if (flowed_) pass_on(out);
}

void TextDecoder::finish(std::string& out) {
  if (undecided_) decide(out);
  bytes_.clear();
  transfer_.finish(bytes_);
  std::string& text = flowed_ ? text_ : out;
  charset_.feed(bytes_, text);
  charset_.finish(text);
  if (!flowed_) return;
  pass_on(out);
  flowed_->finish(out);
}

void TextDecoder::pass_on(std::string& out) {
  flowed_->feed(text_, out);
  text_.clear();
}

std::string decode_text_part(std::string_view encoded, const Part& part) {
  TextDecoder decoder(part);
  std::string out;
  decoder.feed(encoded, out);
  decoder.finish(out);
  return out;
}

}  // namespace godwit::convert
