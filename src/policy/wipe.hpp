/// What is recorded of a device's wipe, as one thing.
#pragma once

#include "policy/device.hpp"

namespace godwit::policy {

/// The wipe, and who ordered it when, as `from` has them.
void copy_wipe(const Device& from, Device& to);

}  // namespace godwit::policy
