/// Events, contacts, tasks and notes that were removed from the embedded store, by whomever: kept
/// for a while, so that an administrator can put them back. A folder that goes takes its own along.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/local/local.hpp"
#include "backend/removed_item.hpp"

namespace godwit::backend {

inline constexpr std::chrono::days removed_items_live{30};
inline constexpr std::int64_t removed_items_max = 1'000;  // of one folder

class LocalRemovedItems {
 public:
  explicit LocalRemovedItems(LocalStore& store) : core_(store.core()) {}
  /// The newest first, at most 1,000. Error: not_found (no such user).
  Task<Result<std::vector<RemovedItem>>> list(std::string address);
  /// Where it was, under its name; devices get it with their next Sync. Errors: not_found, conflict
  /// (an item of that name is there).
  Task<Result<>> restore(std::string address, std::int64_t number);

 private:
  std::shared_ptr<local::Core> core_;
};

}  // namespace godwit::backend
