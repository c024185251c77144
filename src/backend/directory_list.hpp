/// The whole address list at once, for those who want to carry it. Read-only. Throws Fault.
#pragma once

#include <cstddef>
#include <vector>

#include "backend/directory.hpp"
#include "base/task.hpp"

namespace godwit::backend {

class DirectoryList {
 public:
  virtual ~DirectoryList() = default;
  /// Everybody who is listed, in any order, at most `entries_max`.
  virtual Task<std::vector<DirectoryEntry>> everybody(std::size_t entries_max) = 0;
};

}  // namespace godwit::backend
