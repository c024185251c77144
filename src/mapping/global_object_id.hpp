/// GlobalObjId: the id that a meeting has in mail up to 14.1, and the UID of its event.
/// [MS-ASEMAIL] GlobalObjId and 3.1.4.7, [MS-OXOCAL] PidLidGlobalObjectId
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace godwit::mapping {

/// In base64. A UID that is such an id in hexadecimal is that id; any other is wrapped. `instance`:
/// the day of the occurrence that is meant, in the organizer's zone.
std::string global_object_id(std::string_view uid,
                             std::optional<std::chrono::year_month_day> instance);
/// Error: malformed (no base64, or too short to be one).
Result<std::string> uid_of_global_object_id(std::string_view base64);

}  // namespace godwit::mapping
