/// How a device is shown: to its user, and to administrators.
#pragma once

#include <string>

#include "admin/operations.hpp"
#include "console/page.hpp"

namespace godwit::console {

/// What a person would call it.
std::string device_name(const Texts& texts, const admin::Device& device);
Html state_badge(const Texts& texts, const admin::Device& device);
/// The day, or that there was none.
Html last_seen(const Texts& texts, const admin::Device& device);
/// What is known of it, as a list.
Html device_facts(const Texts& texts, const admin::Device& device);
/// The recovery password, where there is one.
Html recovery(const Texts& texts, const admin::Device& device);

}  // namespace godwit::console
