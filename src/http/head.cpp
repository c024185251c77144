#include "http/head.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace godwit::http {
namespace {

constexpr std::size_t chunk_line_bytes_max = 1024;
constexpr std::size_t trailer_bytes_max = 8 * 1024;

using Refused = std::unexpected<Refusal>;

Refused refuse(int status, std::string reason) {
  return std::unexpected(Refusal{status, std::move(reason)});
}

/// RFC 9110 5.6.2
bool is_token(std::string_view text) {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
           marks.contains(c);
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}

/// The next line without its CRLF; nothing when a bare LF or CR is in it.
std::optional<std::string_view> next_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || end == 0 || text[end - 1] != '\r') return std::nullopt;
  const auto line = text.substr(0, end - 1);
  text.remove_prefix(end + 1);
  if (line.contains('\r')) return std::nullopt;
  return line;
}

std::optional<Refusal> parse_target(std::string_view target, Head& head) {
  head.target = target;
  // RFC 9112 3.2.2: the absolute form must be accepted; its host is not ours to judge.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!istarts_with(target, scheme)) continue;
    target.remove_prefix(scheme.size());
    const auto slash = target.find_first_of("/?");
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
    break;
  }
  const auto question = target.find('?');
  if (question != std::string_view::npos) head.query = target.substr(question + 1);
  auto path = percent_decode(target.substr(0, question));
  if (!path) return Refusal{400, "bad escape in the request target"};
  if (!path->starts_with('/') && !(head.method == "OPTIONS" && *path == "*")) {
    return Refusal{400, "the request target is not a path"};
  }
  head.path = std::move(*path);
  return std::nullopt;
}

std::optional<Refusal> parse_request_line(std::string_view line, Head& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return Refusal{400, "the request line is not METHOD target HTTP/1.1"};
  }
  head.method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(head.method)) return Refusal{400, "the method is not a token"};
  if (target.empty() || !std::ranges::all_of(target, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte != 0x7F;
      })) {
    return Refusal{400, "the request target has a blank or control character"};
  }
  if (version.size() != 8 || !version.starts_with("HTTP/")) {
    return Refusal{400, "the request line does not end in HTTP/1.1"};
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return Refusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  }
  head.http_1_0 = version == "HTTP/1.0";
  head.keep_alive = !head.http_1_0;
  return parse_target(target, head);
}

std::optional<Refusal> apply_length(std::string_view value, Head& head) {
  const auto length = parse_number<std::uint64_t>(value);
  const bool digits = std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  if (!length || !digits) return Refusal{400, "Content-Length is not a number"};
  if (head.content_length) return Refusal{400, "Content-Length is given twice"};
  head.content_length = length;
  return std::nullopt;
}

/// Acts upon the headers that frame the message or rule the connection.
std::optional<Refusal> apply_header(const Header& header, Head& head) {
  if (iequals(header.name, "Content-Length")) return apply_length(header.value, head);
  if (iequals(header.name, "Transfer-Encoding")) {
    if (head.chunked || head.http_1_0) return Refusal{400, "Transfer-Encoding is not allowed so"};
    if (!iequals(header.value, "chunked")) {
      return Refusal{501, "no Transfer-Encoding but chunked is supported"};
    }
    head.chunked = true;
  } else if (iequals(header.name, "Connection")) {
    if (lists_token(header.value, "close")) {
      head.keep_alive = false;
    } else if (head.http_1_0 && lists_token(header.value, "keep-alive")) {
      head.keep_alive = true;
    }
  } else if (iequals(header.name, "Expect")) {
    if (!iequals(header.value, "100-continue")) return Refusal{417, "unknown expectation"};
    head.expect_continue = !head.http_1_0;
  }
  return std::nullopt;
}

std::optional<Refusal> parse_field(std::string_view line, Head& head) {
  if (line.starts_with(' ') || line.starts_with('\t')) {
    return Refusal{400, "folded header lines are not accepted"};  // RFC 9112 5.2
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return Refusal{400, "a header line is not of the form Name: value"};
  }
  const auto value = trim(line.substr(colon + 1));
  if (!is_field_value(value)) return Refusal{400, "control character in a header"};
  if (head.headers.size() == header_count_max) return Refusal{431, "too many headers"};
  head.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  return apply_header(head.headers.back(), head);
}

}  // namespace

std::optional<std::size_t> head_size(std::string_view buffer, std::size_t& scanned) {
  std::size_t start = 0;  // RFC 9112 2.2: blank lines before a request are skipped
  while (buffer.substr(start).starts_with("\r\n")) start += 2;
  if (start == buffer.size()) return std::nullopt;
  // A blank line ends the head, however it is written: parse_head refuses the wrong ways at once.
  for (std::size_t at = std::max(scanned, start); at < buffer.size(); ++at) {
    if (buffer[at] != '\n' || at == start) continue;
    if (at + 1 < buffer.size() && buffer[at + 1] == '\n') return at + 2;
    if (buffer.substr(at + 1).starts_with("\r\n")) return at + 3;
  }
  scanned = buffer.size() < 3 ? 0 : buffer.size() - 3;
  return std::nullopt;
}

std::expected<Head, Refusal> parse_head(std::string_view text) {
  while (text.starts_with("\r\n")) text.remove_prefix(2);
  Head head;
  const auto request_line = next_line(text);
  if (!request_line) return refuse(400, "the request line does not end in CRLF");
  if (auto refusal = parse_request_line(*request_line, head)) {
    return std::unexpected(std::move(*refusal));
  }
  for (;;) {
    const auto line = next_line(text);
    if (!line) return refuse(400, "a header line does not end in CRLF");
    if (line->empty()) break;
    if (auto refusal = parse_field(*line, head)) return std::unexpected(std::move(*refusal));
  }
  if (!text.empty()) return refuse(400, "bytes after the head");
  if (head.chunked && head.content_length) {
    return refuse(400, "both Content-Length and Transfer-Encoding");  // RFC 9112 6.3
  }
  const auto hosts = std::ranges::count_if(
      head.headers, [](const Header& header) { return iequals(header.name, "Host"); });
  if (hosts > 1 || (hosts == 0 && !head.http_1_0)) {
    return refuse(400, "exactly one Host header is needed");  // RFC 9112 3.2
  }
  return head;
}

std::string_view find_header(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (iequals(header.name, name)) return header.value;
  }
  return {};
}

bool lists_token(std::string_view value, std::string_view token) {
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    const auto item = value.substr(0, comma);
    value.remove_prefix(std::min(comma + 1, value.size()));
    const auto semicolon = std::min(item.find(';'), item.size());
    if (!iequals(trim(item.substr(0, semicolon)), token)) continue;
    const auto parameter = trim(item.substr(std::min(semicolon + 1, item.size())));
    // RFC 9110 12.4.2: a weight of nothing but zeros means "not acceptable".
    return !istarts_with(parameter, "q=0") ||
           parameter.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc{} || end != digits.data() + 2 || value == 0) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

std::expected<bool, Refusal> ChunkedDecoder::take_line(std::string_view& bytes) {
  const auto end = bytes.find('\n');
  const auto part = bytes.substr(0, end);
  if (line_.size() + part.size() > chunk_line_bytes_max) return refuse(400, "chunk line too long");
  line_ += part;
  if (end == std::string_view::npos) {
    bytes = {};
    return false;
  }
  bytes.remove_prefix(end + 1);
  if (!line_.ends_with('\r')) return refuse(400, "a chunk line does not end in CRLF");
  line_.pop_back();
  if (line_.contains('\r')) return refuse(400, "bare CR in a chunk line");
  return true;
}

std::optional<Refusal> ChunkedDecoder::on_size_line() {
  const std::string_view size = std::string_view(line_).substr(0, line_.find(';'));
  const auto number = trim(size);
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), value, 16);
  // Blanks may stand before the extension only (RFC 9112 7.1.1), and never a sign or 0x.
  if (error != std::errc{} || end != number.data() + number.size() || number.empty() ||
      size.starts_with(' ') || size.starts_with('\t') || value > (std::uint64_t{1} << 60U)) {
    return Refusal{400, "bad chunk size"};
  }
  left_ = value;
  state_ = value == 0 ? State::trailer : State::data;
  line_.clear();
  return std::nullopt;
}

std::expected<std::size_t, Refusal> ChunkedDecoder::feed(std::string_view bytes, Sink& out) {
  const std::size_t given = bytes.size();
  while (!bytes.empty() && state_ != State::done) {
    if (state_ == State::data) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      out.append(bytes.substr(0, count));
      bytes.remove_prefix(count);
      left_ -= count;
      if (left_ == 0) state_ = State::data_end;
      continue;
    }
    const std::size_t before = bytes.size();
    const auto whole = take_line(bytes);
    if (!whole) return std::unexpected(whole.error());
    if (state_ == State::trailer) {
      trailer_bytes_ += before - bytes.size();
      if (trailer_bytes_ > trailer_bytes_max) return refuse(400, "trailers too long");
    }
    if (!*whole) break;
    if (state_ == State::size_line) {
      if (auto refusal = on_size_line()) return std::unexpected(std::move(*refusal));
    } else if (state_ == State::data_end) {
      if (!line_.empty()) return refuse(400, "a chunk is longer than its size says");
      state_ = State::size_line;
    } else if (line_.empty()) {
      state_ = State::done;
    }
    line_.clear();
  }
  return given - bytes.size();
}

}  // namespace godwit::http
