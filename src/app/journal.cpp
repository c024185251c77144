#include "app/journal.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "app/system.hpp"
#include "base/descriptor.hpp"
#include "base/log_fields.hpp"

namespace godwit::app {
namespace {

constexpr const char* identifier = "godwitd";
/// The journal drops fields with longer names.
constexpr std::size_t name_bytes_max = 64;

/// As syslog(3) numbers them.
int priority_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return 7;
    case LogLevel::info:
      return 6;
    case LogLevel::warning:
      return 4;
    case LogLevel::error:
      return 3;
  }
  return 6;
}

/// "GODWIT_BYTES_IN" of "bytes_in": what is no capital letter and no digit becomes "_".
std::string field_name(std::string_view key) {
  std::string name = "GODWIT_";
  for (const char each : key.substr(0, name_bytes_max - name.size())) {
    const bool is_small = each >= 'a' && each <= 'z';
    const bool fits = (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9');
    name += is_small ? static_cast<char>(each - 'a' + 'A') : fits ? each : '_';
  }
  return name;
}

/// A value of several lines goes with its length, in 64 bits, the lowest first.
void add_field(std::string& entry, std::string_view name, std::string_view value) {
  entry += name;
  if (value.find('\n') == std::string_view::npos) {
    entry += '=';
  } else {
    entry += '\n';
    for (unsigned shift = 0; shift < 64; shift += 8) {
      entry += static_cast<char>((static_cast<std::uint64_t>(value.size()) >> shift) & 0xFF);
    }
  }
  entry += value;
  entry += '\n';
}

std::string message_of(LogLevel level, std::string_view logger, std::string_view event) {
  return fmt::format("{:<7} {} {}", to_string(level), logger, event);
}

/// Where entries go. Not connected, so that a journal that was started anew gets them, too.
class JournalSocket {
 public:
  explicit JournalSocket(const std::string& path)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    address_.sun_family = AF_UNIX;
    const std::size_t length = std::min(path.size(), sizeof address_.sun_path - 1);
    std::memcpy(address_.sun_path, path.data(), length);
    size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  }
  /// False where it is not taken at once: no event is worth that phones wait.
  bool send(std::string_view entry) const {
    return ::sendto(socket_.get(), entry.data(), entry.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                    reinterpret_cast<const sockaddr*>(&address_), size_) >= 0;
  }

 private:
  Descriptor socket_;
  sockaddr_un address_{};
  socklen_t size_ = 0;
};

void log_to_journal(const std::string& path) {
  set_log_sink([socket = std::make_shared<const JournalSocket>(path)](
                   LogLevel level, std::string_view logger, std::string_view event) {
    if (socket->send(journal_entry(level, logger, event))) return;
    // sd-daemon(3): where standard error is the journal's it reads the number, and has the line.
    const std::string line =
        fmt::format("<{}>{}\n", priority_of(level), message_of(level, logger, event));
    static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) < 0);
  });
}

}  // namespace

void start_log(std::string_view log_format, const std::string& socket) {
  if (log_format == "json") return log_to_stderr(LogFormat::json);
  if (log_format == "journal" || ends_in_journal(STDERR_FILENO, std::getenv("JOURNAL_STREAM"))) {
    return log_to_journal(socket);
  }
  log_to_stderr(LogFormat::text);
}

bool ends_in_journal(int descriptor, const char* stream) {
  struct stat facts{};
  if (stream == nullptr || ::fstat(descriptor, &facts) != 0) return false;
  return fmt::format("{}:{}", facts.st_dev, facts.st_ino) == stream;
}

std::string journal_entry(LogLevel level, std::string_view logger, std::string_view event) {
  std::string entry;
  add_field(entry, "PRIORITY", std::to_string(priority_of(level)));
  add_field(entry, "SYSLOG_IDENTIFIER", identifier);
  add_field(entry, "MESSAGE", message_of(level, logger, event));
  add_field(entry, "GODWIT_LOGGER", logger);
  const LogParts parts = log_parts(event);
  add_field(entry, "GODWIT_EVENT", parts.event);
  for (const auto& [key, value] : parts.fields) add_field(entry, field_name(key), value);
  return entry;
}

}  // namespace godwit::app
