/// [MS-ASCMD] Search: what its stores share.
#pragma once

#include <cstdint>

#include "base/task.hpp"
#include "command/session.hpp"

namespace godwit::command {

// [MS-ASCMD] Status (Search), of a Store.
namespace search_status {
inline constexpr std::uint16_t ok = 1;
inline constexpr std::uint16_t invalid = 2;
inline constexpr std::uint16_t server_error = 3;
inline constexpr std::uint16_t bad_link = 4;
inline constexpr std::uint16_t access_denied = 5;
inline constexpr std::uint16_t not_found = 6;
inline constexpr std::uint16_t connection_failed = 7;
inline constexpr std::uint16_t too_complex = 8;
inline constexpr std::uint16_t timed_out = 10;
inline constexpr std::uint16_t folder_sync = 11;
inline constexpr std::uint16_t past_range = 12;
}  // namespace search_status

/// Opens Search, Response and Store, with the statuses; `end_store` closes them.
void begin_store(wbxml::Writer& out, std::uint16_t status);
void end_store(wbxml::Writer& out);
/// The store's status alone.
Answer store_answer(Session& session, std::uint16_t status);

Task<Answer> search_mailbox(Session& session, const wbxml::Element& store);

}  // namespace godwit::command
