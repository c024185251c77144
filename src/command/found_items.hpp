/// Events, contacts, tasks and notes in a Search of the mailbox: found by looking through their
/// collections, and shown page by page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/mail_query.hpp"
#include "command/found_mail.hpp"
#include "command/session.hpp"
#include "eas/sync.hpp"

namespace godwit::command {

/// Looked through for one search, of all collections; what is beyond is not found.
inline constexpr std::size_t searched_items_max = 20'000;

struct FoundText {
  std::string collection_id;
  std::string href;
  friend bool operator==(const FoundText&, const FoundText&) = default;
};

/// Of folders of any class but mail.
struct TextHits {
  std::vector<FoundText> items;  // class by class, within one what comes last in time first
  std::uint64_t total = 0;       // of all that match, items.size() or more
};
Task<TextHits> find_text_items(Session& session, std::vector<const sync::FolderRow*> folders,
                               std::vector<backend::MailClause> clauses, std::size_t hits_max);

/// What of a range is still there and whole; the rest leaves the result set, and the next ones move
/// up. Fewer than asked for where they would be too large together.
Task<std::vector<FoundItem>> load_text_items(Session& session, const sync::FolderTable& table,
                                             TextHits& hits, IndexRange range,
                                             const std::vector<eas::BodyPreference>& bodies);

}  // namespace godwit::command
