/// How values look in rows of messages, and the counters of a mailbox: private to this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend/local/content.hpp"
#include "backend/local/mailboxes.hpp"

namespace godwit::backend::local {

/// Milliseconds since 1970.
std::int64_t to_row(Time time);
Time from_row(std::int64_t milliseconds);

std::int64_t flag_bits(const Flags& flags);
std::string pack_keywords(const Flags& flags);
/// From the columns uid, flags, keywords, modseq, received, the first of which is `column`.
MessageState read_state(const sqlite::Statement& row, int column);

/// Counts one up and returns it.
std::uint64_t next_modseq(Database& database, RowId mailbox);
/// A new UID for one more message.
Uid take_uid(Database& database, RowId mailbox);

/// One use more, or less; hashes of blobs without any use left are added to `freed`.
RowId use_content(Database& database, const Content& content);
void release_content(Database& database, RowId content, std::vector<std::string>& freed);

void log_removal(Database& database, RowId mailbox, std::uint64_t modseq, Uid uid);
/// Forgets the oldest removals once there are twice as many as are to be remembered.
void trim_removals(Database& database, RowId mailbox);

}  // namespace godwit::backend::local
