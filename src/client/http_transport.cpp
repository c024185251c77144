#include "client/http_transport.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace godwit::client {
namespace {

net::ConnectSettings connect_settings(const ServerUrl& url, const Trust& trust) {
  net::ConnectSettings out;
  out.host = url.host;
  out.port = url.port;
  if (url.tls) {
    out.tls = net::TlsClientSettings{
        .host = url.host, .ca_file = trust.ca_file, .insecure = trust.insecure, .own = trust.own};
  }
  return out;
}

/// `host`, `host:port`, `[::1]:port`.
Result<> read_authority(std::string_view text, ServerUrl& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return fail(Errc::malformed, "the URL's [ is not closed");
    url.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    url.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (url.host.empty()) return fail(Errc::malformed, "the URL names no host");
  if (port.empty()) return {};
  const auto number = parse_number<std::uint16_t>(port.substr(1));
  if (port.front() != ':' || !number || *number == 0) {
    return fail(Errc::malformed, "the URL's port is no number from 1 to 65535");
  }
  url.port = *number;
  return {};
}

}  // namespace

Result<ServerUrl> parse_url(std::string_view text) {
  ServerUrl out;
  constexpr std::string_view separator = "://";
  if (const std::size_t at = text.find(separator); at != std::string_view::npos) {
    const std::string scheme = ascii_lower(text.substr(0, at));
    if (scheme != "http" && scheme != "https") {
      return fail(Errc::malformed, "a URL begins with http:// or https://");
    }
    out.tls = scheme == "https";
    text.remove_prefix(at + separator.size());
  }
  out.port = out.tls ? 443 : 80;
  const std::size_t slash = std::min(text.find('/'), text.size());
  if (auto read = read_authority(text.substr(0, slash), out); !read) return pass(read);
  if (slash + 1 < text.size()) out.path = text.substr(slash);
  return out;
}

HttpTransport::HttpTransport(const ServerUrl& url, const Trust& trust)
    : client_(connect_settings(url, trust)) {}

Task<Answer> HttpTransport::send(Wire request) {
  http::ClientRequest out{.method = std::move(request.method),
                          .target = std::move(request.target),
                          .headers = std::move(request.headers),
                          .body = std::move(request.body)};
  http::ClientReply reply = co_await client_.send(std::move(out), request.patience);
  Answer answer{.status = reply.status, .headers = std::move(reply.headers), .body = {}};
  answer.body = std::move(reply.body);
  co_return answer;
}

}  // namespace godwit::client
