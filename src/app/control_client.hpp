/// The command's side of the control socket: one request, one reply, blocking.
#pragma once

#include <string>

#include "base/result.hpp"

namespace godwit::app {

class ControlClient {
 public:
  /// Error not_found: nobody listens there; refused: the socket is not ours to use.
  static Result<ControlClient> connect(const std::string& socket);
  ControlClient(ControlClient&& other) noexcept;
  ControlClient& operator=(ControlClient&& other) = delete;
  ~ControlClient();

  /// The reply's line without its end. Error incomplete: the daemon went away.
  Result<std::string> ask(const std::string& request);

 private:
  explicit ControlClient(int socket) : socket_(socket) {}
  int socket_;
  std::string pending_;
};

}  // namespace godwit::app
