/// Which devices are let in: rules that are tried in order, and what becomes of a device that none
/// of them names.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/whom.hpp"
#include "policy/device.hpp"

namespace godwit::policy {

enum class Action : std::uint8_t { allow, block, quarantine };

/// All conditions that are there must hold; one of a list is enough. Patterns know * for any
/// characters; letter case does not count.
struct DeviceRule {
  std::string name;  // for people
  Action action = Action::allow;
  std::vector<std::string> types{}, models{}, systems{}, agents{};
  std::vector<std::string> versions{};  // "12.1"
  Whom whom{};                          // empty: everybody
  /// Whether an address lies in its networks; null = wherever it comes from.
  std::function<bool(std::string_view address)> from{};
  std::vector<std::string> networks{};  // the same as text
  std::optional<Time> until{};          // it counts no more from then on
};

struct DeviceRules {
  std::vector<DeviceRule> list{};     // the first that holds counts
  Action otherwise = Action::allow;   // of devices that no rule names
  std::uint32_t devices_max = 0;      // of one user, 0 = any number
  std::vector<std::string> admins{};  // who gets a mail about a quarantined device
  bool tell_users = true;
  std::string console_url{};  // "https://mail.example.org/godwit/"; empty: none that is known
};

/// What rules look at.
struct DeviceFacts {
  std::string_view type{}, model{}, system{}, agent{}, version{}, address{};
  Known user{};
};

/// `version` as people write it: "16.1". Views of the device and of what is given.
DeviceFacts facts_of(const Device& device, std::string_view version, Known user);

struct Verdict {
  Standing standing = Standing::allowed;
  std::string why;  // the rule's name; empty where none decided
};

Verdict decide(const DeviceRules& rules, const DeviceFacts& facts, Time now);
std::vector<std::string> asked_groups(const DeviceRules& rules);
/// Whether a rule ends after `from` and not after `to`: what waits is to be judged anew.
bool ends_between(const DeviceRules& rules, Time from, Time to);
/// Whether both say the same of every device.
bool same(const DeviceRules& a, const DeviceRules& b);

}  // namespace godwit::policy
