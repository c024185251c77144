/// The last hour, minute by minute, as graphs and as a table.
#pragma once

#include <vector>

#include "console/html.hpp"
#include "console/visit.hpp"

namespace godwit::console {

Html traffic_section(const Texts& texts, const std::vector<admin::TrafficMinute>& minutes);

}  // namespace godwit::console
