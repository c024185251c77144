/// The yearly rules behind a zone's transitions, and the zones behind rules; for Zone.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "convert/time_zone/zone.hpp"

namespace godwit::convert {

/// What holds in `year`; see Zone::rules_at.
ZoneRules derive_rules(const Zone& zone, std::span<const Zone::Transition> transitions, Time about,
                       std::chrono::year year);

/// Every canonical zone: those that Windows' names stand for first.
const std::vector<Zone>& zones_by_preference();

}  // namespace godwit::convert
