#include "command/look.hpp"

#include <utility>

#include "command/merged_items.hpp"

namespace godwit::command {

Look::Look(Session& session)
    : session_(session),
      coverage_(session.services.watching.coverage(session.account.user)),
      hierarchy_(session.services.hub.hierarchy(session.account.user)) {}

void Look::note(std::string_view collection) {
  auto id = CollectionId::parse(collection);
  if (!id) return;
  const UserId& user = session_.account.user;
  const auto seen = session_.services.hub.counter(user, *id);
  auto known = session_.services.watching.status(user, *id);
  noted_.insert_or_assign(std::string(collection), Noted{{std::move(*id), seen}, known});
}

std::optional<watch::Watched> Look::noted(std::string_view collection) const {
  const auto found = noted_.find(collection);
  return found == noted_.end() ? std::nullopt : std::optional(found->second.before);
}

void Look::watch_merged(std::string_view collection, std::vector<watch::Watched>& out) const {
  if (!session_.behaviour.merged_folders) return;
  const sync::FolderTable& table = session_.whole_table();
  const sync::FolderRow* const host = table.find(collection);
  for (const sync::FolderRow& row : table.rows) {
    auto id = CollectionId::parse(row.id);
    if (host == nullptr || !id || merged_into(table, row) != host) continue;
    const auto seen = session_.services.hub.counter(session_.account.user, *id);
    out.push_back({std::move(*id), seen});
  }
}

Task<sync::FolderTable> Look::folders(sync::FolderTable known) {
  if (session_.services.watching.hierarchy_stands(session_.account.user)) co_return known;
  const auto listed = co_await session_.mail().folders();
  auto table = co_await session_.reconciled(listed);
  session_.services.watching.listed(session_.account.user, coverage_, hierarchy_);
  for (const backend::MailFolder& folder : listed) {
    if (!folder.status) continue;
    const sync::FolderRow* const row = table.find_key(folder.key.view());
    if (row != nullptr) learned(row->id, *folder.status);
  }
  co_return table;
}

Task<> Look::ask(const sync::FolderTable& table) {
  std::vector<std::string_view> unknown;
  std::vector<FolderKey> keys;
  for (const auto& [id, noted] : noted_) {
    const sync::FolderRow* const row = table.find(id);
    const bool mail = row != nullptr && row->item_class == ItemClass::email;
    if (noted.status || !mail || !row->selectable) continue;
    auto key = FolderKey::parse(row->key);
    if (!key) continue;
    unknown.push_back(id);
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) co_return;
  const auto statuses = co_await session_.mail().statuses(std::move(keys));
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    if (statuses[i]) learned(unknown[i], *statuses[i]);
  }
}

std::optional<backend::MailboxStatus> Look::status(std::string_view collection) const {
  const auto found = noted_.find(collection);
  return found == noted_.end() ? std::nullopt : found->second.status;
}

void Look::learned(std::string_view collection, const backend::MailboxStatus& status) {
  const auto found = noted_.find(collection);
  if (found == noted_.end()) return;
  found->second.status = status;
  session_.services.watching.looked(session_.account.user, coverage_, found->second.before, status);
}

}  // namespace godwit::command
