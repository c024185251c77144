#include "app/profile_settings.hpp"

#include "app/config_value.hpp"

namespace godwit::app {
namespace {

/// A device is meant by its type or by its program.
void add_merged(const Config& config, profile::Profiles& profiles) {
  if (config.calendar.merged_devices.empty()) return;
  profile::Profile merged;
  merged.source = "calendar.merged_devices of the configuration";
  merged.set.merged_folders = true;
  profile::Profile by_type = merged;
  by_type.name = "merged-devices.by-type";
  by_type.types = config.calendar.merged_devices;
  profiles.add(std::move(by_type));
  merged.name = "merged-devices.by-program";
  merged.agents = config.calendar.merged_devices;
  profiles.add(std::move(merged));
}

}  // namespace

Result<profile::ProfilesRef> client_profiles(const Config& config) {
  profile::Profiles profiles = *profile::shipped_profiles();
  if (!config.clients.profiles_file.empty()) {
    const auto text = read_config_text(config.clients.profiles_file);
    if (!text) return pass(text);
    const auto own = profile::parse_profiles(*text, config.clients.profiles_file);
    if (!own) return pass(own);
    for (const profile::Profile& each : own->list()) profiles.add(each);
  }
  add_merged(config, profiles);
  return std::make_shared<const profile::Profiles>(std::move(profiles));
}

}  // namespace godwit::app
