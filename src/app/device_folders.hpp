/// Which folders a user has, which of them a device knows, and what it has of them. Reads records
/// of the store alone.
#pragma once

#include <vector>

#include "admin/insight.hpp"
#include "store/store.hpp"
#include "sync/folder_table.hpp"
#include "sync/hierarchy.hpp"

namespace godwit::app {

struct DeviceHierarchy {
  sync::FolderTable table;
  bool asked = false;                    // the device has asked for its folders
  std::vector<sync::ShownFolder> known;  // as the device was told
};

Task<DeviceHierarchy> load_device_hierarchy(store::Store& store, UserId user, DeviceId device);

/// The folders that the device knows, and what else it synchronizes, in the order of the table.
Task<std::vector<admin::DeviceFolder>> device_folders(store::Store& store,
                                                      const DeviceHierarchy& hierarchy, UserId user,
                                                      DeviceId device);

}  // namespace godwit::app
