/// Conversations of the embedded store, and where their mail goes: private to this folder. The id
/// of a content's conversation stands in its row; what was there before that is caught up with
/// (LocalStore::thread_old_mail). All functions block and run inside a transaction of their
/// caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/local/mailboxes.hpp"
#include "backend/mail_query.hpp"

namespace godwit::backend::local {

inline constexpr std::int64_t rules_max = 500;  // of a user; the oldest go

/// Of a message's header (convert::conversation_id_of).
std::string conversation_of(std::string_view header);

/// Nothing while there is mail whose conversation is not recorded. Folders that are gone are left
/// out. The newest first.
std::optional<MailHits> find_conversation(Database& database, RowId user,
                                          const std::vector<FolderKey>& folders,
                                          std::string_view id);

/// From now on the conversation's mail goes to `target`; nothing = into the inbox. Errors:
/// not_found, refused (another user's folder: mail is delivered into one's own).
Result<> keep_rule(Database& database, RowId user, std::string_view id,
                   const std::optional<FolderKey>& target, Time now);
/// Where a mail that comes is to go; nothing = into the inbox.
std::optional<Mailbox> rule_target(Database& database, RowId user, std::string_view header);

/// Records the conversations of at most `count` contents from before; how many.
std::size_t thread_some(Database& database, std::size_t count);

}  // namespace godwit::backend::local
