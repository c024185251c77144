#include "command/item_lookup.hpp"

#include <utility>

#include "command/pending.hpp"
#include "sync/item_chunks.hpp"

namespace godwit::command {
namespace {

/// Among what the device holds.
Task<std::optional<std::string>> held_href(Session& session, std::string collection,
                                           std::string id) {
  const auto relationship = co_await load_relationship(session, collection);
  if (!relationship) co_return std::nullopt;
  sync::ItemChunks chunks(session.services.store, session.user(),
                          session.device_id.str() + '/' + collection);
  for (const std::string* const bytes :
       {&relationship->offered_state, &relationship->acknowledged_state}) {
    auto state = sync::unpack_item_state(*bytes);
    if (!state) continue;
    co_await chunks.load_ids(*state, {id});
    if (const auto* href = sync::find_href(*state, collection, id)) co_return *href;
  }
  co_return std::nullopt;
}

/// Among all of the collection.
Task<std::optional<std::string>> listed_href(backend::Items& items, FolderKey key,
                                             std::string collection, std::string id) {
  std::string since;
  for (;;) {
    auto changes = co_await items.changes(key, since);
    if (!changes) co_return std::nullopt;
    for (const backend::ItemTag& tag : changes->changed) {
      if (sync::format_item_id(collection, tag.href) == id) co_return tag.href;
    }
    if (!changes->more) co_return std::nullopt;
    since = std::move(changes->cursor);
  }
}

}  // namespace

Task<std::optional<NamedItem>> find_item(Session& session, const sync::FolderTable& table,
                                         std::string id) {
  std::string collection = id.substr(0, id.find(':'));
  const sync::FolderRow* row = table.find(collection);
  const ItemKind* kind = row == nullptr ? nullptr : find_kind(row->item_class);
  if (kind == nullptr || session.version < kind->since || session.items() == nullptr) {
    co_return std::nullopt;
  }
  const auto key = FolderKey::parse(row->key);
  if (!key) co_return std::nullopt;
  backend::Items& items = *session.items();
  auto href = co_await held_href(session, collection, id);
  if (!href) href = co_await listed_href(items, *key, std::move(collection), id);
  if (!href) co_return std::nullopt;
  auto texts = co_await items.fetch(*key, {*href});
  if (!texts || texts->empty()) co_return std::nullopt;
  co_return NamedItem{row, kind, *key, std::move(id), std::move(texts->front())};
}

Task<Result<ItemFile>> open_item_file(Session& session, const sync::FolderTable& table,
                                      std::string reference) {
  // `{ServerId}:{which}`
  std::string id = reference.substr(0, reference.rfind(':'));
  const auto item = co_await find_item(session, table, std::move(id));
  if (!item || item->kind->open == nullptr) co_return fail(Errc::not_found, "no such item");
  const ItemOptions options{session.version, {}, session.calendar(), session.behaviour};
  co_return item->kind->open(item->text.text, options, item->id, reference);
}

}  // namespace godwit::command
