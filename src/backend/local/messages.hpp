/// Rows of messages and of the contents they share. All functions block, run inside a transaction
/// of their caller's, and change nothing when they return an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/local/content.hpp"
#include "backend/local/mailboxes.hpp"

namespace godwit::backend::local {

struct NewMessage {
  std::string prefix;  // header fields put above the content, whole lines
  Flags flags;
  Time received{};
};

/// Room for `bytes` more in the user's quota, or Fault (quota). `fallback` counts for users without
/// a quota of their own; 0 is no limit. So many octets `beyond` the quota count as room, too.
void charge_quota(Database& database, RowId user, std::uint64_t bytes, std::uint64_t fallback,
                  std::uint64_t beyond = 0);

/// Puts a message into a mailbox; its content is recorded when it is new. Its blobs must be pinned.
Uid insert_message(Database& database, const Mailbox& mailbox, const Content& content,
                   const NewMessage& message);

UidSet search_messages(Database& database, RowId mailbox,
                       std::optional<std::chrono::sys_days> since);
UidSet find_by_message_id(Database& database, RowId mailbox, Uid first,
                          std::string_view message_id);
Result<MailChanges> list_changes(Database& database, const Mailbox& mailbox,
                                 const MailCursor& since, const UidSet& known);
/// Ascending by UID.
std::vector<Message> fetch_messages(Database& database, RowId mailbox,
                                    const std::vector<Uid>& uids);
std::vector<MessageState> fetch_states(Database& database, RowId mailbox,
                                       const std::vector<Uid>& uids);

/// Where the bytes of a range are: some from `prefix`, the rest from the pieces.
struct Stretch {
  std::string prefix;
  std::vector<Piece> pieces;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
/// Nothing for a message or a section that is not there.
std::optional<Stretch> locate(Database& database, RowId mailbox, const PartRange& range);
bool message_exists(Database& database, RowId mailbox, Uid uid);

enum class Stored : std::uint8_t { changed, same };
Result<Stored> change_flags(Database& database, const Mailbox& mailbox, Uid uid,
                            const FlagChange& change);
/// From one user's to another's it counts for the quota of the other: Fault as of charge_quota.
Result<Uid> move_message(Database& database, const Mailbox& from, Uid uid, const Mailbox& to,
                         std::uint64_t fallback_quota);

struct Removed {
  std::uint64_t messages = 0;
  std::vector<std::string> freed;  // blobs that nothing needs any more
};
Removed expunge_messages(Database& database, const Mailbox& mailbox, const UidSet& uids);
/// All of a mailbox that goes away itself: leaves no trace in the log of removals.
void drop_messages(Database& database, RowId user, RowId mailbox, std::vector<std::string>& freed);

/// Keywords sorted and unique; `$Forwarded` among them is the flag. Errors: too_large.
Result<> normalise(Flags& flags);

}  // namespace godwit::backend::local
