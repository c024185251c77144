/// Times and rules as the digests of events and tasks have them. Private to this folder.
#pragma once

#include <optional>

#include "base/pack.hpp"
#include "item/recurrence.hpp"
#include "item/time_zone.hpp"

namespace godwit {

inline void pack(Packer& out, Time time) { out.signed_number(time.time_since_epoch().count()); }
inline void pack(Packer& out, const std::optional<Time>& time) {
  out.boolean(time.has_value());
  if (time) pack(out, *time);
}
void pack(Packer& out, const Recurrence& recurrence);
/// Without names: they show no time.
void pack(Packer& out, const ZoneRules& rules);

}  // namespace godwit
