/// What the daemon counts while it works, for Prometheus. Loop thread; counting takes no lock.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "backend/spent.hpp"
#include "base/fault.hpp"
#include "base/task.hpp"
#include "command/endpoint.hpp"
#include "command/traffic.hpp"
#include "metrics/page.hpp"

namespace godwit::app {

class RequestCounts final : public command::RequestObserver {
 public:
  RequestCounts() = default;
  /// Requests are counted in `traffic`, too. Both outlive it.
  RequestCounts(command::Traffic& traffic, const Clock& clock)
      : traffic_(&traffic), clock_(&clock) {}
  Moment now() override;
  void ended(const command::RequestFacts& facts, Moment began) override;
  void write(metrics::Page& page) const;

  /// Commands times statuses, of which a working server gives few: bounds the page.
  static constexpr std::size_t series_max = 300;

 private:
  std::map<std::pair<std::string_view, int>, metrics::Latency> all_;
  command::Traffic* traffic_ = nullptr;  // null: nobody looks at it
  const Clock* clock_ = nullptr;
};

/// Calls of one system behind us.
class BackendCounts {
 public:
  using Steady = std::chrono::steady_clock;
  /// Does `work`, and counts it as `operation`, which is a literal; for `spent` too, which may be
  /// null.
  template <class T>
  Task<T> timed(std::string_view operation, Task<T> work,
                std::shared_ptr<backend::Spent> spent = nullptr) {
    std::optional<backend::Spent::Timer> timer;
    if (spent) timer.emplace(*spent, operation);
    const auto began = Steady::now();
    try {
      if constexpr (std::is_void_v<T>) {
        co_await std::move(work);
        all_[operation].took.add(Steady::now() - began);
        co_return;
      } else {
        T out = co_await std::move(work);
        all_[operation].took.add(Steady::now() - began);
        co_return out;
      }
    } catch (const Fault& fault) {
      ++all_[operation].faults[fault.kind()];
      throw;
    }
  }
  void write(metrics::Page& page, std::string_view backend) const;

 private:
  struct Operation {
    metrics::Latency took;  // of those that were answered
    std::map<Fault::Kind, std::uint64_t> faults;
  };
  std::map<std::string_view, Operation> all_;
};

}  // namespace godwit::app
