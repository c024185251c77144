/// Rows of users' mailboxes. All functions block, run inside a transaction of their caller's, and
/// change nothing when they return an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "sqlite/database.hpp"

namespace godwit::backend::local {

using sqlite::Database;
using RowId = std::int64_t;

/// What somebody may do in a folder or a collection.
enum class FolderAccess : std::uint8_t {
  own,
  written,  // another user's: with what it holds, but not with itself
  read,
};
/// Errors: refused.
Result<> writable(FolderAccess access);
Result<> owned(FolderAccess access);

struct Mailbox {
  RowId id = 0;
  RowId user = 0;  // whose it is, and whose quota it counts for
  std::optional<RowId> parent;
  std::string name;
  FolderRole role = FolderRole::none;
  MailboxStatus status;
  std::int64_t expunged = 0;                // removals that are remembered
  std::uint64_t forgotten = 0;              // the highest modseq whose removals are not
  FolderAccess access = FolderAccess::own;  // of who asked for it
};

/// Of a folder or a collection.
bool valid_name(std::string_view name);
FolderKey key_of(RowId mailbox);

/// Throws Fault (sign_in_failed) when the user is not there (any more).
RowId user_row(Database& database, const UserId& user);

/// Inbox, Drafts, Sent, Trash, Junk and Archive.
void create_default_mailboxes(Database& database, RowId user, Time now);

/// The user's own.
std::vector<MailFolder> list_mailboxes(Database& database, RowId user);
/// Also one that is shared with the user. Errors: not_found, stale when `uid_validity` is given and
/// another.
Result<Mailbox> find_mailbox(Database& database, RowId user, const FolderKey& key,
                             std::optional<std::uint32_t> uid_validity = std::nullopt);
std::optional<Mailbox> mailbox_of_role(Database& database, RowId user, FolderRole role);

Result<FolderKey> create_mailbox(Database& database, RowId user,
                                 const std::optional<FolderKey>& parent, std::string_view name,
                                 Time now);
Result<FolderKey> rename_mailbox(Database& database, RowId user, const FolderKey& key,
                                 const std::optional<FolderKey>& parent, std::string_view name);
/// With everything below it; the hashes of blobs that nothing needs any more.
Result<std::vector<std::string>> delete_mailbox(Database& database, RowId user,
                                                const FolderKey& key);
/// All of a user's.
std::vector<std::string> delete_all_mailboxes(Database& database, RowId user);

}  // namespace godwit::backend::local
