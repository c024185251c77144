/// Where the time of one request went: calls by name, with a clock before them. A backend that has
/// one can be asked for it beside its interface.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace godwit::backend {

/// Without allocation. Calls that overlap count each.
class Spent {
 public:
  using Steady = std::chrono::steady_clock;
  struct Row {
    std::string_view name;  // a literal
    std::uint32_t calls = 0;
    Steady::duration time{};
  };
  /// More than a request asks of one backend; the last row takes what is beyond.
  static constexpr std::size_t rows_max = 12;

  void add(std::string_view name, Steady::duration time) {
    std::size_t at = 0;
    while (at < size_ && rows_[at].name != name) ++at;
    if (at == rows_max) {
      at = rows_max - 1;
      rows_[at].name = "other";
    } else if (at == size_) {
      rows_[size_++].name = name;
    }
    ++rows_[at].calls;
    rows_[at].time += time;
  }
  std::span<const Row> rows() const { return {rows_.data(), size_}; }

  /// Adds the time that it lives, however that ends.
  class Timer {
   public:
    Timer(Spent& spent, std::string_view name)
        : spent_(spent), name_(name), began_(Steady::now()) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { spent_.add(name_, Steady::now() - began_); }

   private:
    Spent& spent_;
    std::string_view name_;
    Steady::time_point began_;
  };

 private:
  std::array<Row, rows_max> rows_{};
  std::size_t size_ = 0;
};

class TimedCalls {
 public:
  virtual ~TimedCalls() = default;
  /// Of all calls since it was opened.
  virtual const Spent& spent() const = 0;
};

}  // namespace godwit::backend
