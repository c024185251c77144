/// Bounds of what an IMAP server may make us hold.
#pragma once

#include <cstddef>
#include <cstdint>

namespace godwit::imap {

/// One response without its literals: `* SEARCH` of 200,000 messages takes 1.6 MB.
inline constexpr std::size_t line_bytes_max = 8U * 1024 * 1024;
/// All literals of one response.
inline constexpr std::size_t literal_bytes_max = 64U * 1024 * 1024;
inline constexpr std::size_t literals_max = 10'000;  // of one response: BODYSTRUCTURE may have some
inline constexpr unsigned list_depth_max = 64;       // parentheses: nested MIME parts, mostly
inline constexpr std::size_t parts_max = 1'000;  // of one BODYSTRUCTURE; later ones are left out
inline constexpr std::size_t uid_ranges_max = 1'000'000;      // of one set in a response
inline constexpr std::size_t keywords_max = 200;              // of one message
inline constexpr std::size_t quoted_bytes_max = 512;          // longer strings are sent as literals
inline constexpr std::size_t literal_minus_bytes_max = 4096;  // RFC 7888 5: LITERAL-
inline constexpr std::size_t mailbox_bytes_max = 1'000;       // a mailbox name on the wire

}  // namespace godwit::imap
