// The reading half of Connection: head, body, and who is speaking.
#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "http/connection.hpp"
#include "http/forwarded.hpp"
#include "http/gzip.hpp"
#include "net/network.hpp"

namespace godwit::http {
namespace {

constexpr std::size_t read_bytes = 16 * 1024;

/// Where body bytes go: bounded, decompressed when sent so.
class BodySink final : public Sink {
 public:
  BodySink(std::unique_ptr<BodyWriter> writer, std::uint64_t bytes_max, bool gzip)
      : writer_(std::move(writer)), bytes_left_(bytes_max) {
    if (gzip) decompressor_.emplace(bytes_max);
  }

  void append(std::string_view bytes) override {
    if (refusal_ || bytes.empty()) return;
    if (bytes.size() > bytes_left_) {
      refusal_ = Refusal{413, "the request is larger than this server takes"};
      return;
    }
    bytes_left_ -= bytes.size();
    try {
      if (!decompressor_) return writer_->append(bytes);
      if (const auto fed = decompressor_->feed(bytes, *writer_); !fed) {
        refusal_ = Refusal{fed.error().code == Errc::too_large ? 413 : 400, fed.error().message};
      }
    } catch (const Fault& fault) {
      refusal_ = Refusal{503, "no room for the request just now"};
    }
  }

  std::expected<std::shared_ptr<const Body>, Refusal> finish() {
    if (!refusal_ && decompressor_) {
      if (const auto ended = decompressor_->finish(); !ended) {
        refusal_ = Refusal{400, ended.error().message};
      }
    }
    if (refusal_) return std::unexpected(*refusal_);
    try {
      return writer_->finish();
    } catch (const Fault& fault) {
      return std::unexpected(Refusal{503, "no room for the request just now"});
    }
  }

  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  std::unique_ptr<BodyWriter> writer_;
  std::uint64_t bytes_left_;
  std::optional<Decompressor> decompressor_;
  std::optional<Refusal> refusal_;
};

/// Takes body bytes off the front of a buffer until the body is whole.
class BodyFraming {
 public:
  explicit BodyFraming(const Head& head)
      : chunked_(head.chunked), left_(head.content_length.value_or(0)) {}

  std::optional<Refusal> take(std::string& buffer, Sink& out) {
    if (chunked_) {
      const auto used = decoder_.feed(buffer, out);
      if (!used) return used.error();
      buffer.erase(0, *used);
    } else {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size()));
      out.append(std::string_view(buffer).substr(0, count));
      buffer.erase(0, count);
      left_ -= count;
    }
    return std::nullopt;
  }
  bool done() const { return chunked_ ? decoder_.done() : left_ == 0; }

 private:
  bool chunked_;
  std::uint64_t left_;
  ChunkedDecoder decoder_;
};

}  // namespace

Task<std::optional<std::size_t>> Connection::read_more() {
  if (expired_) co_return std::nullopt;
  std::array<char, read_bytes> piece;
  std::size_t count = 0;
  try {
    count = co_await stream_->read_some(piece);
  } catch (const boost::system::system_error& error) {
    if (!expired_ || error.code() != boost::asio::error::operation_aborted) throw;
    co_return std::nullopt;
  }
  buffer_.append(piece.data(), count);
  co_return count;
}

Task<std::expected<bool, Refusal>> Connection::read_head(Head& head) {
  arm(core_->settings.head_limit);
  std::size_t scanned = 0;
  std::optional<std::size_t> size;
  while (!(size = head_size(buffer_, scanned))) {
    if (buffer_.size() >= head_bytes_max) {
      co_return std::unexpected(Refusal{431, "the request head is too long"});
    }
    const auto count = co_await read_more();
    if (!count) co_return std::unexpected(Refusal{408, "the request head took too long"});
    if (*count == 0) co_return false;
  }
  if (*size > head_bytes_max) {
    co_return std::unexpected(Refusal{431, "the request head is too long"});
  }
  auto parsed = parse_head(std::string_view(buffer_).substr(0, *size));
  buffer_.erase(0, *size);
  if (!parsed) co_return std::unexpected(std::move(parsed.error()));
  head = std::move(*parsed);
  co_return true;
}

Task<std::optional<Request>> Connection::read_request() {
  head_only_ = false;
  accepts_gzip_ = false;
  Head head;
  const auto whole = co_await read_head(head);
  if (!whole) {
    co_await refuse(whole.error());
    co_return std::nullopt;
  }
  if (!*whole) co_return std::nullopt;
  if (refused_) {
    co_await refuse({503, "too many connections"});
    co_return std::nullopt;
  }
  keep_alive_ = head.keep_alive;
  head_only_ = head.method == "HEAD";
  accepts_gzip_ = lists_token(find_header(head.headers, "Accept-Encoding"), "gzip");
  const std::string peer = stream_->peer();
  auto origin = origin_of(head.headers, std::string(net::address_of(peer)), stream_->is_tls(),
                          core_->settings.trusted_proxy);
  Request request{.method = head.method,
                  .target = std::move(head.target),
                  .path = std::move(head.path),
                  .query = std::move(head.query),
                  .headers = head.headers,
                  .body = nullptr,
                  .peer = std::move(origin.peer),
                  .tls = origin.tls,
                  .connection = id_,
                  .certificates = certificates_of(head.headers)};
  auto body = co_await read_body(std::move(head));
  if (!body) {
    co_await refuse(body.error());
    co_return std::nullopt;
  }
  if (*body == nullptr) co_return std::nullopt;
  request.body = std::move(*body);
  co_return std::move(request);
}

/// A proxy's own certificate is not the client's. Of two headers one may be the client's making.
std::vector<std::string> Connection::certificates_of(const std::vector<Header>& headers) const {
  const ServerSettings& settings = core_->settings;
  const std::string peer = stream_->peer();
  if (!settings.trusted_proxy(net::address_of(peer))) return stream_->certificates();
  const auto is_it = [&settings](const Header& header) {
    return !settings.certificate_header.empty() &&
           iequals(header.name, settings.certificate_header);
  };
  if (std::ranges::count_if(headers, is_it) != 1) return {};
  auto shown = forwarded_certificate(find_header(headers, settings.certificate_header));
  if (!shown) return {};
  return {*std::move(shown)};
}

Task<std::expected<std::shared_ptr<const Body>, Refusal>> Connection::read_body(Head head) {
  const auto& settings = core_->settings;
  const auto coding = find_header(head.headers, "Content-Encoding");
  const bool gzip = iequals(coding, "gzip") || iequals(coding, "x-gzip");
  if (!gzip && !coding.empty() && !iequals(coding, "identity")) {
    co_return std::unexpected(Refusal{415, "no Content-Encoding but gzip is supported"});
  }
  if (!head.chunked && head.content_length.value_or(0) == 0) co_return text_body({});
  if (head.content_length.value_or(0) > settings.body_bytes_max) {
    co_return std::unexpected(Refusal{413, "the request is larger than this server takes"});
  }
  if (head.expect_continue && buffer_.empty()) co_await write("HTTP/1.1 100 Continue\r\n\r\n");
  BodySink sink(core_->spools.writer(), settings.body_bytes_max, gzip);
  BodyFraming framing(head);
  const Time start = core_->clock.now();
  std::uint64_t received = 0;
  for (;;) {
    if (auto refusal = framing.take(buffer_, sink)) co_return std::unexpected(std::move(*refusal));
    if (sink.refusal()) co_return std::unexpected(*sink.refusal());
    if (framing.done()) break;
    const auto allowed =
        settings.body_limit + std::chrono::seconds(received / settings.bytes_per_second_min);
    core_->wheel.schedule(*this, start + allowed);
    const auto count = co_await read_more();
    if (!count) co_return std::unexpected(Refusal{408, "the request body came too slowly"});
    if (*count == 0) co_return nullptr;  // closed in the middle: nobody to answer
    received += *count;
  }
  co_return sink.finish();
}

}  // namespace godwit::http
