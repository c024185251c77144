/// godwitd as a process of its own: on free loopback ports, with a configuration and a state folder
/// that nothing else uses. For tests and benchmarks of what only a whole process shows, its memory
/// for one. Everything here blocks.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "client/device.hpp"
#include "client/http_transport.hpp"

namespace godwit::test {

/// What a command printed, and how it ended.
struct Finished {
  int code = 0;
  std::string output;  // standard output and standard error
};

/// What `status` over the control socket tells.
struct Status {
  std::string mode;
  std::string problem;
  unsigned parked = 0;
  unsigned connections = 0;
  std::vector<std::string> listening;
};

/// Bytes, as the system counts them.
struct ProcessMemory {
  std::uint64_t resident = 0;  // now
  std::uint64_t peak = 0;      // the most since the start or the last forget_peak
};

inline constexpr const char* password = "secret";

class DaemonProcess {
 public:
  /// How it is started.
  struct Launch {
    std::string within;        // a command that becomes the command behind it: "unshare -m"
    std::vector<int> sockets;  // passed as a service manager does, from descriptor 3 on
    std::string socket_names;  // LISTEN_FDNAMES
  };

  /// Makes a folder of its own, which goes with it; the process comes with `start`.
  DaemonProcess();
  /// Uses `folder`, which stays: databases in it are used again. Made when it is not there.
  explicit DaemonProcess(std::string folder);
  /// Kills what still runs.
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  const std::string& folder() const { return folder_; }
  std::string state_folder() const { return folder_ + "/state"; }
  /// Lines of the configuration by section; "[sign_in]" for one that may be there several times.
  /// `start` and `write_config` write them to the file.
  std::map<std::string, std::string> config;
  void write_config() const;
  /// Listens for HTTPS too, with a certificate made for it; for LMTP.
  void listen_tls();
  void listen_lmtp();
  /// What it will be configured with; databases can be prepared before the start.
  app::Config configuration() const;

  /// Returns once it told that it is ready. Throws std::runtime_error with its log when it ends
  /// instead.
  void start();
  void start(const Launch& launch);
  /// Runs it to an end that comes by itself: a start that must fail.
  Finished run_to_end();
  void signal(int number) const;
  /// Lets a new process take over (SIGUSR2): returns once that is ready, the old one has ended, and
  /// this object stands for the new one.
  void hand_over();
  /// Its exit code; -1 when a signal killed it. Throws when it is still there after 30 s.
  int wait_for_end();
  /// SIGTERM, and wait_for_end().
  int stop();
  /// As a crash: SIGKILL.
  void kill();
  pid_t pid() const { return pid_; }

  /// All that it logged; and whether a line with `text` came within 20 s.
  std::string log() const;
  bool wait_for_log(std::string_view text) const;
  /// Whether the service manager was told `state` within 20 s.
  bool wait_for_state(std::string_view state);

  /// An operation over the control socket: whether it was done.
  bool ask(const std::string& operation, const std::map<std::string, std::string>& arguments) const;
  Status status() const;
  void add_user(const std::string& login, const std::string& secret = password) const;
  /// `godwit ARGUMENTS`, with this daemon's configuration.
  Finished command(const std::string& arguments) const;

  /// The port of the first listening address that begins so: "http ".
  std::uint16_t port(std::string_view door) const;
  client::ServerUrl url() const;

  ProcessMemory memory() const;
  void forget_peak() const;

 private:
  void make_config();
  void wait_until_ready();
  void read_states(std::chrono::milliseconds limit);

  std::string folder_;
  bool keeps_folder_ = false;
  int states_socket_ = -1;
  std::string states_;  // what the service manager was told
  pid_t pid_ = -1;
};

/// A phone of one user.
class Phone {
 public:
  /// With a bearer token it signs in by that.
  Phone(const DaemonProcess& daemon, const std::string& user, const std::string& id = "phone1",
        const std::string& token = {});
  Phone(const client::ServerUrl& url, const client::Trust& trust, const std::string& user,
        const std::string& id, const std::string& token = {});

  client::Device& operator*() { return device_; }
  client::Device* operator->() { return &device_; }
  /// FolderSync and a whole Sync of the inbox; the inbox's id. Throws when one fails.
  std::string inbox();
  /// SendMail; the HTTP status, or the command's where there is one.
  int send(const std::string& mime);
  /// Ping on a connection and a thread of its own.
  std::future<client::Answer> ping(const std::string& collection, unsigned heartbeat_seconds) const;

 private:
  client::ServerUrl url_;
  client::Trust trust_;
  client::HttpTransport transport_;
  client::Device device_;
  unsigned sent_ = 0;
};

/// The Status of a Ping's answer; 0 when it is no such answer.
int ping_status(const client::Answer& answer);

/// Polls until `done`, for at most 20 s; what it said last.
bool wait_until(const std::function<bool()>& done);

/// One HTTP request on a connection of its own to `address`; `sent_first` goes before it. The whole
/// answer; empty when the connection was closed without one.
struct RawRequest {
  std::string head = "OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1";
  std::string user = {};  // empty: no Authorization
  std::string password = test::password;
  std::string sent_first = {};
  std::string address = "127.0.0.1";
};
std::string ask_http(std::uint16_t port, const RawRequest& request);

/// A listening loopback socket.
struct BoundSocket {
  BoundSocket();
  ~BoundSocket();
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;
  int descriptor = -1;
  std::uint16_t port = 0;
};

}  // namespace godwit::test
