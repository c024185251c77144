/// A connection that is TCP, TLS or a Unix socket: read, write, wait. One coroutine at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"

namespace godwit::net {

class Stream {
 public:
  virtual ~Stream() = default;
  /// At least one byte, or 0 at the end of the stream. Throws boost::system::system_error.
  virtual Task<std::size_t> read_some(std::span<char> buffer) = 0;
  /// All of it.
  virtual Task<> write_all(std::string_view bytes) = 0;
  /// Returns when bytes may be read (or the peer closed) without taking them.
  virtual Task<> wait_readable() = 0;
  /// Calls `then` once on the loop when readable or closed: what a parked connection costs. After
  /// `cancel` or `close`, or when the stream goes, it is dropped uncalled.
  virtual void on_readable(std::move_only_function<void()> then) = 0;
  virtual void cancel() noexcept = 0;
  virtual void close() noexcept = 0;
  /// Tells the peer that no more bytes come; reading goes on. Where that is not possible: nothing.
  virtual void end_writing() noexcept {}
  /// "192.0.2.1:4711", for the log and trusted-proxy rules.
  virtual std::string peer() const = 0;
  virtual bool is_tls() const = 0;
  /// What a TLS client proved to be its own, in DER, and behind it the issuers that it sent. Nobody
  /// has verified them. Empty: it was not asked, or has none.
  virtual std::vector<std::string> certificates() const { return {}; }
};

}  // namespace godwit::net
