/// Traces: what passes between the devices of one user and the server, written to a file.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

namespace godwit::admin {

struct TraceOrder {
  UserId user;
  bool full = false;  // with content, which else is left out
  std::chrono::minutes lasts{60};
};

struct Trace {
  UserId user;
  std::string file;
  bool full = false;
  Time ends{};
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;  // of the file
};

class Traces {
 public:
  static constexpr std::chrono::minutes minutes_max{24 * 60};

  virtual ~Traces() = default;
  /// Errors: conflict (one of this user goes on), too_large (so many go on, or are kept, already),
  /// refused (no file can be written).
  virtual Result<Trace> begin(TraceOrder order) = 0;
  /// What was written. Error: not_found.
  virtual Result<Trace> end(const UserId& user) = 0;
  /// Those that go on.
  virtual std::vector<Trace> list() = 0;
};

}  // namespace godwit::admin
