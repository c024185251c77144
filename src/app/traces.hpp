/// Traces of users (`godwit trace`), and the loggers "request.decoded" and "request.content".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "admin/traces.hpp"
#include "base/clock.hpp"
#include "base/files.hpp"
#include "command/tracer.hpp"

namespace godwit::app {

/// Everything on the loop thread; writing is appending to a file that nobody syncs.
class Traces final : public admin::Traces, public command::Tracer {
 public:
  static constexpr std::size_t running_max = 4;
  /// Files in the folder; whoever made them removes them.
  static constexpr std::size_t kept_max = 32;

  /// What is referred to outlives it. `folder`: made with the first trace.
  Traces(const Clock& clock, FileLayer& files, std::string folder);
  ~Traces() override;  // as stop
  Traces(const Traces&) = delete;
  Traces& operator=(const Traces&) = delete;

  Result<admin::Trace> begin(admin::TraceOrder order) override;
  Result<admin::Trace> end(const UserId& user) override;
  std::vector<admin::Trace> list() override;

  std::unique_ptr<Exchange> begin(const UserId& user, const http::Request& request) override;
  /// Ends those whose time is over; call every few seconds.
  void sweep();
  /// Ends all: nothing comes any more.
  void stop();

 private:
  const Clock& clock_;
  FileLayer& files_;
  std::string folder_;
  std::map<UserId, std::shared_ptr<class UserTrace>> running_;  // shared with what waits
  std::uint64_t next_ = 1;
};

}  // namespace godwit::app
