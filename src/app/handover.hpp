/// From one process to the next without a closed door: the new one gets the listening sockets, and
/// begins when the old one has let go of everything else
/// (docs/adr/0021-a-new-process-takes-over.md).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "http/farewell.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

namespace godwit::app {

/// The new process, as the old one sees it.
class Successor {
 public:
  /// Starts `arguments[0]`, a path, with the sockets passed as systemd does, and a channel. Error:
  /// it cannot be started.
  static Result<Successor> start(const net::Executor& executor,
                                 const std::vector<std::string>& arguments,
                                 const std::vector<net::PassedSocket>& sockets);

  pid_t pid() const { return pid_; }
  /// Whether it told that it can begin; false when it ended instead, or took longer and was killed.
  Task<bool> prepared(std::chrono::seconds limit);
  void end() noexcept;

 private:
  Successor(pid_t pid, std::unique_ptr<net::Stream> channel)
      : pid_(pid), channel_(std::move(channel)) {}
  pid_t pid_;
  std::unique_ptr<net::Stream> channel_;
};

/// The old process, as the new one sees it.
class Predecessor {
 public:
  /// Nothing when this process was not started to take over. Call it before there are threads: it
  /// makes the sockets that were passed ours.
  static std::optional<Predecessor> of_environment();

  /// Tells that this process can begin, and returns when the other one has let go. Blocks.
  void take_over() noexcept;

 private:
  explicit Predecessor(int channel) : channel_(channel) {}
  Descriptor channel_;
};

/// Ends this process at once, but for a fork that holds the farewell's connections and nothing
/// else, and answers them over `spread`. Who cannot fork answers first.
[[noreturn]] void part(http::Farewell farewell, std::chrono::seconds spread);

/// The file that this process runs, to run its replacement by the same name. Call it at the start.
std::string own_program();

}  // namespace godwit::app
