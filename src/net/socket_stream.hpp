/// A connected socket (TCP or Unix) as a Stream. For net/ and its drivers only: includes Asio.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <string>

#include "net/resting.hpp"
#include "net/stream.hpp"

namespace godwit::net {

/// Asio watches it only while a coroutine waits for it; a socket that rests costs its descriptor.
class SocketStream final : public Stream, private RestingSocket {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  /// Takes the descriptor, which is made non-blocking.
  SocketStream(const boost::asio::any_io_executor& executor, int descriptor, std::string peer);
  ~SocketStream() override;

  Task<std::size_t> read_some(std::span<char> buffer) override;
  Task<> write_all(std::string_view bytes) override;
  Task<> wait_readable() override;
  void on_readable(std::move_only_function<void()> then) override;
  void cancel() noexcept override;
  void close() noexcept override;
  void end_writing() noexcept override;
  std::string peer() const override { return peer_; }
  bool is_tls() const override { return false; }

  int descriptor() const noexcept { return descriptor_; }
  Task<> wait_writable();
  /// Like on_readable of what is readable already.
  void call_soon(std::move_only_function<void()> then);
  /// The address that a trusted proxy names.
  void set_peer(std::string peer) { peer_ = std::move(peer); }

 private:
  void awake() override;
  void stop_resting() noexcept;
  Socket& socket();

  Resting& resting_;
  int descriptor_;
  bool rests_ = false;              // in the set of `resting_`
  std::unique_ptr<Socket> socket_;  // of the same descriptor, once a coroutine had to wait
  std::move_only_function<void()> then_;
  std::string peer_;
};

/// Of a stream made here (TLS: of its socket); -1 of others and of closed ones.
int descriptor_of(Stream& stream);

/// Gives a stream made here as many of the bytes as it takes at once: without a loop.
void write_now(Stream& stream, std::string_view bytes) noexcept;

/// "192.0.2.1:4711", "[2001:db8::1]:4711" or "unix:1000", with its user, of the other end.
std::string name_of_peer(int descriptor);

}  // namespace godwit::net
