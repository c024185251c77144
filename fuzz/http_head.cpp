// links: godwit_http
//
// Request heads, chunked bodies and PROXY headers: the first bytes that strangers send.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/forwarded.hpp"
#include "http/head.hpp"
#include "net/proxy_protocol.hpp"

namespace {

using namespace godwit;

/// The size must not depend on how the bytes arrive.
void check_size(std::string_view input) {
  std::size_t scanned = 0;
  const auto whole = http::head_size(input, scanned);
  scanned = 0;
  for (std::size_t count = 0; count <= input.size() && count < 300; ++count) {
    const auto size = http::head_size(input.substr(0, count), scanned);
    if (size && size != whole) std::abort();
    if (size) break;
  }
  if (!whole) return;
  const auto head = http::parse_head(input.substr(0, *whole));
  if (!head) return;
  if (head->chunked && head->content_length) std::abort();
  const auto trusted = [](std::string_view peer) { return peer.size() % 2 == 0; };
  static_cast<void>(http::origin_of(head->headers, "10.0.0.1", false, trusted));
  static_cast<void>(http::lists_token(http::find_header(head->headers, "Accept-Encoding"), "gzip"));
}

/// What is decoded must not depend on it either.
void check_chunks(std::string_view input) {
  http::ChunkedDecoder whole;
  StringSink whole_out;
  const auto used = whole.feed(input, whole_out);
  http::ChunkedDecoder pieces;
  StringSink pieces_out;
  std::size_t total = 0;
  bool refused = false;
  for (std::size_t at = 0; at < input.size() && !pieces.done() && !refused; at += 3) {
    const auto step = pieces.feed(input.substr(at, 3), pieces_out);
    refused = !step;
    total += step.value_or(0);
  }
  if (refused == used.has_value()) std::abort();
  if (refused) return;
  if (total != *used || whole_out.text() != pieces_out.text()) std::abort();
}

}  // namespace

/// Whatever is read out of a proxy's header is shorter than that.
void check_certificate(std::string_view input) {
  const auto certificate = http::forwarded_certificate(input);
  if (certificate && (certificate->empty() || certificate->size() >= input.size())) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_size(input);
  check_chunks(input);
  check_certificate(input);
  static_cast<void>(net::parse_proxy_header(input));
  return 0;
}
