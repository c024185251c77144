/// An asynchronous WebDAV client: requests of many users over few kept connections to each server,
/// each with the user's own credentials. Bodies are bounded; redirects stay with the
/// server, since credentials go with them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "base/sink.hpp"
#include "base/task.hpp"
#include "dav/multistatus.hpp"
#include "dav/url.hpp"
#include "http/client.hpp"

namespace godwit::dav {

struct ClientSettings {
  std::string ca_file;  // empty = the system's
  bool verify = true;
  std::size_t connections_max = 8;  // to each server
  std::chrono::milliseconds connect_limit{10'000};
  std::chrono::milliseconds request_limit{30'000};  // also for a place among the connections
};

struct Credentials {
  /// Basic, with name and password; Bearer, where the password is a token (RFC 6750).
  enum class Scheme : std::uint8_t { basic, bearer };
  std::string user;
  Secret password;
  Scheme scheme = Scheme::basic;
};

enum class Depth : std::uint8_t { none, zero, one };

struct Request {
  std::string method;  // any of RFC 9110, 4918, 3253, 4791
  Url url;
  Depth depth = Depth::none;
  std::string content_type{};  // of `body`; empty = XML
  std::string body{};
  std::vector<http::Header> headers{};
};

struct Reply {
  int status = 0;
  Url url;            // where the answer came from, after redirects
  std::string etag;   // strong, or empty
  std::string dav{};  // compliance classes (RFC 4918 10.1)
  std::string body;   // empty where the bytes went to the asker's sink
  std::optional<std::chrono::seconds> retry_after;

  bool ok() const { return status >= 200 && status < 300; }
};

class Client {
 public:
  explicit Client(ClientSettings settings);
  ~Client();

  /// The answer, whatever its status. With `out`, the body of a 2xx goes there as it comes; what it
  /// held of an answer that broke off is to be thrown away. Throws Fault: unavailable, timed_out,
  /// busy (no place among the connections in time), corrupt (not HTTP, too long, a redirect to
  /// another server or in circles). What may be sent again after a kept connection turned out to be
  /// closed is: a write only with a condition that fails when the first one arrived.
  Task<Reply> send(const Credentials& credentials, Request request, Sink* out = nullptr);
  /// PROPFIND or REPORT: the entries go to `take`. A 207 gives the sync-token beside them in
  /// `sync_token`. Throws as above, and corrupt when a 2xx is no multistatus.
  struct Listing {
    Reply reply;
    std::string sync_token;
    bool told = false;  // a multistatus came
  };
  Task<Listing> list(const Credentials& credentials, Request request, Multistatus::Take take);

  /// Connections that are kept; for tests.
  std::size_t connections() const;

 private:
  struct Slot;
  struct Pool;
  Pool& pool_of(const Origin& origin);
  Task<Reply> send_once(const Credentials& credentials, const Request& request, Sink* out);

  ClientSettings settings_;
  std::map<Origin, std::unique_ptr<Pool>> pools_;
};

/// RFC 9110 10.2.3: seconds; a date is not read, as our clock is not the server's.
std::optional<std::chrono::seconds> read_retry_after(std::string_view text);

}  // namespace godwit::dav
