#include "queue/schedule.hpp"

#include <algorithm>

namespace godwit::queue {
namespace {

constexpr std::chrono::milliseconds first_delay = std::chrono::minutes(1);
constexpr std::chrono::milliseconds longest_delay = std::chrono::hours(1);
constexpr std::uint32_t doublings_max = 6;  // 64 minutes: above the longest

}  // namespace

std::chrono::milliseconds retry_delay(std::uint32_t attempts, std::uint64_t chance) {
  const std::uint32_t doublings = std::min(attempts > 0 ? attempts - 1 : 0, doublings_max);
  const auto delay = std::min(first_delay * (1U << doublings), longest_delay);
  const auto spread = static_cast<std::uint64_t>(delay.count()) / 2;
  const auto jitter = static_cast<std::int64_t>(chance % (spread + 1));
  return delay - std::chrono::milliseconds(spread / 2) + std::chrono::milliseconds(jitter);
}

}  // namespace godwit::queue
