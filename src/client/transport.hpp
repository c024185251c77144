/// How the client's requests reach a server: over HTTP, or straight into a service in the same
/// process (tests, simulator).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "http/message.hpp"
#include "watch/hub.hpp"

namespace godwit::client {

/// A request as it goes out; repeated byte for byte when an answer was lost.
struct Wire {
  std::string method = "POST";
  std::string target;  // path?query
  std::vector<http::Header> headers;
  std::string body;
  std::chrono::seconds patience{60};  // how long an answer may take; more for Ping
};

struct Answer {
  int status = 0;
  std::vector<http::Header> headers;
  std::string body;

  /// Case-insensitive; empty when there is none.
  std::string_view header(std::string_view name) const;
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// Throws Fault (unavailable, timed_out) when there is no answer.
  virtual Task<Answer> send(Wire request) = 0;
};

/// Into a service of this process. A request that parks is kept until the hub ends it; time passes
/// by `while_parked` alone.
class ServiceTransport final : public Transport {
 public:
  /// A request that waits in the hub.
  class Held {
   public:
    virtual ~Held() = default;
    virtual bool ended() const = 0;
    virtual Time deadline() const = 0;
    /// The answer, or nothing when the request parked again. Throws Fault::Kind::unavailable while
    /// the hub has not ended it.
    virtual Task<std::optional<Answer>> answer() = 0;
  };
  /// An answer, or what is held.
  struct Started {
    Answer answer;
    std::unique_ptr<Held> held;  // null = answered
  };

  /// Called while a request is parked, until it ends: may deliver mail, move the clock on. Returns
  /// false when nothing more will happen, which is a Fault::Kind::timed_out for the sender.
  using WhileParked = std::function<bool(Time deadline)>;
  /// Sees every answer with its request.
  using Inspect = std::function<void(const Wire&, const Answer&)>;

  ServiceTransport(http::Service& service, watch::Hub& hub, WhileParked while_parked);

  void inspect_with(Inspect inspect) { inspect_ = std::move(inspect); }
  /// As seen by the server: the same for requests that follow each other on one connection.
  void set_connection(std::uint64_t connection) { connection_ = connection; }

  Task<Answer> send(Wire request) override;
  Task<Started> start(Wire request);

 private:
  http::Service& service_;
  watch::Hub& hub_;
  WhileParked while_parked_;
  Inspect inspect_;
  std::uint64_t connection_ = 1;
};

}  // namespace godwit::client
