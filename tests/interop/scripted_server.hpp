/// A server that follows a script, line by line, on a loopback port and a thread of its own: for
/// what real servers cannot be made to do.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace godwit::interop {

/// One script a connection, in the order they come. Lines:
///   "S: text"   sends it and CRLF; `$` is the tag of the last line received, `%` of the one before
///   "C: text"   reads a line, which must hold the text
///   "+N"        reads N octets
///   "until: text" reads lines up to this one
///   "raw: text" sends it without CRLF
///   "stall"     says nothing more until the client goes
/// At its end a script closes the connection.
using Script = std::vector<std::string>;

class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Script> scripts);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return connections_; }
  /// Scripts that came to their end, or whose client went.
  std::size_t finished() const { return finished_; }
  /// What went otherwise than the scripts say.
  std::vector<std::string> complaints() const;

 private:
  void serve();
  void follow(int peer, const Script& script);
  void complain(std::string what);

  std::vector<Script> scripts_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<std::size_t> finished_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> complaints_;
  std::jthread thread_;
};

}  // namespace godwit::interop
