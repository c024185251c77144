/// The Sync answer in schema order.
#pragma once

#include <vector>

#include "command/sync_collection.hpp"

namespace godwit::command {

Answer write_sync_answer(Session& session, const std::vector<CollectionAnswer>& answers);

}  // namespace godwit::command
