/// [MS-ASCMD] Find: what its two criteria share.
#pragma once

#include <cstdint>
#include <string>

#include "base/task.hpp"
#include "command/session.hpp"

namespace godwit::command {

// [MS-ASCMD] Status (Find).
namespace find_status {
inline constexpr std::uint16_t ok = 1;
inline constexpr std::uint16_t invalid = 2;
inline constexpr std::uint16_t folder_sync = 3;
}  // namespace find_status

/// The status alone.
Answer find_answer(Session& session, std::uint16_t status);

Task<Answer> find_in_mailbox(Session& session, std::string search_id,
                             const wbxml::Element& criterion);

}  // namespace godwit::command
