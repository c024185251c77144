/// Remembers which folders a watch told of, and whether their tree changed.
#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace godwit::conformance {

class FolderListener final : public backend::ChangeListener {
 public:
  void changed(const UserId&, const std::optional<FolderKey>& folder, Kind kind) override {
    if (folder) told.push_back(folder->str());
    hierarchy |= kind == Kind::hierarchy;
  }
  std::vector<std::string> told;
  bool hierarchy = false;
};

}  // namespace godwit::conformance
