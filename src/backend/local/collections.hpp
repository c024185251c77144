/// Rows of users' collections and their items. All functions block, run inside a transaction of
/// their caller's, and change nothing when they return an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/items.hpp"
#include "backend/local/mailboxes.hpp"

namespace godwit::backend::local {

struct Collection {
  RowId id = 0;
  ItemClass item_class = ItemClass::contacts;
  std::string name;
  FolderRole role = FolderRole::none;
  std::int64_t epoch = 0;
  std::int64_t change = 0;                  // the newest
  FolderAccess access = FolderAccess::own;  // of who asked for it
};

FolderKey collection_key(RowId id);

/// Calendar, Contacts, Tasks and Notes.
void create_default_collections(Database& database, RowId user);
/// With their items.
void delete_all_collections(Database& database, RowId user);

std::vector<ItemCollection> list_collections(Database& database, RowId user);
/// Error: not_found.
Result<Collection> find_collection(Database& database, RowId user, const FolderKey& key);
Result<FolderKey> create_collection(Database& database, RowId user, ItemClass item_class,
                                    std::string_view name);
Result<> rename_collection(Database& database, RowId user, const Collection& collection,
                           std::string_view name);
Result<> delete_collection(Database& database, const Collection& collection);

std::string cursor_of(const Collection& collection);
Result<ItemChanges> list_item_changes(Database& database, const Collection& collection,
                                      std::string_view since);
std::vector<ItemText> fetch_items(Database& database, const Collection& collection,
                                  const std::vector<std::string>& hrefs);
/// Events by UID: an index keeps who has which. What an older version stored is not in it until it
/// is named, once.
bool has_unnamed_events(Database& database, const Collection& collection);
void name_events(Database& database, const Collection& collection);
/// All named items that have an event of that UID, and perhaps others.
std::vector<ItemText> find_events(Database& database, const Collection& collection,
                                  std::string_view uid);
Result<std::string> put_item(Database& database, const Collection& collection,
                             std::string_view href, std::string_view text,
                             const ItemCondition& condition);
/// True: there was one, which is kept for a while (removed_items.hpp).
Result<bool> remove_item(Database& database, const Collection& collection, std::string_view href,
                         const std::optional<std::string>& etag, Time now);

}  // namespace godwit::backend::local
