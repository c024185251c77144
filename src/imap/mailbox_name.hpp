/// Mailbox names on the wire (RFC 3501 5.1.3: modified UTF-7) and as people read them (UTF-8).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace godwit::imap {

/// UTF-8 -> modified UTF-7. What is not UTF-8 becomes U+FFFD.
std::string encode_mailbox(std::string_view utf8);
/// Modified UTF-7 -> UTF-8; nothing when it is not well-formed, or not the one way to write it.
std::optional<std::string> decode_mailbox(std::string_view wire);
/// What to show: decoded where possible, else the raw name, cleaned.
std::string display_mailbox(std::string_view wire);

/// A keyword that holds what no atom may (blanks, quotes, 8-bit) travels in modified UTF-7 with
/// these escaped as well; others travel as they are.
std::string encode_keyword(std::string_view utf8);
std::string decode_keyword(std::string_view wire);

}  // namespace godwit::imap
