/// What may be logged of a conversation with an IMAP server: its grammar, without what people wrote
/// and without what proves who they are.
#pragma once

#include <string>
#include <string_view>

namespace godwit::imap {

/// `bytes`: a command as it is on the wire, literals included, or the line of a RawResponse. A
/// quoted string becomes `"(7)"`, a literal `{7}`, both with their length. Of LOGIN and
/// AUTHENTICATE, of a search, of what sets an ACL and of continuations the name alone is left:
/// words of theirs may stand bare. At most 2,000 bytes; any input is taken.
std::string conversation_line(std::string_view bytes);

}  // namespace godwit::imap
