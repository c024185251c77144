// The writing half of Connection.
#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "base/text.hpp"
#include "http/connection.hpp"
#include "http/date.hpp"
#include "http/gzip.hpp"
#include "net/loop.hpp"

namespace godwit::http {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;
constexpr std::size_t join_bytes_max = 16 * 1024;  // head and small body leave in one write
constexpr std::size_t compress_bytes_min = 1024;
constexpr std::size_t pieces_in_a_row = 16;

std::string_view phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 431:
      return "Request Header Fields Too Large";
    case 449:
      return "Retry after sending a PROVISION command";
    case 451:
      return "Redirect";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

bool is_compressible(const Reply& reply) {
  if (!find_header(reply.headers, "Content-Encoding").empty()) return false;
  const auto type = find_header(reply.headers, "Content-Type");
  return istarts_with(type, "text/") || istarts_with(type, "application/vnd.ms-sync") ||
         istarts_with(type, "application/json") || istarts_with(type, "application/xml");
}

bool has_no_body(int status) { return status == 204 || status == 304; }

/// What a header line holds: whatever comes from outside cannot begin another line.
void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += (byte < 0x20 && c != '\t') || byte == 0x7F ? ' ' : c;
  }
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

}  // namespace

std::string Connection::reply_head(const Reply& reply, std::uint64_t length,
                                   bool compressed) const {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + ' ';
  head += phrase(reply.status);
  head += "\r\n";
  for (const Header& header : reply.headers) append_header(head, header.name, header.value);
  if (compressed) {
    head += "Content-Encoding: gzip\r\n";
    append_header(head, "Vary", "Accept-Encoding");
  }
  if (!has_no_body(reply.status)) append_header(head, "Content-Length", std::to_string(length));
  append_header(head, "Date", http_date(core_->clock.now()));
  append_header(head, "Connection", keep_alive_ ? "keep-alive" : "close");
  head += "\r\n";
  return head;
}

Task<> Connection::write(std::string_view bytes) {
  if (expired_) throw boost::system::system_error(boost::asio::error::timed_out);
  arm_for(bytes.size());
  co_await stream_->write_all(bytes);
}

Task<std::shared_ptr<const Body>> Connection::compress(std::shared_ptr<const Body> body) {
  const auto writer = core_->spools.writer();
  Compressor compressor;
  const auto bytes = body->view();
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    compressor.feed(bytes.substr(at, piece_bytes), *writer);
    body->release(at);
    if (at / piece_bytes % 4 == 3) co_await net::yield_to_others();
  }
  compressor.finish(*writer);
  co_return writer->finish();
}

Task<> Connection::write_reply(Reply reply) {
  auto body = reply.body;
  if (body == nullptr || has_no_body(reply.status)) body = text_body({});
  const bool compressed =
      accepts_gzip_ && !head_only_ && body->size() > compress_bytes_min && is_compressible(reply);
  unlink();
  if (compressed) {
    reply.body = nullptr;
    body = co_await compress(std::move(body));
  }
  std::string head = reply_head(reply, body->size(), compressed);
  const auto bytes = head_only_ ? std::string_view{} : body->view();
  if (bytes.size() <= join_bytes_max) {
    head += bytes;
    co_await write(head);
    co_return;
  }
  co_await write(head);
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    co_await write(bytes.substr(at, piece_bytes));
    if (at / piece_bytes % pieces_in_a_row == pieces_in_a_row - 1) {
      body->release(at + piece_bytes);
      co_await net::yield_to_others();
    }
  }
}

}  // namespace godwit::http
