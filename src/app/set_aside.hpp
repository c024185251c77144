/// What a device is not sent any more: items that cannot be rendered, that the phone chokes on, or
/// that a repair keeps from it. Reads records of the store alone.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/device_folders.hpp"
#include "store/store.hpp"

namespace godwit::app {

struct SetAside {
  std::string id;  // the ServerId
  std::string why;
};

/// At most `items_max`. The records that say why stay when an item comes back by a change of it, or
/// with a folder that begins anew: whether it is set aside still is what the folder's state says.
Task<std::vector<SetAside>> set_aside_items(store::Store& store, const DeviceHierarchy& hierarchy,
                                            UserId user, DeviceId device, std::size_t items_max);

}  // namespace godwit::app
