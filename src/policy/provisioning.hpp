/// Whether a device may go on, and the policy document that it must apply ([MS-ASPROV]).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "eas/status.hpp"
#include "eas/version.hpp"
#include "policy/device.hpp"

namespace godwit::policy {

enum class Mode : std::uint8_t {
  off,     // never asked for; a device that asks is told that there is no policy
  loose,   // a device that provisions is held to the policy; one that never does may go on
  strict,  // nothing without the acknowledged policy
};

struct Settings {
  Mode mode = Mode::off;
  bool accept_partial = true;   // a device that applied the policy in part (Status 2)
  bool accept_external = true;  // one that somebody else manages (Status 4)
  /// Element name of EASProvisionDoc -> value, as checked by policy::check_setting
  /// (policy/settings.hpp).
  std::map<std::string, std::string> values{};
  friend bool operator==(const Settings&, const Settings&) = default;
};

/// Identifies what a device of `version` is to apply; empty when there is no policy.
std::string policy_digest(const Settings& settings, eas::Version version);

/// What stands in a command's way, if anything: 140 (wipe), 129 (blocked), 141 to 144
/// (policy). `key`: as sent, nothing when absent. Not asked for OPTIONS, Provision, and of Ping
/// only `blocked` and wipe.
std::optional<eas::Status> gate(const Settings& settings, const Device& device,
                                eas::Version version, std::optional<std::uint32_t> key,
                                bool key_needed);

/// The device has to fetch its policy before it may go on, whatever key it sends.
bool must_provision(const Settings& settings, const Device& device, eas::Version version);

}  // namespace godwit::policy
