/// Listening sockets: TCP, Unix, or handed over by systemd.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

namespace godwit::net {

class Listener {
 public:
  /// `address`: "127.0.0.1", "::1", "::" (both families where the system does so) or "0.0.0.0".
  /// Port 0 takes a free one. The error names the address and what is wrong with it.
  static Result<Listener> tcp(const Executor& executor, const std::string& address,
                              std::uint16_t port);
  /// Replaces a socket file that nobody listens on. `mode`: its permissions.
  static Result<Listener> unix_socket(const Executor& executor, const std::string& path,
                                      unsigned mode);
  /// Takes a descriptor that listens already.
  static Result<Listener> adopt(const Executor& executor, int descriptor);

  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  /// The next connection. Waits a little and goes on when descriptors have run out (logged).
  /// Throws boost::system::system_error(operation_aborted) after close.
  Task<std::unique_ptr<Stream>> accept();
  std::uint16_t port() const;
  /// "127.0.0.1:8082", "[::]:443".
  std::string address() const;
  /// To hand it on; the listener keeps it.
  int descriptor() const;
  void close() noexcept;

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state);
  static Task<std::unique_ptr<Stream>> accept_one(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared with the accept that waits
};

struct PassedSocket {
  int descriptor;
  std::string name;  // FileDescriptorName= of the socket unit; may be empty
};

/// The sockets that systemd passed to this process (sd_listen_fds), and no child of it.
/// `listen_pid`, `listen_fds`, `listen_fdnames`: the variables' values.
std::vector<PassedSocket> passed_sockets(const char* listen_pid, const char* listen_fds,
                                         const char* listen_fdnames);

}  // namespace godwit::net
