#include "http/client.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "http/gzip.hpp"
#include "http/head.hpp"
#include "net/deadline.hpp"

namespace godwit::http {
namespace {

constexpr std::size_t reply_head_bytes_max = 64 * 1024;

[[noreturn]] void nonsense(const std::string& what) {
  throw Fault(Fault::Kind::corrupt, "HTTP reply: " + what);
}

/// Hands on to another sink, up to a bound.
class Bounded final : public Sink {
 public:
  Bounded(Sink& out, std::uint64_t bytes_max) : out_(out), left_(bytes_max) {}
  void append(std::string_view bytes) override {
    if (bytes.size() > left_) nonsense("body too large");
    left_ -= bytes.size();
    out_.append(bytes);
  }

 private:
  Sink& out_;
  std::uint64_t left_;
};

/// RFC 9112 9.3: whether the connection can be used again after this reply.
bool keeps_connection(const ClientReply& reply) {
  const std::string_view connection = reply.header("Connection");
  if (lists_token(connection, "close")) return false;
  return !reply.http_1_0 || lists_token(connection, "keep-alive");
}

ClientReply parse_reply_head(std::string_view head) {
  ClientReply reply;
  for (bool first = true; !head.empty(); first = false) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    if (first) {
      const auto status = parse_number<int>(line.substr(std::min<std::size_t>(9, line.size()), 3));
      if (!line.starts_with("HTTP/1.") || !status || *status < 100) nonsense("no status line");
      reply.status = *status;
      reply.http_1_0 = line.starts_with("HTTP/1.0");
    } else if (!line.empty()) {
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) nonsense("bad header line");
      reply.headers.push_back(
          {std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
    }
  }
  return reply;
}

std::string request_bytes(const ClientRequest& request, const net::ConnectSettings& server) {
  std::string bytes = request.method + ' ' + request.target + " HTTP/1.1\r\n";
  if (find_header(request.headers, "Host").empty()) {
    const bool v6 = server.host.contains(':');
    bytes += "Host: " + (v6 ? "[" + server.host + "]" : server.host) + ':' +
             std::to_string(server.port) + "\r\n";
  }
  for (const Header& header : request.headers) {
    bytes += header.name + ": " + header.value + "\r\n";
  }
  if (!request.body.empty() || request.method == "POST") {
    bytes += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  bytes += "\r\n";
  return bytes + request.body;
}

}  // namespace

struct Client::State {
  net::ConnectSettings server;
  std::uint64_t body_bytes_max;
  std::unique_ptr<net::Stream> stream{};
  std::string buffer{};

  Task<ClientReply> exchange(ClientRequest request, Sink* out);
  Task<ClientReply> read_reply(bool head_only, Sink* out);
  Task<> read_body(ClientReply& reply, Sink& out);
  Task<bool> read_more();
};

std::string_view ClientReply::header(std::string_view name) const {
  return find_header(headers, name);
}

Client::Client(net::ConnectSettings server, std::uint64_t body_bytes_max)
    : state_(std::make_unique<State>(std::move(server), body_bytes_max)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

void Client::close() {
  state_->stream.reset();
  state_->buffer.clear();
}

Task<ClientReply> Client::send(ClientRequest request, std::chrono::milliseconds limit, Sink* out) {
  State& state = *state_;
  if (state.stream && (!state.buffer.empty() || !net::is_idle_and_open(*state.stream))) close();
  if (!state.stream) state.stream = co_await net::connect(state.server);
  std::string failure;
  auto kind = Fault::Kind::unavailable;
  try {
    auto reply = co_await net::with_deadline(limit, state.exchange(std::move(request), out));
    if (!keeps_connection(reply)) close();
    co_return std::move(reply);
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::timed_out) kind = Fault::Kind::timed_out;
    failure = error.code().message();
  } catch (const Fault& fault) {
    kind = fault.kind();
    failure = fault.what();
  }
  close();
  throw Fault(kind, state.server.host + ": " + failure);
}

Task<ClientReply> Client::State::exchange(ClientRequest request, Sink* out) {
  co_await stream->write_all(request_bytes(request, server));
  for (;;) {
    auto reply = co_await read_reply(request.method == "HEAD", out);
    if (reply.status >= 200) co_return std::move(reply);  // 100 Continue and its like come before
  }
}

Task<bool> Client::State::read_more() {
  std::array<char, 16 * 1024> piece;
  const auto count = co_await stream->read_some(piece);
  buffer.append(piece.data(), count);
  co_return count != 0;
}

Task<ClientReply> Client::State::read_reply(bool head_only, Sink* out) {
  std::size_t scanned = 0;
  std::optional<std::size_t> size;
  while (!(size = head_size(buffer, scanned))) {
    if (buffer.size() > reply_head_bytes_max) nonsense("head too long");
    if (!co_await read_more()) {
      throw Fault(Fault::Kind::unavailable, "connection closed without a reply");
    }
  }
  auto reply = parse_reply_head(std::string_view(buffer).substr(0, *size));
  buffer.erase(0, *size);
  const bool empty = head_only || reply.status < 200 || reply.status == 204 || reply.status == 304;
  if (empty) co_return std::move(reply);
  StringSink text;
  const bool wanted = out != nullptr && reply.status < 300;
  Bounded body(wanted ? *out : text, body_bytes_max);
  if (iequals(reply.header("Content-Encoding"), "gzip")) {
    StringSink packed;
    Bounded packed_body(packed, body_bytes_max);
    co_await read_body(reply, packed_body);
    Decompressor decompressor(body_bytes_max);
    if (const auto fed = decompressor.feed(packed.text(), body); !fed) {
      nonsense(fed.error().message);
    }
    if (const auto ended = decompressor.finish(); !ended) nonsense(ended.error().message);
  } else {
    co_await read_body(reply, body);
  }
  reply.body = text.take();
  co_return std::move(reply);
}

Task<> Client::State::read_body(ClientReply& reply, Sink& out) {
  if (iequals(reply.header("Transfer-Encoding"), "chunked")) {
    ChunkedDecoder decoder;
    for (;;) {
      const auto used = decoder.feed(buffer, out);
      if (!used) nonsense(used.error().reason);
      buffer.erase(0, *used);
      if (decoder.done()) co_return;
      if (!co_await read_more()) nonsense("cut off");
    }
  }
  const std::string_view given = reply.header("Content-Length");
  if (given.empty()) {
    // RFC 9112 6.3: without a length the connection's end is the body's.
    reply.headers.insert(reply.headers.begin(), {"Connection", "close"});
    do {
      out.append(buffer);
      buffer.clear();
    } while (co_await read_more());
    co_return;
  }
  const auto length = parse_number<std::uint64_t>(given);
  if (!length) nonsense("not a Content-Length");
  for (std::uint64_t left = *length;;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size()));
    out.append(std::string_view(buffer).substr(0, count));
    buffer.erase(0, count);
    left -= count;
    if (left == 0) co_return;
    if (!co_await read_more()) nonsense("cut off");
  }
}

}  // namespace godwit::http
