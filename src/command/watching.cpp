#include "command/watching.hpp"

#include <algorithm>

namespace godwit::command {

void Watching::ensure(const UserId& user, backend::Mail& mail, const sync::FolderTable& table) {
  Watched& watched = users_[user];
  if (watched.ids.empty() || watched.table_version != table.version) {
    watched.ids.clear();
    for (const sync::FolderRow& row : table.rows) {
      if (auto id = CollectionId::parse(row.id)) watched.ids.emplace(row.key, std::move(*id));
    }
    watched.table_version = table.version;
  }
  if (!watched.watch) watched.watch = mail.watch(*this);
}

bool Watching::authoritative(const UserId& user) const {
  const auto watched = users_.find(user);
  return watched != users_.end() && watched->second.watch && watched->second.watch->authoritative();
}

void Watching::sweep(std::chrono::seconds grace) {
  const auto wanted = hub_.watched_users(grace);
  std::erase_if(users_, [&](const auto& entry) {
    return std::ranges::find(wanted, entry.first) == wanted.end();
  });
}

void Watching::changed(const UserId& user, const std::optional<FolderKey>& folder, Kind kind) {
  if (kind == Kind::hierarchy) {
    hub_.mark_hierarchy(user);
    return;
  }
  const auto watched = users_.find(user);
  if (!folder || watched == users_.end()) {
    hub_.mark_all(user);
    return;
  }
  const auto id = watched->second.ids.find(folder->view());
  if (id == watched->second.ids.end()) {
    hub_.mark_hierarchy(user);  // a folder that no table knows: the device must list anew
  } else if (kind == Kind::other) {
    hub_.mark_other(user, id->second);
  } else {
    hub_.mark_added(user, id->second);
  }
}

}  // namespace godwit::command
