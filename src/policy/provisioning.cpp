#include "policy/provisioning.hpp"

#include "base/bytes.hpp"
#include "base/pack.hpp"
#include "policy/settings.hpp"

namespace godwit::policy {

std::string policy_digest(const Settings& settings, eas::Version version) {
  if (settings.mode == Mode::off) return {};
  // Only what this version knows: a device that cannot apply an element must not see it come and
  // go.
  Packer out;
  for (const Setting& setting : settings_of(version)) {
    const auto value = settings.values.find(std::string(setting.name));
    if (value != settings.values.end()) out.text(setting.name).text(value->second);
  }
  return digest128(out.bytes());
}

std::optional<eas::Status> gate(const Settings& settings, const Device& device,
                                eas::Version version, std::optional<std::uint32_t> key,
                                bool key_needed) {
  // A wipe that was ordered reaches a device that is kept out otherwise.
  if (wipe_stands(device)) {
    // [MS-ASPROV] AccountOnlyRemoteWipe: older devices know only the wipe of everything, which was
    // not ordered.
    const bool possible = device.wipe_scope == WipeScope::device || version >= eas::Version::v16_1;
    return possible ? eas::Status::remote_wipe_requested : eas::Status::device_blocked;
  }
  if (device.blocked) return eas::Status::device_blocked;
  if (!key_needed || settings.mode == Mode::off) return std::nullopt;
  const bool provisioned = device.policy_key != 0;
  if (!key) {
    // [MS-ASPROV] PolicyKey: none at all is another case than a wrong one.
    const bool may_go = settings.mode == Mode::loose && !provisioned;
    return may_go ? std::nullopt : std::optional(eas::Status::legacy_device_on_strict_policy);
  }
  if (!provisioned) {
    const bool may_go = settings.mode == Mode::loose && *key == 0;
    return may_go ? std::nullopt : std::optional(eas::Status::device_not_provisioned);
  }
  if (*key == 0) return eas::Status::device_not_provisioned;
  if (*key != device.policy_key) return eas::Status::invalid_policy_key;
  if (device.policy_digest != policy_digest(settings, version)) return eas::Status::policy_refresh;
  return std::nullopt;
}

bool must_provision(const Settings& settings, const Device& device, eas::Version version) {
  if (settings.mode == Mode::off) return false;
  if (device.policy_key == 0) return settings.mode == Mode::strict;
  return device.policy_digest != policy_digest(settings, version);
}

}  // namespace godwit::policy
