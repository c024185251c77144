/// HTTP messages between a connection and the services behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/sink.hpp"
#include "base/task.hpp"
#include "watch/hub.hpp"

namespace godwit::http {

/// Bytes of a body: in memory when small, in an unlinked file (mapped while it lives) when large.
class Body {
 public:
  virtual ~Body() = default;
  virtual std::uint64_t size() const = 0;
  /// All of it, contiguous; a mapped file costs address space, not memory. Valid while the Body
  /// lives.
  virtual std::string_view view() const = 0;
  /// Tells that everything before `offset` is not needed in memory any more (a hint for mapped
  /// bodies).
  virtual void release(std::uint64_t offset) const { static_cast<void>(offset); }
};

/// A body being written: the sink that handlers write answers to. In memory up to a limit, then a
/// file.
class BodyWriter : public Sink {
 public:
  virtual std::shared_ptr<const Body> finish() = 0;
};

/// Makes body writers; the implementation knows where spools live.
class Spools {
 public:
  virtual ~Spools() = default;
  virtual std::unique_ptr<BodyWriter> writer() = 0;
};

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  std::string method;  // upper case
  std::string target;  // as sent: path?query
  std::string path;    // percent-decoded, without the query
  std::string query;   // as sent
  std::vector<Header> headers;
  std::shared_ptr<const Body> body;  // never null
  std::string peer;  // address of the client: after PROXY and X-Forwarded-For of trusted proxies
  bool tls = false;  // the client's connection (or the trusted proxy's X-Forwarded-Proto)
  std::uint64_t connection =
      0;  // the same number for requests that follow each other on one connection
  /// The client's, in DER, and behind it the issuers that it sent: proven to be its own by TLS, or
  /// so says a trusted proxy. Nobody has verified them yet. Empty: it shows none.
  std::vector<std::string> certificates{};

  /// Case-insensitive; empty when there is none.
  std::string_view header(std::string_view name) const;
};

struct Reply {
  int status = 200;
  std::vector<Header> headers;       // Content-Length, Date and Connection are added
  std::shared_ptr<const Body> body;  // null = empty
  bool close = false;                // end the connection after it
};

struct Outcome;

/// The request waits in the hub. The connection frees everything but this, and calls `resume` when
/// it ends. What woke it may turn out to be nothing for this device: then `resume` parks it again.
struct Parked {
  watch::ParkRequest park;
  std::move_only_function<Task<Outcome>(watch::Ended)> resume;
};

struct Outcome : std::variant<Reply, Parked> {
  using variant::variant;
};

class Service {
 public:
  virtual ~Service() = default;
  /// Never throws: faults have become replies.
  virtual Task<Outcome> handle(Request request) = 0;
};

std::shared_ptr<const Body> text_body(std::string text);

}  // namespace godwit::http
