/// The three sides of an edit, property by property. Private to this folder.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "item/digests.hpp"
#include "item/patch.hpp"

namespace godwit::merge {

inline const std::string& digestible(const std::string& text) { return text; }
inline std::string digestible(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& each : list) out += each + '\n';
  return out;
}
inline std::string digestible(std::chrono::year_month_day date) {
  if (!date.ok()) return {};
  return std::to_string(std::chrono::sys_days(date).time_since_epoch().count());
}

/// Takes out of `change` what the device only repeats; true: both sides changed the property.
template <class T>
bool reduce(Change<T>& change, const T& current, std::uint32_t base) {
  if (change.keeps()) return false;
  const T wanted = change.applied_to(current);
  const bool by_device = property_digest(digestible(wanted)) != base;
  const bool by_others = property_digest(digestible(current)) != base;
  if (!by_device) change = {};
  return by_device && by_others && wanted != current;
}

}  // namespace godwit::merge
