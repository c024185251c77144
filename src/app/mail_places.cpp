#include "app/mail_places.hpp"

#include <utility>

#include "sync/server_id.hpp"

namespace godwit::app {

Task<std::vector<MailPlace>> find_mail(backend::Mail& mail, const sync::FolderTable& table,
                                       std::string item) {
  std::vector<MailPlace> out;
  if (const auto id = sync::parse_mail_id(item)) {
    const sync::FolderRow* row = table.find(id->collection);
    const auto key =
        row == nullptr ? Result<FolderKey>(fail(Errc::not_found, "")) : FolderKey::parse(row->key);
    if (!key) co_return out;
    const auto states = co_await mail.fetch_state(*key, id->uid_validity, {id->uid});
    if (states && !states->empty()) out.push_back({*row, id->uid_validity, id->uid});
    co_return out;
  }
  for (const sync::FolderRow& row : table.rows) {
    const auto key = FolderKey::parse(row.key);
    if (row.item_class != ItemClass::email || !key || !row.selectable) continue;
    const auto uids = co_await mail.find_message_id(*key, 1, item);
    if (!uids || uids->empty()) continue;
    const auto status = co_await mail.status(*key);
    if (status) out.push_back({row, status->uid_validity, uids->highest()});
  }
  co_return out;
}

Task<sync::FolderTable> load_folders(store::Store& store, UserId user) {
  const auto record = co_await store.get({user.str(), store::Kind::folders, ""});
  auto table = record ? sync::unpack_folder_table(record->value) : sync::FolderTable();
  co_return table ? *std::move(table) : sync::FolderTable();
}

}  // namespace godwit::app
