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
  std::vector<ShownFolder> ordered;
  std::set<std::string> waiting;
  for (const ShownFolder& folder : folders) waiting.insert(folder.id);
  while (!folders.empty()) {
    const auto ready =
        std::stable_partition(folders.begin(), folders.end(), [&](const auto& folder) {
          return waiting.contains(folder.parent) && folder.parent != folder.id;
        });
    // A cycle cannot come from a backend; if it did, the rest goes as it stands.
    const auto first = ready == folders.end() ? folders.begin() : ready;
    for (auto at = first; at != folders.end(); ++at) waiting.erase(at->id);
    std::move(first, folders.end(), std::back_inserter(ordered));
    folders.erase(first, folders.end());
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
