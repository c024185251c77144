/// The mails of a conversation in all of a user's folders: found, moved, and those to come sent
/// after them. [MS-ASCON], docs/adr/0013-drafts-and-conversations.md
///
/// The embedded store keeps conversations; elsewhere they are told by the mails' headers, the
/// newest first and within a bound.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/mail_query.hpp"
#include "command/session.hpp"
#include "item/uid_set.hpp"
#include "sync/folder_table.hpp"

namespace godwit::command {

inline constexpr std::size_t conversation_headers_max = 50'000;  // looked at for one request
inline constexpr std::size_t conversation_window_max = 2'000;    // looked at by a Sync, each way
inline constexpr std::size_t conversation_rules_max = 500;       // of a user; the oldest go

struct FoundConversation {
  struct Part {
    FolderKey folder;
    std::uint32_t uid_validity = 0;
    std::vector<Uid> uids;
  };
  std::vector<Part> parts;
  bool whole = true;  // false: older mail was not looked at

  bool empty() const { return parts.empty(); }
};
/// `id`: 16 bytes as devices are told them. Folders that are gone are left out.
Task<FoundConversation> find_conversation(Session& session, std::vector<FolderKey> folders,
                                          std::string id);

/// As a result set: what was received last stands first.
Task<backend::MailHits> conversation_hits(Session& session, std::vector<FolderKey> folders,
                                          std::string id, backend::MailQuery limits);

/// Which of `others` share a conversation with one of `mails`; of both the newest are looked at, up
/// to conversation_window_max.
Task<UidSet> conversation_mates(Session& session, FolderKey folder, std::uint32_t uid_validity,
                                UidSet mails, UidSet others);

/// [MS-ASCMD] Move (ItemOperations) with MoveAlways: what is there goes to `target`, what comes
/// will follow; into the inbox: what comes stays where it comes. Status of the Move.
Task<std::uint16_t> move_conversation(Session& session, const sync::FolderTable& table,
                                      std::string id, const sync::FolderRow& target);

/// Moves what came to a folder and belongs to a conversation that is always moved. True: some went.
Task<bool> follow_conversations(Session& session, const sync::FolderTable& table,
                                const sync::FolderRow& row, std::uint32_t uid_validity,
                                std::vector<Uid> uids);

}  // namespace godwit::command
