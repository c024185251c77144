/// How a device is shown: to its user, and to administrators.
#pragma once

#include <span>
#include <string>
#include <string_view>

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
/// The way to its recovery password, where there is one: for its user.
Html recovery(const Visit& visit, const admin::Device& device);

struct StateLabel {
  std::string_view name;  // as admin::Device says it
  std::string_view Texts::* label;
  std::string_view kind;  // "good", "wait", "bad"
};
std::span<const StateLabel> state_labels();

}  // namespace godwit::console
