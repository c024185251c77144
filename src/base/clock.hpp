/// Time and chance are arguments: only app/ knows the real ones.
#pragma once

#include <chrono>
#include <cstdint>

namespace godwit {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time, UTC.
  virtual Time now() const = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
};

/// A clock that a test moves by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = Time(std::chrono::seconds(1'750'000'000))) : now_(start) {}
  Time now() const override { return now_; }
  void advance(std::chrono::milliseconds by) { now_ += by; }

 private:
  Time now_;
};

/// SplitMix64: enough for tests and simulations, where one seed must replay.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }

 private:
  std::uint64_t state_;
};

}  // namespace godwit
