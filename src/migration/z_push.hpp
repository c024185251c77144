/// The states of Z-Push 2 (2.1 to 2.7): what `*-devicedata` holds of a device. The same in its FILE
/// and its SQL state machine. Source: Z-Push's asdevice.php, stateobject.php, devicemanager.php.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "migration/former_device.hpp"

namespace godwit::migration {

inline constexpr std::size_t z_push_state_bytes_max = 64UL * 1024 * 1024;

/// One row for each user of the device `id`. A wipe that is ordered for one user is for the others,
/// too, as Z-Push has it. Errors: malformed, too_large; never with content of the state.
Result<std::vector<FormerDevice>> z_push_devices(std::string_view id, std::string_view state);

/// The device's id, of the path of a state file; nothing for what is no `*-devicedata`.
std::string_view z_push_device_of(std::string_view path);

}  // namespace godwit::migration
