#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace godwit::backend::local {

inline constexpr std::size_t chunk_bytes = 64 * 1024;  // what a copy holds of a message at a time
/// Parts of at least this size, as encoded, are stored once for all messages that carry them.
inline constexpr std::uint64_t piece_bytes_min = 64 * 1024;
inline constexpr std::size_t folder_name_bytes_max = 255;  // [MS-ASCMD] DisplayName: 256 characters
inline constexpr std::size_t folders_max = 10'000;         // of one user: bounds every listing
inline constexpr std::size_t shares_max = 1000;            // with one user: bounds every listing
inline constexpr std::size_t folder_depth_max = 50;        // bounds walks up and down the tree
inline constexpr std::size_t keywords_max = 200;           // of one message
inline constexpr std::size_t keyword_bytes_max = 255;
/// Removals remembered per mailbox; who asks from before them gets a full comparison.
inline constexpr std::int64_t expunged_max = 20'000;
/// How long a delivery is recognised when it comes again: sending servers give up after five days
/// (RFC 5321 4.5.4.1).
inline constexpr std::chrono::hours redelivery_window{5 * 24};
inline constexpr std::size_t login_bytes_max = 256;
inline constexpr std::size_t password_bytes_max = 1024;          // bounds what a hash has to chew
inline constexpr std::chrono::hours out_of_office_interval{24};  // one answer a day and sender
/// Senders remembered for it; beyond, nobody new is answered until some are a day old: an address
/// that a flood of forged mail names does not send a flood.
inline constexpr std::int64_t out_of_office_answers_max = 1000;

static_assert(piece_bytes_min >= chunk_bytes);

}  // namespace godwit::backend::local
