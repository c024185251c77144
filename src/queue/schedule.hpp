/// When a mail that could not be handed on is tried again. Pure.
#pragma once

#include <chrono>
#include <cstdint>

namespace godwit::queue {

/// Before attempt `attempts + 1`, after `attempts` (from 1 on) failed: 1 minute, doubled each time
/// up to an hour, and up to a quarter more or less by `chance`, so that mails which failed together
/// do not come back together.
std::chrono::milliseconds retry_delay(std::uint32_t attempts, std::uint64_t chance);

}  // namespace godwit::queue
