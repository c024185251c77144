/// The line that each request of a device has in the log: who asked for what, what came of it, and
/// where the time went. Another is written when one that waited is answered.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "backend/spent.hpp"
#include "base/id.hpp"
#include "command/session.hpp"
#include "command/table.hpp"
#include "http/message.hpp"
#include "watch/hub.hpp"

namespace godwit::command {

/// Begins with the request, or with what woke it.
class RequestLog {
 public:
  /// What is done before there is a session.
  backend::Spent& spent() { return spent_; }
  /// Copies what a request that waits gives away.
  void begin(const Session& session, const Command& command);
  /// "document", "refused" ...
  void end(std::string_view outcome) { outcome_ = outcome; }
  /// Remembers it for who looks at the device, too. `status`: of the command as a whole; 0: that of
  /// HTTP counts. `woken`: by what.
  void write(const Session& session, const http::Outcome& outcome, int status,
             std::optional<watch::Wake> woken = {}) const;

 private:
  backend::Spent::Steady::time_point began_ = backend::Spent::Steady::now();
  backend::Spent spent_;
  std::optional<UserId> user_;
  std::optional<DeviceId> device_;
  std::string_view command_;
  std::string_view outcome_;
};

/// All calls of backends of the session that came to an end.
std::chrono::milliseconds backend_time(const Session& session);

/// One request's time. A backend's is null where nothing was asked of it.
struct TimeTree {
  const backend::Spent* before = nullptr;  // what is done before the command
  const backend::Spent* mail = nullptr;
  const backend::Spent* items = nullptr;
  const backend::Spent* submission = nullptr;
  backend::Spent::Steady::duration total{};
};

/// "sign_in:3,mail:790(fetch:700/3,statuses:90/1),rest:12": milliseconds, and after the stroke the
/// number of calls; what took less than one is left out. "0" of nothing.
std::string text(const TimeTree& tree);

}  // namespace godwit::command
