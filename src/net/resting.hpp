/// Sockets that nobody reads from for long: one epoll set of our own, which is one descriptor to
/// Asio. Asio's own watching takes 500 bytes a socket; here it is what the kernel needs. Private to
/// net/.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <vector>

namespace godwit::net {

/// What rests; called on the loop.
class RestingSocket {
 public:
  virtual void awake() = 0;

 protected:
  ~RestingSocket() = default;
};

class Resting final : public boost::asio::execution_context::service {
 public:
  using key_type = Resting;

  /// The one of the loop that `executor` belongs to.
  static Resting& of(const boost::asio::any_io_executor& executor);
  explicit Resting(boost::asio::execution_context& context);
  ~Resting() override;

  boost::asio::io_context& context() noexcept { return context_; }

  /// Calls `socket.awake()` once when the descriptor is readable or closed by its peer. Throws
  /// boost::system::system_error.
  void add(RestingSocket& socket, int descriptor);
  /// Calls it on the next turn of the loop.
  void wake_soon(RestingSocket& socket);
  /// It is not called any more; with the descriptor that was added, -1 if none was.
  void remove(RestingSocket& socket, int descriptor) noexcept;

 private:
  void shutdown() override;
  void listen();
  void take_events();
  void take_soon();

  boost::asio::io_context& context_;
  boost::asio::posix::stream_descriptor set_;
  int set_descriptor_;
  std::size_t resting_ = 0;
  bool listening_ = false;
  std::array<epoll_event, 64> events_{};  // those taken and not called yet
  std::size_t taken_ = 0;
  std::vector<RestingSocket*> soon_;
};

}  // namespace godwit::net
