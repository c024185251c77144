/// What a device knows of the folder hierarchy, and how it differs from what is there
/// ([MS-ASCMD] FolderSync). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sync/folder_table.hpp"

namespace godwit::sync {

/// A folder as devices see it.
struct ShownFolder {
  std::string id;
  std::string parent;  // "0" at the top
  std::string name;
  std::uint8_t type = 1;
  friend auto operator<=>(const ShownFolder&, const ShownFolder&) = default;
};

/// One generation of a device's hierarchy; sorted by id.
struct HierarchyState {
  std::vector<ShownFolder> folders;
  friend bool operator==(const HierarchyState&, const HierarchyState&) = default;
};

std::string pack(const HierarchyState& state);
Result<HierarchyState> unpack_hierarchy(std::string_view bytes);

/// What the table shows.
HierarchyState shown(const FolderTable& table);

struct HierarchyDelta {
  std::vector<ShownFolder> updated;
  std::vector<std::string> removed;
  std::vector<ShownFolder> added;  // parents first
  std::size_t size() const { return updated.size() + removed.size() + added.size(); }
};
HierarchyDelta difference(const HierarchyState& before, const HierarchyState& now);

}  // namespace godwit::sync
