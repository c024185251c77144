#include "backend/local/collections.hpp"

#include <utility>

#include "backend/local/limits.hpp"
#include "backend/local/removed_items.hpp"
#include "backend/local/share_rows.hpp"
#include "base/text.hpp"
#include "convert/ical/ical.hpp"

namespace godwit::backend::local {

namespace {

// Roles and classes are stored by number: their order must not change.
static_assert(std::to_underlying(FolderRole::tasks) == 8 &&
              std::to_underlying(FolderRole::notes) == 11 &&
              std::to_underlying(ItemClass::calendar) == 1 &&
              std::to_underlying(ItemClass::notes) == 4);

Collection read_collection(const sqlite::Statement& row) {
  return {row.integer(0), static_cast<ItemClass>(row.integer(1)),
          row.text(2),    static_cast<FolderRole>(row.integer(3)),
          row.integer(4), row.integer(5)};
}

/// Errors of a name: refused, conflict.
Result<> free_name(Database& database, RowId user, ItemClass item_class, std::string_view name,
                   RowId but) {
  if (!valid_name(name)) return fail(Errc::refused, "not a name");
  auto row = database.query(
      "SELECT 1 FROM collection WHERE user = ? AND class = ? AND name = ? AND id <> ?", user,
      std::to_underlying(item_class), name, but);
  if (row.step()) return fail(Errc::conflict, "the collection exists");
  return {};
}

struct Position {
  std::int64_t epoch = 0;
  std::int64_t change = 0;
};

std::optional<Position> parse_cursor(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto epoch = parse_number<std::int64_t>(text.substr(0, dot));
  const auto change = parse_number<std::int64_t>(text.substr(dot + 1));
  if (!epoch || !change) return std::nullopt;
  return Position{*epoch, *change};
}

std::int64_t next_change(Database& database, RowId collection) {
  auto row = database.query(
      "UPDATE collection SET change = change + 1 WHERE id = ? RETURNING change", collection);
  return row.step() ? row.integer(0) : 0;
}

struct Present {
  std::int64_t change = 0;
  bool there = false;
};

std::optional<Present> find_item(Database& database, RowId collection, std::string_view href) {
  auto row =
      database.query("SELECT change, text IS NOT NULL FROM item WHERE collection = ? AND href = ?",
                     collection, href);
  if (!row.step()) return std::nullopt;
  return Present{row.integer(0), row.integer(1) != 0};
}

/// Keeps what is about to be removed, and no more than there is to be.
void keep_removed(Database& database, RowId collection, std::string_view href, Time now) {
  const auto to_row = [](Time time) { return time.time_since_epoch().count(); };
  database.run(
      "INSERT INTO removed_item (collection, href, removed, text) SELECT collection, href, ?, text "
      "FROM item WHERE collection = ? AND href = ?",
      to_row(now), collection, href);
  database.run("DELETE FROM removed_item WHERE removed < ?", to_row(now - removed_items_live));
  database.run(
      "DELETE FROM removed_item WHERE collection = ? AND id <= (SELECT id FROM removed_item WHERE "
      "collection = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
      collection, collection, removed_items_max);
}

/// RFC 4791 4.1: an item has one UID. One that has several is looked into each time.
constexpr std::string_view several_uids = "*";

std::string uid_of(const Collection& collection, std::string_view text) {
  if (collection.item_class != ItemClass::calendar) return {};
  const auto items = convert::ical::parse(text);
  if (!items) return {};
  std::string uid;
  for (const convert::ical::Item& item : *items) {
    if (item.kind != convert::ical::ItemKind::event || item.uid == uid) continue;
    if (!uid.empty()) return std::string(several_uids);
    uid = item.uid;
  }
  return uid;
}

}  // namespace

FolderKey collection_key(RowId id) {
  return FolderKey::parse(std::string(item_key_mark) + std::to_string(id)).value();
}

void create_default_collections(Database& database, RowId user) {
  constexpr std::tuple<ItemClass, std::string_view, FolderRole> standard[] = {
      {ItemClass::calendar, "Calendar", FolderRole::calendar},
      {ItemClass::contacts, "Contacts", FolderRole::contacts},
      {ItemClass::tasks, "Tasks", FolderRole::tasks},
      {ItemClass::notes, "Notes", FolderRole::notes}};
  for (const auto& [item_class, name, role] : standard) {
    database.run("INSERT INTO collection (user, class, name, role) VALUES (?, ?, ?, ?)", user,
                 std::to_underlying(item_class), name, std::to_underlying(role));
  }
}

void delete_all_collections(Database& database, RowId user) {
  database.run("DELETE FROM item WHERE collection IN (SELECT id FROM collection WHERE user = ?)",
               user);
  database.run("DELETE FROM collection WHERE user = ?", user);
}

std::vector<ItemCollection> list_collections(Database& database, RowId user) {
  std::vector<ItemCollection> out;
  for (auto rows = database.query("SELECT id, class, name, role, epoch, change FROM collection"
                                  " WHERE user = ? ORDER BY id",
                                  user);
       rows.step();) {
    Collection row = read_collection(rows);
    out.push_back({collection_key(row.id), row.item_class, std::move(row.name), row.role, false});
  }
  return out;
}

Result<Collection> find_collection(Database& database, RowId user, const FolderKey& key) {
  const auto id = is_item_key(key.view())
                      ? parse_number<RowId>(key.view().substr(item_key_mark.size()))
                      : std::optional<RowId>();
  if (!id) return fail(Errc::not_found, "no such collection");
  auto row = database.query(
      "SELECT id, class, name, role, epoch, change, user FROM collection WHERE id = ?", *id);
  if (!row.step()) return fail(Errc::not_found, "no such collection");
  const auto access = collection_access(database, *id, row.integer(6), user);
  if (!access) return fail(Errc::not_found, "no such collection");
  Collection collection = read_collection(row);
  collection.access = *access;
  return collection;
}

Result<FolderKey> create_collection(Database& database, RowId user, ItemClass item_class,
                                    std::string_view name) {
  if (item_class == ItemClass::email) return fail(Errc::refused, "not a class of items");
  if (auto free = free_name(database, user, item_class, name, 0); !free) return pass(free);
  auto count = database.query("SELECT count(*) FROM collection WHERE user = ?", user);
  if (count.step() && count.integer(0) >= static_cast<std::int64_t>(folders_max)) {
    return fail(Errc::refused, "too many collections");
  }
  database.run("INSERT INTO collection (user, class, name) VALUES (?, ?, ?)", user,
               std::to_underlying(item_class), name);
  return collection_key(database.last_insert_id());
}

Result<> rename_collection(Database& database, RowId user, const Collection& collection,
                           std::string_view name) {
  if (const auto ours = owned(collection.access); !ours) return ours;
  auto free = free_name(database, user, collection.item_class, name, collection.id);
  if (!free) return free;
  database.run("UPDATE collection SET name = ? WHERE id = ?", name, collection.id);
  return {};
}

Result<> delete_collection(Database& database, const Collection& collection) {
  if (const auto ours = owned(collection.access); !ours) return ours;
  if (collection.role != FolderRole::none) return fail(Errc::refused, "a default collection stays");
  database.run("DELETE FROM item WHERE collection = ?", collection.id);
  database.run("DELETE FROM collection WHERE id = ?", collection.id);
  return {};
}

std::string cursor_of(const Collection& collection) {
  return std::to_string(collection.epoch) + '.' + std::to_string(collection.change);
}

Result<ItemChanges> list_item_changes(Database& database, const Collection& collection,
                                      std::string_view since) {
  const auto position = since.empty() ? Position{collection.epoch, 0} : parse_cursor(since);
  if (!position || position->epoch != collection.epoch || position->change > collection.change) {
    return fail(Errc::stale, "a cursor of another time");
  }
  ItemChanges out;
  out.cursor = cursor_of(collection);
  if (position->change == collection.change) return out;
  for (auto rows = database.query("SELECT href, change, text IS NOT NULL FROM item"
                                  " WHERE collection = ? AND change > ? ORDER BY change",
                                  collection.id, position->change);
       rows.step();) {
    if (rows.integer(2) != 0) {
      out.changed.push_back({rows.text(0), std::to_string(rows.integer(1))});
    } else if (!since.empty()) {
      out.removed.push_back(rows.text(0));
    }
  }
  return out;
}

std::vector<ItemText> fetch_items(Database& database, const Collection& collection,
                                  const std::vector<std::string>& hrefs) {
  std::vector<ItemText> out;
  for (const std::string& href : hrefs) {
    auto row = database.query(
        "SELECT change, text FROM item WHERE collection = ? AND href = ? AND text IS NOT NULL",
        collection.id, href);
    if (row.step()) out.push_back({href, std::to_string(row.integer(0)), row.text(1)});
  }
  return out;
}

bool has_unnamed_events(Database& database, const Collection& collection) {
  auto row =
      database.query("SELECT 1 FROM item WHERE collection = ? AND uid IS NULL AND text IS NOT NULL",
                     collection.id);
  return row.step();
}

void name_events(Database& database, const Collection& collection) {
  std::vector<std::pair<RowId, std::string>> names;
  for (auto rows = database.query(
           "SELECT id, text FROM item WHERE collection = ? AND uid IS NULL AND text IS NOT NULL",
           collection.id);
       rows.step();) {
    names.emplace_back(rows.integer(0), uid_of(collection, rows.text(1)));
  }
  for (const auto& [id, uid] : names) {
    database.run("UPDATE item SET uid = ? WHERE id = ?", uid, id);
  }
}

std::vector<ItemText> find_events(Database& database, const Collection& collection,
                                  std::string_view uid) {
  std::vector<ItemText> out;
  for (auto rows = database.query("SELECT href, change, text FROM item"
                                  " WHERE collection = ? AND uid IN (?, ?) AND text IS NOT NULL",
                                  collection.id, uid, several_uids);
       rows.step();) {
    out.push_back({rows.text(0), std::to_string(rows.integer(1)), rows.text(2)});
  }
  return out;
}

Result<std::string> put_item(Database& database, const Collection& collection,
                             std::string_view href, std::string_view text,
                             const ItemCondition& condition) {
  if (const auto may = writable(collection.access); !may) return pass(may);
  if (text.size() > item_text_bytes_max) return fail(Errc::too_large, "the item is too large");
  if (text.empty() || href.empty() || href.size() > href_bytes_max) {
    return fail(Errc::refused, "not an item");
  }
  const auto present = find_item(database, collection.id, href);
  const bool there = present && present->there;
  const bool holds =
      condition.etag ? there && *condition.etag == std::to_string(present->change) : !there;
  if (!holds) return fail(Errc::conflict, "the item is another one");
  const auto change = next_change(database, collection.id);
  database.run(
      "INSERT INTO item (collection, href, change, text, uid) VALUES (?, ?, ?, ?, ?)"
      " ON CONFLICT (collection, href) DO UPDATE SET change = excluded.change, text = "
      "excluded.text, uid = excluded.uid",
      collection.id, href, change, sqlite::Blob{text}, uid_of(collection, text));
  return std::to_string(change);
}

Result<bool> remove_item(Database& database, const Collection& collection, std::string_view href,
                         const std::optional<std::string>& etag, Time now) {
  if (const auto may = writable(collection.access); !may) return pass(may);
  const auto present = find_item(database, collection.id, href);
  if (!present || !present->there) return false;
  if (etag && *etag != std::to_string(present->change)) {
    return fail(Errc::conflict, "the item is another one");
  }
  keep_removed(database, collection.id, href, now);
  const auto change = next_change(database, collection.id);
  database.run("UPDATE item SET change = ?, text = NULL WHERE collection = ? AND href = ?", change,
               collection.id, href);
  return true;
}

}  // namespace godwit::backend::local
