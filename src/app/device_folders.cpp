#include "app/device_folders.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "sync/item_chunks.hpp"
#include "sync/mail_state.hpp"
#include "sync/relationship.hpp"

namespace godwit::app {
namespace {

using store::Kind;
using sync::ItemEntry;

constexpr std::size_t relationships_max = 1000;

/// What the device has; not said of a record that cannot be read.
void count(const sync::Relationship& relationship, admin::DeviceFolder& folder) {
  folder.repeats = relationship.repeats;
  if (folder.item_class == ItemClass::email) {
    const auto state = sync::unpack_mail_state(newest_state(relationship));
    if (!state) return;
    folder.is_synchronized = true;
    folder.held = state->held.count();
    folder.owed = state->todo.count();
    return;
  }
  const auto state = sync::unpack_item_state(newest_state(relationship));
  if (!state) return;
  folder.is_synchronized = true;
  folder.held = state->count(ItemEntry::Status::held) + state->count(ItemEntry::Status::dirty);
  folder.owed = state->count(ItemEntry::Status::todo);
}

}  // namespace

Task<DeviceHierarchy> load_device_hierarchy(store::Store& store, UserId user, DeviceId device) {
  DeviceHierarchy out;
  const auto table = co_await store.get({user.str(), Kind::folders, ""});
  if (auto rows = table ? sync::unpack_folder_table(table->value) : sync::FolderTable()) {
    out.table = *std::move(rows);
  }
  const auto record = co_await store.get({user.str(), Kind::hierarchy, device.str()});
  if (!record) co_return out;
  const auto known = sync::unpack_relationship(record->value);
  if (!known) co_return out;
  out.asked = true;
  if (auto state = sync::unpack_hierarchy(newest_state(*known))) {
    out.known = std::move(state->folders);
  }
  co_return out;
}

Task<std::vector<admin::DeviceFolder>> device_folders(store::Store& store,
                                                      const DeviceHierarchy& hierarchy, UserId user,
                                                      DeviceId device) {
  const std::string prefix = device.str() + '/';
  std::map<std::string, sync::Relationship> relationships;
  for (const store::Record& record :
       co_await store.list(user.str(), Kind::collection, prefix, "", relationships_max)) {
    auto relationship = sync::unpack_relationship(record.value);
    if (!relationship) continue;
    relationships.emplace(record.key.name.substr(prefix.size()), *std::move(relationship));
  }
  std::vector<admin::DeviceFolder> out;
  for (const sync::FolderRow& row : hierarchy.table.rows) {
    const auto found = relationships.find(row.id);
    const bool known =
        std::ranges::find(hierarchy.known, row.id, &sync::ShownFolder::id) != hierarchy.known.end();
    if (!known && found == relationships.end()) continue;
    admin::DeviceFolder folder{.id = row.id, .name = row.name, .item_class = row.item_class};
    if (found != relationships.end()) count(relationships.extract(found).mapped(), folder);
    out.push_back(std::move(folder));
  }
  // What the table has no more.
  for (const auto& [id, relationship] : relationships) {
    admin::DeviceFolder folder{.id = id, .name = id};
    count(relationship, folder);
    out.push_back(std::move(folder));
  }
  co_return out;
}

}  // namespace godwit::app
