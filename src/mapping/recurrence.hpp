/// The Recurrence element of Calendar, Tasks and meeting requests, whose children have the same
/// names in three pages. [MS-ASCAL], [MS-ASTASK], [MS-ASEMAIL] Recurrence
#pragma once

#include "base/result.hpp"
#include "eas/version.hpp"
#include "item/recurrence.hpp"
#include "wbxml/element.hpp"
#include "wbxml/writer.hpp"

namespace godwit::mapping {

enum class RecurrenceOf : std::uint8_t { calendar, tasks, email };

void write_recurrence(const Recurrence& recurrence, RecurrenceOf whose, eas::Version version,
                      wbxml::Writer& writer);

/// Error: malformed: an element that its Type cannot have, or out of its range.
Result<Recurrence> read_recurrence(const wbxml::Element& element, RecurrenceOf whose);

}  // namespace godwit::mapping
