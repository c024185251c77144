/// The full-text index of contents, and looking for messages by it: private to this folder. A
/// content is indexed in the transaction that records it, and leaves the index with it; what was
/// there before the index is caught up with (LocalStore::index_old_mail). All functions block and
/// run inside a transaction of their caller's.
#pragma once

#include <cstddef>
#include <vector>

#include "backend/local/mailboxes.hpp"
#include "backend/mail_query.hpp"
#include "convert/search_text.hpp"

namespace godwit::backend::local {

void index_content(Database& database, RowId content, const convert::SearchText& text);
void unindex_content(Database& database, RowId content);

/// Contents from before the index that are not in it yet, newest first.
struct Unindexed {
  RowId id = 0;
  std::uint64_t size = 0;
  std::string header, layout, pieces;  // as the row has them
};
std::vector<Unindexed> next_unindexed(Database& database, std::size_t count);
std::uint64_t count_unindexed(Database& database);
/// Records that everything from `lowest` up is in the index.
void indexed_down_to(Database& database, RowId lowest);

/// Folders that are gone are left out.
MailHits find_messages(Database& database, RowId user, const std::vector<FolderKey>& folders,
                       const MailQuery& query, std::size_t hits_max);

}  // namespace godwit::backend::local
