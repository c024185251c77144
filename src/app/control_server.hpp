/// The daemon's side of the control socket: requests and replies of admin::Operations, a line
/// each. The socket's permissions are the only sign-in.
#pragma once

#include <memory>
#include <string>

#include "admin/operations.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"

namespace godwit::app {

class ControlServer {
 public:
  /// Error: the socket cannot be made, or another daemon answers on it.
  static Result<std::unique_ptr<ControlServer>> start(net::Loop& loop, const std::string& path,
                                                      admin::Operations& operations);
  ~ControlServer();

 private:
  ControlServer(net::Loop& loop, std::string path, net::Listener listener,
                admin::Operations& operations);
  struct State;
  std::shared_ptr<State> state_;  // shared with the connections that are open
};

}  // namespace godwit::app
