#include "sync/hierarchy.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/pack.hpp"

namespace godwit::sync {
namespace {

constexpr std::uint64_t format = 1;

/// Parents before their children; a folder whose parent is not among them comes as it stands.
std::vector<ShownFolder> parents_first(std::vector<ShownFolder> folders) {
  std::set<std::string> missing;
  for (const ShownFolder& folder : folders) missing.insert(folder.id);
  std::vector<ShownFolder> ordered;
  std::vector<ShownFolder> later;
  while (!folders.empty()) {
    later.clear();
    const std::size_t before = folders.size();
    for (ShownFolder& folder : folders) {
      if (missing.contains(folder.parent)) {
        later.push_back(std::move(folder));
      } else {
        missing.erase(folder.id);
        ordered.push_back(std::move(folder));
      }
    }
    // A circle cannot come from a backend; if it did, its folders go as they stand.
    if (later.size() == before) missing.clear();
    std::swap(folders, later);
  }
  return ordered;
}

}  // namespace

std::string pack(const HierarchyState& state) {
  Packer out;
  out.number(format).number(state.folders.size());
  for (const ShownFolder& folder : state.folders) {
    out.text(folder.id).text(folder.parent).text(folder.name).number(folder.type);
  }
  return std::move(out).bytes();
}

Result<HierarchyState> unpack_hierarchy(std::string_view bytes) {
  Unpacker in(bytes);
  if (in.number() != format) return fail(Errc::unsupported, "hierarchy of another format");
  HierarchyState state;
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    ShownFolder folder;
    folder.id = in.text();
    folder.parent = in.text();
    folder.name = in.text();
    folder.type = in.number_as<std::uint8_t>();
    state.folders.push_back(std::move(folder));
  }
  if (auto whole = in.finish(); !whole) return pass(whole);
  return state;
}

HierarchyState shown(const FolderTable& table) {
  HierarchyState state;
  for (const FolderRow& row : table.rows) {
    state.folders.push_back({row.id, row.parent, row.name, folder_type(row)});
  }
  std::ranges::sort(state.folders);
  return state;
}

HierarchyDelta difference(const HierarchyState& before, const HierarchyState& now) {
  std::map<std::string_view, const ShownFolder*> known;
  for (const ShownFolder& folder : before.folders) known[folder.id] = &folder;
  HierarchyDelta delta;
  for (const ShownFolder& folder : now.folders) {
    const auto earlier = known.find(folder.id);
    if (earlier == known.end()) {
      delta.added.push_back(folder);
      continue;
    }
    if (*earlier->second != folder) delta.updated.push_back(folder);
    known.erase(earlier);
  }
  for (const auto& [id, folder] : known) delta.removed.emplace_back(id);
  delta.added = parents_first(std::move(delta.added));
  return delta;
}

}  // namespace godwit::sync
