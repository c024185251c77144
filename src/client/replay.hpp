/// A trace (client/trace_file.hpp) sent again, and what came instead of the recorded answers.
///
/// A server gives other keys and ids: what stands at the same place of its answer as a recorded one
/// takes that one's place in the requests that follow; folders are paired by their names. Each
/// device is another one, so that the recorded one loses nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "client/device.hpp"
#include "client/node.hpp"
#include "client/trace_file.hpp"
#include "client/transport.hpp"

namespace godwit::client {

struct ReplayedRequest {
  std::uint64_t number = 0;  // as recorded
  std::string command;
  std::string recorded, now;  // "HTTP 200, status 1"
  std::string why_not;        // not empty: it could not be sent
  bool differs() const { return !why_not.empty() || recorded != now; }
};

struct ReplaySettings {
  Device::Settings device;  // who signs in, as which device, at which path
  std::chrono::seconds patience{60};
  std::string of_device = {};  // requests of this one of the trace alone; empty: of all
};

class Replay {
 public:
  /// Requests that others overtook, since they waited, have a transport of their own.
  using MakeTransport = std::function<std::unique_ptr<Transport>()>;

  /// Errors: unsupported, for a trace without content; not_found, for a device that it has not.
  static Result<Replay> of(TraceFile trace, ReplaySettings settings);
  /// All in the order of the trace. Does not throw when a request fails: that is a difference.
  Task<std::vector<ReplayedRequest>> run(MakeTransport make);

 private:
  struct Step {
    TracedRequest request;
    std::optional<TracedAnswer> answer;
    bool is_overtaken = false;
    std::size_t device = 0;  // in the order of their first requests
  };
  enum class Kind : std::uint8_t { sync_key, policy_key, id };
  /// Of what, as recorded of which device: two may have got the same id for two things.
  using Names = std::map<std::tuple<std::size_t, Kind, std::string>, std::string>;

  Replay(std::vector<Step> steps, ReplaySettings settings)
      : steps_(std::move(steps)), settings_(std::move(settings)) {}
  static std::optional<Kind> kind_of(wbxml::Tag tag);
  Result<Wire> wire_of(const Step& step, Transport& transport) const;
  std::string name(std::size_t device, Kind kind, const std::string& recorded) const;
  void rename(std::size_t device, Node& node) const;
  void pair(std::size_t device, const Node& recorded, const Node& now);
  void learn(const Step& step, const Answer& answer);

  std::vector<Step> steps_;
  ReplaySettings settings_;
  Names names_;
};

}  // namespace godwit::client
