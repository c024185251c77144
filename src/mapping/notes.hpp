/// The Notes class ([MS-ASNOTE], 14.0 and later): items to WBXML, and a device's Add or Change as a
/// patch.
#pragma once

#include "base/result.hpp"
#include "item/note.hpp"
#include "wbxml/element.hpp"
#include "wbxml/writer.hpp"

namespace godwit::mapping {

/// All properties but the body, as children of the open element.
void write_note(const Note& note, wbxml::Writer& writer);

/// Missing categories are removed, a missing subject or body is kept; LastModifiedDate is the
/// server's. An HTML body is set as `html` alone. Error: malformed = status 6: no MessageClass of a
/// note, a body that is no text, a long list.
Result<NotePatch> read_note_change(const wbxml::Element& application_data);

}  // namespace godwit::mapping
