/// From a LIST to folders as the engine sees them: hierarchy, prefixes, roles, subscriptions. Pure.
#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/imap/settings.hpp"
#include "imap/response.hpp"

namespace godwit::backend::imap {

struct FolderListing {
  std::vector<godwit::imap::ListEntry> entries;  // names as keys: modified UTF-7, INBOX in capitals
  std::vector<godwit::imap::StatusEntry> statuses;
  std::vector<std::string> subscribed;  // from LSUB; with LIST-EXTENDED the attribute says so
  std::string prefix;                   // of the personal namespace
  std::vector<std::string> foreign;     // prefixes of the others' and shared namespaces
  std::vector<std::string> unreadable;  // foreign ones that the user may not read
};

/// Whether it lies in a namespace of others, or is where one begins.
bool is_foreign(std::string_view name, const std::vector<std::string>& foreign);
/// Mailboxes of others that the rule shows, as long as they may be read.
std::vector<std::string> wanted_foreign(const FolderListing& listing, const Settings& settings);

std::vector<MailFolder> build_folders(const FolderListing& listing, const Settings& settings);
/// What STATUS told, if all of it is there.
std::optional<MailboxStatus> mailbox_status(const godwit::imap::StatusEntry& entry);
/// Where a new folder goes. Error: refused, when the name cannot be one level's name.
Result<FolderKey> child_key(const std::optional<FolderKey>& parent, std::string_view name,
                            std::string_view prefix, char delimiter);

}  // namespace godwit::backend::imap
