/// Text items that are named outside of Sync: by ServerId, and attachments by FileReference.
#pragma once

#include <optional>
#include <string>

#include "command/item_kind.hpp"
#include "command/session.hpp"

namespace godwit::command {

struct NamedItem {
  const sync::FolderRow* row;  // of the table
  const ItemKind* kind;
  FolderKey collection;
  std::string id;
  backend::ItemText text;
};

/// Nothing: there is no such item, or its class is not one of the device's version. First what the
/// device holds is looked through, then the collection. `table` outlives the result.
Task<std::optional<NamedItem>> find_item(Session& session, const sync::FolderTable& table,
                                         std::string id);

/// An attachment of an item. Errors: not_found; unsupported (it is no more than a link).
Task<Result<ItemFile>> open_item_file(Session& session, const sync::FolderTable& table,
                                      std::string reference);

}  // namespace godwit::command
