#include "app/resources.hpp"

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/log_levels.hpp"

namespace godwit::app {
namespace {

constexpr std::string_view name = "resources";
constexpr Log log("resources");

/// proc(5), statm: pages, the second of the numbers.
std::uint64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  in >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t open_descriptors() {
  std::error_code failed;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", failed), end; !failed && at != end;
       at.increment(failed)) {
    ++count;
  }
  return count;
}

}  // namespace

bool are_resources_shown() { return is_shown(name, LogLevel::debug); }

Task<> log_resources(admin::Status status, Backends* backends) {
  admin::Backlog backlog;
  try {
    admin::Outbox* const outbox = backends == nullptr ? nullptr : backends->outbox();
    if (outbox != nullptr) backlog = co_await outbox->backlog();
  } catch (const Fault& fault) {
    log.debug("queue_unknown", {{"why", fault.what()}});
  }
  log.debug("taken", {{"memory_bytes", resident_bytes()},
                      {"descriptors", open_descriptors()},
                      {"connections", status.connections},
                      {"parked", status.parked},
                      {"queued", backlog.mails}});
}

}  // namespace godwit::app
