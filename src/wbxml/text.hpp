/// WBXML as text that people read and write: transcripts, `godwit wbxml dump` and `pack`.
///
/// One element per line, two blanks deeper than its parent, `Page:Tag` where the page differs from
/// the parent's, then its content: bare, `"quoted"` with `\"`, `\\`, `\n`, `\r`, `\t` and `\xHH`,
/// or for opaque content `opaque:"quoted"`, `hex:` and `b64:`. Blank lines and lines that begin
/// with
/// `#` say nothing.
///
///     FolderHierarchy:FolderSync
///       SyncKey 0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace godwit::wbxml {

/// What cannot be read ends the text with a line `! reason`, which pack refuses.
std::string dump(std::string_view document);

/// The document in the form that Writer gives it; packing a dump gives the same tree. Errors, each
/// with the line number: malformed, unsupported (no such tag), too_large (nested too deeply).
Result<std::string> pack(std::string_view text);

}  // namespace godwit::wbxml
