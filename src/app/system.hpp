/// The real world: clock, chance, log, the service manager. Only this folder knows them.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"

namespace godwit::app {

class SystemClock final : public Clock {
 public:
  Time now() const override;
};

/// The system's generator for secrets.
class SystemRandom final : public Random {
 public:
  SystemRandom();  // throws Fault(unavailable) when there is none
  std::uint64_t next() override;
};

enum class LogFormat : std::uint8_t { text, json };

/// Sends the log to standard error: one line an event, written at once whole.
void log_to_stderr(LogFormat format);
/// One line of the log without its end.
std::string log_line(LogFormat format, Time now, LogLevel level, std::string_view logger,
                     std::string_view event);

/// Tells systemd (sd_notify protocol): "READY=1", "STOPPING=1", "STATUS=...". Nothing happens
/// when this is no service.
void notify_service_manager(std::string_view state);

/// Sets the allocator up for a process that holds little for long and much for a moment: large
/// blocks go back to the system when they are freed, and threads share their heaps.
void tune_heap();
/// Gives back what requests left free between what stays, when that is worth it; some milliseconds.
void trim_heap();

/// The machine's name; "localhost" when it has none.
std::string machine_name();
/// `length` letters and digits that nobody guesses and nobody confuses.
std::string random_password(Random& random, std::size_t length);
/// Makes the folder, and those above it; mode 0700. The error says what is in the way.
Result<> make_folder(const std::string& path);

}  // namespace godwit::app
