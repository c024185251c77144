/// Whom rules about devices would hit, before they count.
#pragma once

#include <string>
#include <vector>

#include "admin/operations.hpp"
#include "app/engine.hpp"
#include "policy/device_rules.hpp"
#include "store/store.hpp"

namespace godwit::app {

/// Devices of the store whose state differs from what `rules` says; those about which an
/// administrator decided, and wiped ones, are left out. Takes the number of devices into account
/// in no way. Throws Fault where a group is not known.
Task<std::vector<admin::Hit>> dry_run(store::Store& store, Engine& engine,
                                      policy::DeviceRules rules, Time now);

}  // namespace godwit::app
