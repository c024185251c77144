#include "app/system.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/fault.hpp"
#include "base/log_fields.hpp"

namespace godwit::app {

Time SystemClock::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

SystemRandom::SystemRandom() {
  if (sodium_init() < 0) throw Fault(Fault::Kind::unavailable, "the system gives no random bytes");
}

std::uint64_t SystemRandom::next() {
  std::uint64_t value = 0;
  randombytes_buf(&value, sizeof value);
  return value;
}

std::string log_line(LogFormat format, Time now, LogLevel level, std::string_view logger,
                     std::string_view event) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const std::string time =
      fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", seconds, (now - seconds).count());
  if (format == LogFormat::text) {
    return fmt::format("{} {:<7} {} {}", time, to_string(level), logger, event);
  }
  LogParts parts = log_parts(event);
  nlohmann::json fields = nlohmann::json::object();
  for (auto& [key, value] : parts.fields) fields[key] = std::move(value);
  const nlohmann::json line{{"time", time},
                            {"level", to_string(level)},
                            {"logger", logger},
                            {"event", std::move(parts.event)},
                            {"fields", std::move(fields)}};
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void log_to_stderr(LogFormat format) {
  set_log_sink([format](LogLevel level, std::string_view logger, std::string_view event) {
    const std::string line = log_line(format, SystemClock().now(), level, logger, event) + '\n';
    // One write, so that lines of several threads do not mix; nobody to tell when it fails.
    static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) < 0);
  });
}

void notify_service_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path == nullptr || *path == '\0' || std::strlen(path) >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, std::strlen(path));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract name space
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  static_cast<void>(::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), size));
  ::close(socket);
}

void tune_heap() {
  constexpr int large_block_bytes = 256 * 1024;
  constexpr int free_end_bytes_max = 1024 * 1024;
  constexpr int heaps_max = 2;
  ::mallopt(M_MMAP_THRESHOLD, large_block_bytes);
  ::mallopt(M_TRIM_THRESHOLD, free_end_bytes_max);
  ::mallopt(M_ARENA_MAX, heaps_max);
}

void trim_heap() {
  constexpr std::size_t free_bytes_min = 512 * 1024;
  const auto heap = ::mallinfo2();
  if (heap.fordblks > free_bytes_min + heap.uordblks / 64) ::malloc_trim(0);
}

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

std::string random_password(Random& random, std::size_t length) {
  constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";  // 32: no bias
  static_assert(letters.size() == 32);
  std::string out;
  for (std::size_t i = 0; i < length; ++i) out += letters[random.next() % letters.size()];
  return out;
}

Result<> make_folder(const std::string& path) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(path, error);
  if (error) {
    return fail(Errc::refused, fmt::format("{}: cannot be made: {}", path, error.message()));
  }
  if (made) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (::access(path.c_str(), W_OK) != 0) {
    return fail(Errc::refused, path + ": cannot be written to; give it to the daemon's user");
  }
  return {};
}

}  // namespace godwit::app
