/// godwitd as a process of its own whose memory is read: for tests and benchmarks of what only a
/// whole process shows.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "app/config.hpp"

namespace godwit::test {

/// Bytes, as the system counts them.
struct ProcessMemory {
  std::uint64_t resident = 0;  // now
  std::uint64_t peak = 0;      // the most since the start or the last forget_peak
};

/// Starts on construction; is asked to stop, and waited for, on destruction.
class MeasuredDaemon {
 public:
  struct Setup {
    std::string folder;                 // made when it is not there; databases in it are used again
    std::vector<std::string> settings;  // further lines of TOML, "section.key = value"
    bool tls = false;                   // listens for HTTPS too, with a certificate made for it
    bool lmtp = false;
  };
  /// Throws Fault (unavailable) when the daemon does not come to serve.
  explicit MeasuredDaemon(Setup setup);
  ~MeasuredDaemon();
  MeasuredDaemon(const MeasuredDaemon&) = delete;
  MeasuredDaemon& operator=(const MeasuredDaemon&) = delete;

  /// What the daemon of this setup is configured with; databases can be prepared before the start.
  static app::Config configuration(const Setup& setup);

  pid_t pid() const { return pid_; }
  /// `door`: "http", "https" or "lmtp".
  std::uint16_t port(const std::string& door) const;
  /// The control socket's answer to `operation` with `arguments` (JSON); throws Fault on a refusal.
  std::string ask(const std::string& operation, const std::string& arguments = "{}") const;
  void add_user(const std::string& login, const std::string& password) const;
  std::uint64_t parked() const;
  std::uint64_t connections() const;

  ProcessMemory memory() const;
  void forget_peak() const;

 private:
  std::string socket_;
  std::vector<std::string> listening_;
  pid_t pid_ = -1;
};

/// Of any process of ours.
ProcessMemory memory_of(pid_t process);

}  // namespace godwit::test
