/// How a device synchronizes, as all pages show it.
#pragma once

#include <vector>

#include "console/html.hpp"
#include "console/visit.hpp"

namespace godwit::console {

/// The device's folders, and its last requests.
Task<Html> synchronization(Visit& visit, const admin::Device& device);
Html findings_list(const Visit& visit, const std::vector<admin::Finding>& findings);

}  // namespace godwit::console
