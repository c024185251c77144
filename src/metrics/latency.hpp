/// How long something took, in buckets: counting is two additions.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace godwit::metrics {

class Latency {
 public:
  using Seconds = std::chrono::duration<double>;
  /// Upper bounds: from what the own store needs to what phones wait for.
  static constexpr std::array bounds = {0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0};

  void add(Seconds took) noexcept {
    const auto bucket = std::ranges::lower_bound(bounds, took.count()) - bounds.begin();
    ++buckets_[static_cast<std::size_t>(bucket)];
    sum_ += took;
  }
  /// How many took at most bounds[n] and more than the bound before; the last: longer than all.
  const std::array<std::uint64_t, bounds.size() + 1>& buckets() const { return buckets_; }
  Seconds sum() const { return sum_; }
  std::uint64_t count() const {
    std::uint64_t all = 0;
    for (const std::uint64_t each : buckets_) all += each;
    return all;
  }

 private:
  std::array<std::uint64_t, bounds.size() + 1> buckets_{};
  Seconds sum_{};
};

}  // namespace godwit::metrics
