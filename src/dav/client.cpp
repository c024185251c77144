#include "dav/client.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "dav/limits.hpp"
#include "net/deadline.hpp"
#include "net/keyed_lock.hpp"

namespace godwit::dav {
namespace {

constexpr Log conversation("dav.conversation");
constexpr std::chrono::seconds retry_after_max{600};

std::string_view depth_text(Depth depth) { return depth == Depth::one ? "1" : "0"; }

/// Sent again it does nothing more: it is idempotent (RFC 9110 9.2.2, RFC 4918 9), or its condition
/// fails the second time.
bool may_repeat(const Request& request) {
  const auto is = [&](std::string_view method) { return request.method == method; };
  if (is("PROPFIND") || is("REPORT") || is("GET") || is("OPTIONS") || is("PROPPATCH") ||
      is("DELETE")) {
    return true;
  }
  return is("PUT") && std::ranges::any_of(request.headers, [](const http::Header& header) {
           return header.name.starts_with("If-");
         });
}

http::ClientRequest http_request(const Credentials& credentials, const Request& request) {
  http::ClientRequest out;
  out.method = request.method;
  out.target = request.url.path;
  out.body = request.body;
  const std::string password(credentials.password.reveal());
  out.headers.push_back(
      {"Authorization", credentials.scheme == Credentials::Scheme::bearer
                            ? "Bearer " + password
                            : "Basic " + base64_encode(credentials.user + ':' + password)});
  out.headers.push_back({"User-Agent", "Godwit"});
  if (request.depth != Depth::none) {
    out.headers.push_back({"Depth", std::string(depth_text(request.depth))});
  }
  if (!request.body.empty()) {
    out.headers.push_back({"Content-Type", request.content_type.empty()
                                               ? "application/xml; charset=utf-8"
                                               : request.content_type});
  }
  out.headers.insert(out.headers.end(), request.headers.begin(), request.headers.end());
  return out;
}

/// Knows whether an answer has begun to come.
class Noting final : public Sink {
 public:
  explicit Noting(Sink& out) : out_(out) {}
  void append(std::string_view bytes) override {
    touched = true;
    count += bytes.size();
    out_.append(bytes);
  }
  bool touched = false;
  std::size_t count = 0;  // bytes

 private:
  Sink& out_;
};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

/// One connection at most, used by one request at a time.
struct Client::Slot {
  http::Client client;
  bool used = false;
  std::size_t wanted = 0;  // requests that have it or wait for it
};

struct Client::Pool {
  std::vector<Slot> slots;
  net::KeyedLocks locks;

  /// The one with the fewest before it; among those, one that was used already.
  std::size_t best() const {
    const auto at = std::ranges::min_element(slots, [](const Slot& a, const Slot& b) {
      return a.wanted != b.wanted ? a.wanted < b.wanted : a.used > b.used;
    });
    return static_cast<std::size_t>(at - slots.begin());
  }
};

Client::Client(ClientSettings settings) : settings_(std::move(settings)) {}
Client::~Client() = default;

std::size_t Client::connections() const {
  std::size_t count = 0;
  for (const auto& [origin, pool] : pools_) {
    count += static_cast<std::size_t>(std::ranges::count(pool->slots, true, &Slot::used));
  }
  return count;
}

Client::Pool& Client::pool_of(const Origin& origin) {
  auto& pool = pools_[origin];
  if (pool) return *pool;
  pool = std::make_unique<Pool>();
  net::ConnectSettings server{
      .host = origin.host, .port = origin.port, .limit = settings_.connect_limit};
  if (origin.tls) {
    server.tls = net::TlsClientSettings{
        .host = {}, .ca_file = settings_.ca_file, .insecure = !settings_.verify};
  }
  for (std::size_t i = 0; i < std::max<std::size_t>(1, settings_.connections_max); ++i) {
    pool->slots.push_back(Slot{http::Client(server, answer_bytes_max)});
  }
  return *pool;
}

namespace {

/// Counts a request among those of its slot.
class Turn {
 public:
  explicit Turn(std::size_t& count) : count_(count) { ++count_; }
  ~Turn() { --count_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace

Task<Reply> Client::send_once(const Credentials& credentials, const Request& request, Sink* out) {
  Pool& pool = pool_of(request.url.origin);
  const std::size_t index = pool.best();
  Slot& slot = pool.slots[index];
  const Turn turn(slot.wanted);
  std::shared_ptr<void> held;
  try {
    held = co_await net::with_deadline(settings_.request_limit,
                                       pool.locks.acquire(std::to_string(index)));
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::timed_out) throw;
  }
  if (!held) throw Fault(Fault::Kind::busy, "all connections to the DAV server are in use");
  StringSink unused;
  Noting noting(out == nullptr ? unused : *out);
  std::optional<http::ClientReply> answer;
  bool again = slot.used && may_repeat(request);
  // RFC 9112 9.3.1: a kept connection may be closed while the request is on its way, so what may
  // not be sent again gets a new one.
  if (slot.used && !again) slot.client.close();
  const auto began = std::chrono::steady_clock::now();
  while (!answer) {
    try {
      answer =
          co_await slot.client.send(http_request(credentials, request), settings_.request_limit,
                                    out == nullptr ? nullptr : &noting);
    } catch (const Fault& fault) {
      if (!again || noting.touched || fault.kind() != Fault::Kind::unavailable) throw;
      again = false;
    }
  }
  slot.used = true;
  const auto took = std::chrono::steady_clock::now() - began;
  conversation.debug("request",
                     {{"method", request.method},
                      {"path", request.url.path},
                      {"status", answer->status},
                      {"bytes_out", request.body.size()},
                      {"bytes_in", noting.count + answer->body.size()},
                      {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
  Reply reply;
  reply.status = answer->status;
  reply.url = request.url;
  reply.etag = strong_etag(answer->header("ETag"));
  // RFC 9110 5.3: servers spread it over several lines.
  for (const http::Header& each : answer->headers) {
    if (iequals(each.name, "DAV")) reply.dav += (reply.dav.empty() ? "" : ", ") + each.value;
  }
  reply.retry_after = read_retry_after(answer->header("Retry-After"));
  reply.body = std::move(answer->body);
  if (is_redirect(reply.status)) {
    auto target = resolve(request.url, answer->header("Location"));
    if (!target) throw Fault(Fault::Kind::corrupt, "DAV: " + target.error().message);
    reply.url = std::move(*target);
  }
  co_return reply;
}

Task<Reply> Client::send(const Credentials& credentials, Request request, Sink* out) {
  for (std::size_t turns = 0; turns <= redirects_max; ++turns) {
    auto reply = co_await send_once(credentials, request, out);
    if (!is_redirect(reply.status)) co_return reply;
    // The password is for this server alone.
    if (reply.url.origin != request.url.origin) {
      throw Fault(Fault::Kind::corrupt, "the DAV server " + request.url.origin.text() +
                                            " points to another one: " + reply.url.origin.text());
    }
    request.url = std::move(reply.url);
  }
  throw Fault(Fault::Kind::corrupt, "the DAV server redirects in circles");
}

Task<Client::Listing> Client::list(const Credentials& credentials, Request request,
                                   Multistatus::Take take) {
  Multistatus entries(std::move(take));
  Listing listing;
  listing.reply = co_await send(credentials, std::move(request), &entries);
  if (!listing.reply.ok()) co_return listing;
  const auto whole = entries.finish();
  if (!whole)
    throw Fault(Fault::Kind::corrupt, "the DAV server's answer: " + whole.error().message);
  listing.sync_token = entries.sync_token();
  listing.told = true;
  co_return listing;
}

std::optional<std::chrono::seconds> read_retry_after(std::string_view text) {
  const auto seconds = parse_number<std::uint32_t>(trim(text));
  if (!seconds) return std::nullopt;
  return std::min<std::chrono::seconds>(std::chrono::seconds(*seconds), retry_after_max);
}

}  // namespace godwit::dav
