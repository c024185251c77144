/// The identities of a user's folders: short collection ids that all of the user's devices share
/// and that survive renames and key 0. Pure; kept as one record of the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/items.hpp"
#include "base/result.hpp"
#include "item/folder.hpp"

namespace godwit::sync {

/// [MS-ASCMD] CollectionId (Sync): of the recipient information cache, for everybody.
inline constexpr const char* recipients_id = "RI";

struct FolderRow {
  std::string id;      // collection id: "1", "2", ...
  std::string key;     // FolderKey of a mail folder or a collection; empty where no backend has it
  std::string parent;  // collection id, "0" at the top
  std::string name;
  FolderRole role = FolderRole::none;
  ItemClass item_class = ItemClass::email;
  bool selectable = true;
  std::uint32_t uid_validity =
      0;  // as last seen; with the next three: how a renamed folder is recognised
  Uid uid_next = 0;
  std::uint32_t messages = 0;
  std::string mailbox_id;
  bool foreign = false;  // a collection of another user
  friend bool operator==(const FolderRow&, const FolderRow&) = default;
};

struct FolderTable {
  std::uint64_t next_id = 1;
  std::uint64_t version = 0;  // moves on when what devices see of the hierarchy changes
  std::vector<FolderRow> rows;
  /// Of classes that the user is kept from: there for the watch alone, which serves all devices of
  /// the user. Not stored.
  std::vector<FolderRow> hidden = {};

  const FolderRow* find(std::string_view id) const;
  const FolderRow* find_key(std::string_view key) const;
  const FolderRow* find_role(FolderRole role) const;
};

/// The keys of a mail folder before and after a rename of ours.
struct RenamedFolder {
  std::string from;
  std::string to;
};

std::string pack(const FolderTable& table);
Result<FolderTable> unpack_folder_table(std::string_view bytes);

/// Brings the table up to what the backend lists. Known folders keep their ids, also when renamed:
/// by MAILBOXID where had, else by equal UIDVALIDITY with UIDNEXT and MESSAGES at least as high
/// (engine.md §1); one that we renamed ourselves by what is said of it, and what lies below a
/// renamed folder by its name there. Returns true when the table is worth saving; counts alone
/// (UIDNEXT, MESSAGES) are not.
bool reconcile(FolderTable& table, const std::vector<backend::MailFolder>& listed,
               const std::vector<backend::ItemCollection>& collections = {},
               const std::optional<RenamedFolder>& renamed = {});

/// [MS-ASCMD] Type (FolderSync).
std::uint8_t folder_type(const FolderRow& row);

}  // namespace godwit::sync
