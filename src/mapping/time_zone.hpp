/// The TimeZone element: 172 bytes in base64. [MS-ASDTYPE] TimeZone, [MS-ASCAL] Timezone
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "item/time_zone.hpp"

namespace godwit::mapping {

std::string format_time_zone(const ZoneRules& rules);
/// Names of one byte a character, a positive daylight bias and rules without months, which some
/// devices send, are mended. Error: malformed.
Result<ZoneRules> parse_time_zone(std::string_view base64);

}  // namespace godwit::mapping
