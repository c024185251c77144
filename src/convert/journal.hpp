/// Notes as VJOURNAL components (RFC 5545 3.6.3), edited as patches like vCards
/// (convert/vcard.hpp).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "item/note.hpp"

namespace godwit::convert {

/// Errors: malformed (no VJOURNAL in it), too_large.
Result<Note> read_note(std::string_view text);

/// The text after the edit, which happened `now`. From nothing: a new one with `uid`.
Result<std::string> apply_note(std::string_view text_or_empty, const NotePatch& patch, Time now,
                               std::string_view uid);

}  // namespace godwit::convert
