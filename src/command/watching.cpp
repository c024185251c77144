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
  if (watched.watch && !watched.watch->ended()) return;
  forget_looks(watched);
  watched.watch = mail.watch(*this);
}

void Watching::forget_looks(Watched& watched) {
  watched.number = ++numbers_;
  watched.looked.clear();
  watched.hierarchy.reset();
}

const Watching::Watched* Watching::covered(const UserId& user) const {
  const auto watched = users_.find(user);
  if (watched == users_.end() || !watched->second.watch) return nullptr;
  return watched->second.watch->authoritative() ? &watched->second : nullptr;
}

std::uint64_t Watching::coverage(const UserId& user) const {
  const Watched* const watched = covered(user);
  return watched == nullptr ? 0 : watched->number;
}

void Watching::sweep(std::chrono::seconds grace) {
  auto wanted = hub_.watched_users(grace);
  std::ranges::sort(wanted);
  std::erase_if(
      users_, [&](const auto& entry) { return !std::ranges::binary_search(wanted, entry.first); });
}

void Watching::looked(const UserId& user, std::uint64_t coverage, const watch::Watched& before,
                      const backend::MailboxStatus& status) {
  if (coverage == 0 || coverage != this->coverage(user)) return;
  auto& all = users_.at(user).looked;
  const auto place = std::ranges::lower_bound(
      all, before.collection, {},
      [](const Looked& each) -> const CollectionId& { return each.before.collection; });
  if (place != all.end() && place->before.collection == before.collection) {
    *place = {before, status};
  } else {
    all.insert(place, {before, status});
  }
}

void Watching::listed(const UserId& user, std::uint64_t coverage, std::uint32_t before) {
  if (coverage != 0 && coverage == this->coverage(user)) users_.at(user).hierarchy = before;
}

std::optional<backend::MailboxStatus> Watching::status(const UserId& user,
                                                       const CollectionId& collection) const {
  const Watched* const watched = covered(user);
  if (watched == nullptr) return std::nullopt;
  const auto place = std::ranges::lower_bound(
      watched->looked, collection, {},
      [](const Looked& each) -> const CollectionId& { return each.before.collection; });
  if (place == watched->looked.end() || place->before.collection != collection) return std::nullopt;
  if (place->before.seen != hub_.counter(user, collection)) return std::nullopt;
  return place->status;
}

bool Watching::hierarchy_stands(const UserId& user) const {
  const Watched* const watched = covered(user);
  return watched != nullptr && watched->hierarchy == hub_.hierarchy(user);
}

void Watching::changed(const UserId& user, const std::optional<FolderKey>& folder, Kind kind) {
  if (kind == Kind::hierarchy) {
    hub_.mark_hierarchy(user);
    return;
  }
  const auto watched = users_.find(user);
  if (!folder || watched == users_.end()) {
    if (watched != users_.end()) forget_looks(watched->second);
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
