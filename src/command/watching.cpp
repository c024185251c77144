#include "command/watching.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "backend/watch_source.hpp"
#include "base/pack.hpp"

namespace godwit::command {
namespace {

/// What a look at one mailbox found, and the counter before it.
struct Looked {
  std::string_view collection;
  watch::Counter seen;
  backend::MailboxStatus status;
};

Looked next_look(Unpacker& in) {
  Looked look;
  look.collection = in.view();
  look.seen.added = in.number_as<std::uint32_t>();
  look.seen.other = in.number_as<std::uint32_t>();
  look.status.uid_validity = in.number_as<std::uint32_t>();
  look.status.uid_next = in.number_as<Uid>();
  look.status.messages = in.number_as<std::uint32_t>();
  look.status.highest_modseq = in.number();
  return look;
}

void add_look(Packer& out, const Looked& look) {
  out.text(look.collection).number(look.seen.added).number(look.seen.other);
  out.number(look.status.uid_validity).number(look.status.uid_next);
  out.number(look.status.messages).number(look.status.highest_modseq);
}

}  // namespace

void Watching::ensure(const UserId& user, backend::Mail& mail, backend::Items* items,
                      const sync::FolderTable& table) {
  Watched& watched = users_[user];
  if (watched.ids.empty() || watched.table_version != table.version) {
    Packer ids;
    for (const auto* rows : {&table.rows, &table.hidden}) {
      for (const sync::FolderRow& row : *rows) ids.text(row.key).text(row.id);
    }
    watched.ids = SharedText(ids.bytes());
    watched.table_version = table.version;
  }
  const bool unwatched = !watched.item_watch || watched.item_watch->ended();
  if (unwatched && items != nullptr) watched.item_watch = items->watch(*this);
  if (watched.watch && !watched.watch->ended()) return;
  forget_looks(watched);
  watched.watch = mail.watch(*this);
  watched.since = clock_.now();
}

std::vector<WatchRow> Watching::rows() const {
  std::vector<WatchRow> out;
  out.reserve(users_.size());
  for (const auto& [user, watched] : users_) {
    WatchRow row{.user = user, .mail = {}, .items = {}, .since = watched.since};
    if (watched.watch) {
      row.mail = backend::source_of(*watched.watch);
      row.sees_all = watched.watch->authoritative();
      row.gave_up = watched.watch->ended();
    }
    if (watched.item_watch) row.items = backend::source_of(*watched.item_watch);
    row.waited_for = hub_.has_parked(user);
    for (Unpacker in(watched.ids.view()); in.ok() && !in.at_end(); ++row.folders) {
      static_cast<void>(in.view());  // its key
      static_cast<void>(in.view());  // its collection
    }
    out.push_back(std::move(row));
  }
  std::ranges::sort(out, {}, &WatchRow::user);
  return out;
}

void Watching::forget_looks(Watched& watched) {
  watched.number = ++numbers_;
  watched.looks = SharedText();
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
  const auto waits = [this](const auto& entry) { return hub_.has_parked(entry.first); };
  if (std::ranges::all_of(users_, waits)) return;
  const auto watched = hub_.watched_users(grace);
  const std::unordered_set<UserId> wanted(watched.begin(), watched.end());
  std::erase_if(users_, [&](const auto& entry) { return !wanted.contains(entry.first); });
}

void Watching::looked(const UserId& user, std::uint64_t coverage, const watch::Watched& before,
                      const backend::MailboxStatus& status) {
  if (coverage == 0 || coverage != this->coverage(user)) return;
  SharedText& looks = users_.at(user).looks;
  Packer all;
  add_look(all, {before.collection.view(), before.seen, status});
  for (Unpacker in(looks.view()); in.ok() && !in.at_end();) {
    const Looked other = next_look(in);
    if (other.collection != before.collection.view()) add_look(all, other);
  }
  looks = SharedText(all.bytes());
}

void Watching::listed(const UserId& user, std::uint64_t coverage, std::uint32_t before) {
  if (coverage != 0 && coverage == this->coverage(user)) users_.at(user).hierarchy = before;
}

std::optional<backend::MailboxStatus> Watching::status(const UserId& user,
                                                       const CollectionId& collection) const {
  const Watched* const watched = covered(user);
  if (watched == nullptr) return std::nullopt;
  for (Unpacker in(watched->looks.view()); in.ok() && !in.at_end();) {
    const Looked look = next_look(in);
    if (look.collection != collection.view()) continue;
    if (look.seen != hub_.counter(user, collection)) return std::nullopt;
    return look.status;
  }
  return std::nullopt;
}

std::optional<CollectionId> Watching::find(const SharedText& ids, std::string_view key) {
  for (Unpacker in(ids.view()); in.ok() && !in.at_end();) {
    const bool wanted = in.view() == key;
    const std::string_view id = in.view();
    if (!wanted) continue;
    auto parsed = CollectionId::parse(id);
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
  }
  return std::nullopt;
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
  const auto id = find(watched->second.ids, folder->view());
  if (!id) {
    hub_.mark_hierarchy(user);  // a folder that no table knows: the device must list anew
  } else if (kind == Kind::other) {
    hub_.mark_other(user, *id);
  } else {
    hub_.mark_added(user, *id);
  }
}

}  // namespace godwit::command
