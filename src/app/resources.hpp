/// What the process takes up: the logger "resources", at debug.
#pragma once

#include "admin/operations.hpp"
#include "app/backends.hpp"
#include "base/task.hpp"

namespace godwit::app {

/// Whether anybody reads it.
bool are_resources_shown();
/// One line: memory, descriptors, connections, parked requests, mail that waits. `backends` may be
/// null.
Task<> log_resources(admin::Status status, Backends* backends);

}  // namespace godwit::app
