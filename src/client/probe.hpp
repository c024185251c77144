/// Does a server work for a user, from OPTIONS to push? One mail is sent from the user to the same
/// user, waited for with Ping, synced and deleted.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "client/device.hpp"

namespace godwit::client {

struct ProbeSettings {
  Device::Settings device;
  bool negotiate = true;  // take the highest version both know; false = the device's, or fail
  bool send = true;       // false: stop after the Sync of the Inbox
  std::chrono::seconds push_limit{60};          // for the mail to come back
  std::chrono::milliseconds slow_limit{5'000};  // a step that takes longer is a warning
  std::string mark;                             // unique: found again in the mail's subject
};

struct ProbeStep {
  std::string name;  // options, provision, folder_sync, sync, send, push, fetch, delete
  std::chrono::milliseconds took{0};
};

struct ProbeReport {
  std::vector<ProbeStep> steps;
  std::string version;  // that was spoken
  std::size_t folders = 0;
  std::size_t items = 0;               // in the Inbox
  std::optional<std::string> failure;  // one sentence; nothing = all went well
  std::optional<std::string> slow;     // the slowest step beyond the limit
  /// Nagios: 0 OK, 1 WARNING, 2 CRITICAL.
  int exit_code() const { return failure ? 2 : slow ? 1 : 0; }
};

/// Monotonic time, from any beginning.
using Stopwatch = std::function<std::chrono::milliseconds()>;

/// `push` is a second connection, which waits while the first one sends. Never throws Fault: what
/// fails is told in the report.
Task<ProbeReport> probe(Transport& main, Transport& push, ProbeSettings settings,
                        Stopwatch stopwatch);

/// `GODWIT OK - ... | options=12ms;5000;;0`: one line for Nagios and its kin.
std::string nagios_line(const ProbeReport& report, std::chrono::milliseconds slow_limit);
/// Prometheus text format: godwit_probe_success, godwit_probe_step_seconds{step="..."}.
std::string prometheus_text(const ProbeReport& report);
std::string json_text(const ProbeReport& report);

}  // namespace godwit::client
