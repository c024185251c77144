#include "imap/splitter.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace godwit::imap {
namespace {

/// The literal that a line ends with: `{n}`, `{n+}`; nothing when it ends otherwise.
std::optional<std::string_view> literal_length(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  const std::size_t open = line.rfind('{');
  if (open == std::string_view::npos) return std::nullopt;
  std::string_view digits = line.substr(open + 1, line.size() - open - 2);
  if (digits.ends_with('+')) digits.remove_suffix(1);
  const bool number = !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos;
  return number ? std::optional(digits) : std::nullopt;
}

}  // namespace

void ResponseSplitter::feed(std::string_view bytes) {
  if (in_literal_ && begin_ == pending_.size()) {  // straight to where it belongs
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(literal_left_, bytes.size()));
    response_.literals.back().append(bytes.substr(0, count));
    literal_left_ -= count;
    bytes.remove_prefix(count);
  }
  if (begin_ > 0) {
    pending_.erase(0, begin_);
    scanned_ -= std::min(scanned_, begin_);
    begin_ = 0;
  }
  pending_ += bytes;
}

std::optional<Result<RawResponse>> ResponseSplitter::next() {
  while (!failed_) {
    if (in_literal_ && !take_literal()) return std::nullopt;
    scanned_ = std::max(scanned_, begin_);
    const std::size_t line_feed = pending_.find('\n', scanned_);
    const std::size_t line_bytes =
        response_.line.size() + std::min(line_feed, pending_.size()) - begin_;
    if (line_bytes > limits_.line_bytes) {
      failed_ = Error{Errc::too_large, "the server's line is too long"};
      break;
    }
    if (line_feed == std::string::npos) {
      scanned_ = pending_.size();
      return std::nullopt;
    }
    // Quirk bare_line_feed: the CR may be missing.
    const bool has_return = line_feed > begin_ && pending_[line_feed - 1] == '\r';
    failed_ = end_line(line_feed - (has_return ? 1 : 0), line_feed + 1);
    if (complete_) {
      complete_ = false;
      literal_total_ = 0;
      return std::exchange(response_, {});
    }
  }
  return std::unexpected(*failed_);
}

bool ResponseSplitter::take_literal() {
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(literal_left_, pending_.size() - begin_));
  const std::string_view bytes = std::string_view(pending_).substr(begin_, count);
  response_.literals.back().append(bytes);
  begin_ += count;
  literal_left_ -= count;
  if (literal_left_ > 0) return false;
  in_literal_ = false;
  return true;
}

std::optional<Error> ResponseSplitter::end_line(std::size_t line_end, std::size_t after) {
  const std::string_view line = std::string_view(pending_).substr(begin_, line_end - begin_);
  response_.line += line;
  std::optional<Error> error;
  if (literal_length(line)) {
    error = begin_literal(line);
    response_.line += '\n';
  } else if (response_.line.empty()) {
    // An empty line between responses means nothing.
  } else {
    complete_ = true;
  }
  begin_ = scanned_ = after;
  return error;
}

std::optional<Error> ResponseSplitter::begin_literal(std::string_view line) {
  const auto length = parse_number<std::uint64_t>(literal_length(line).value_or("0"));
  if (!length) return Error{Errc::malformed, "bad length of a literal"};
  if (response_.literals.size() >= literals_max) {
    return Error{Errc::too_large, "too many literals in a response"};
  }
  if (*length > limits_.literal_bytes || literal_total_ > limits_.literal_bytes - *length) {
    return Error{Errc::too_large, "the server's literal is too long"};
  }
  literal_total_ += static_cast<std::size_t>(*length);
  response_.literals.emplace_back();
  literal_left_ = *length;
  in_literal_ = true;
  return std::nullopt;
}

}  // namespace godwit::imap
