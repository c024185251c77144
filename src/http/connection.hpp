/// One client connection; internal to http/. Its coroutine lives only while a request is read,
/// handled or answered: between requests and while parked only this object is there.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/head.hpp"
#include "http/server.hpp"
#include "watch/wheel.hpp"

namespace godwit::http {

class Connection;

/// What all connections of a server share.
struct ServerCore {
  ServerCore(const net::Executor& where, Clock& the_clock, ServerSettings the_settings,
             Service& the_service, watch::Hub& the_hub, Spools& the_spools)
      : executor(where),
        clock(the_clock),
        settings(std::move(the_settings)),
        service(the_service),
        hub(the_hub),
        spools(the_spools),
        wheel(clock.now(), std::chrono::milliseconds(256), 1024) {}

  net::Executor executor;
  Clock& clock;
  ServerSettings settings;
  Service& service;
  watch::Hub& hub;
  Spools& spools;
  watch::TimerWheel wheel;
  std::vector<std::shared_ptr<Connection>> connections;  // in any order
  std::vector<std::shared_ptr<net::Listener>> listeners;
  std::uint64_t last_id = 0;
  std::size_t handshakes = 0;
  bool draining = false;
  bool parting = false;  // all that waits is answered by a farewell: nothing wakes it
  bool closed = false;   // handshakes that end now are too late
};

class Connection final : public std::enable_shared_from_this<Connection>, public watch::WheelNode {
 public:
  Connection(std::shared_ptr<ServerCore> core, std::unique_ptr<net::Stream> stream,
             std::uint64_t id, bool refused)
      : core_(std::move(core)), stream_(std::move(stream)), id_(id), refused_(refused) {}

  /// Keeps it in the list of the server, and reads from it.
  void begin();
  /// The deadline set last has passed.
  void expired();
  void close() noexcept;
  bool is_idle() const noexcept { return mode_ == Mode::idle; }
  /// Nothing was asked on it so far.
  bool is_fresh() const noexcept { return is_idle() && !used_; }
  bool is_used_and_idle() const noexcept { return is_idle() && used_; }
  bool is_parked() const noexcept { return mode_ == Mode::parked; }
  /// The hub, or the server's shutdown, ends the parked request.
  void wake(watch::Ended ended);
  /// Of a parked request: the answer of a server that stops goes to `farewell`, with the stream,
  /// and the connection ends.
  Task<> part(Farewell& farewell);

 private:
  enum class Mode : std::uint8_t { idle, busy, parked, closed };

  static Task<> run(std::shared_ptr<Connection> self);
  Task<> converse();
  Task<std::optional<watch::Ended>> end_of_parked();
  /// Answers or parks; true when the connection goes on with the next request now.
  Task<bool> settle(Outcome outcome);
  void park(Parked parked);
  void wait_readable(Mode mode);
  void on_readable(std::uint16_t epoch);
  void start();
  /// Closed to all who know it; the stream is not.
  void leave() noexcept;

  void arm(std::chrono::milliseconds limit);
  void arm_for(std::uint64_t bytes);

  /// Appends to buffer_: the count, 0 at the end of the stream, nothing when the deadline passed.
  Task<std::optional<std::size_t>> read_more();
  /// Nothing: the connection is to be closed; a refusal was answered already.
  Task<std::optional<Request>> read_request();
  Task<std::expected<bool, Refusal>> read_head(Head& head);
  std::vector<std::string> certificates_of(const std::vector<Header>& headers) const;
  Task<std::expected<std::shared_ptr<const Body>, Refusal>> read_body(Head head);

  Task<> write(std::string_view bytes);
  Task<> write_reply(Reply reply);
  Task<std::shared_ptr<const Body>> compress(std::shared_ptr<const Body> body);
  std::string reply_head(const Reply& reply, std::uint64_t length, bool compressed) const;
  Task<> refuse(Refusal refusal);
  Task<> linger();

  std::shared_ptr<ServerCore> core_;
  std::unique_ptr<net::Stream> stream_;
  std::string buffer_;  // read, but not used yet
  std::move_only_function<Task<Outcome>(watch::Ended)> resume_;
  std::unique_ptr<watch::ParkHandle> handle_;
  std::unique_ptr<watch::Ended> woken_;
  std::uint64_t id_;
  std::uint32_t place_ = 0;  // in ServerCore::connections
  std::uint16_t epoch_ = 0;  // tells a late readiness callback from the current one
  Mode mode_ = Mode::idle;
  bool refused_ : 1;  // beyond the limit: answered 503
  bool expired_ : 1 = false;
  bool used_ : 1 = false;
  // Of the request in work:
  bool keep_alive_ : 1 = false;
  bool head_only_ : 1 = false;
  bool accepts_gzip_ : 1 = false;
};

}  // namespace godwit::http
