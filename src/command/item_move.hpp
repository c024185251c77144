/// MoveItems of text items: written to the other collection under the same name, then removed.
#pragma once

#include <cstdint>
#include <string>

#include "command/session.hpp"

namespace godwit::command {

struct ItemMove {
  enum class Outcome : std::uint8_t { moved, missing, refused };
  Outcome outcome = Outcome::missing;
  std::string target_id{};  // of what was moved
};

/// `target`: a folder of the item's class. What was moved already, by a request that was cut short,
/// counts as moved.
Task<ItemMove> move_item(Session& session, const sync::FolderTable& table, std::string source_id,
                         const sync::FolderRow& target);

}  // namespace godwit::command
