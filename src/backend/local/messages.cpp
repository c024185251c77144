#include "backend/local/messages.hpp"

#include <algorithm>

#include "backend/local/limits.hpp"
#include "backend/local/rows.hpp"
#include "base/fault.hpp"
#include "convert/header.hpp"

namespace godwit::backend::local {

namespace {

/// A message that goes to another user counts there from now on.
void charge_other(Database& database, const Mailbox& from, Uid uid, const Mailbox& to,
                  std::uint64_t fallback_quota) {
  auto row = database.query("SELECT size FROM message WHERE mailbox = ? AND uid = ?", from.id, uid);
  const std::int64_t bytes = row.step() ? row.integer(0) : 0;
  charge_quota(database, to.user, static_cast<std::uint64_t>(bytes), fallback_quota);
  database.run("UPDATE user SET used = used - ? WHERE id = ?", bytes, from.user);
  database.run("UPDATE user SET used = used + ? WHERE id = ?", bytes, to.user);
}

}  // namespace

UidSet search_messages(Database& database, RowId mailbox,
                       std::optional<std::chrono::sys_days> since) {
  UidSet uids;
  if (!since) {
    for (auto rows =
             database.query("SELECT uid FROM message WHERE mailbox = ? ORDER BY uid", mailbox);
         rows.step();) {
      uids.add(static_cast<Uid>(rows.integer(0)));
    }
    return uids;
  }
  std::vector<Uid> found;
  for (auto rows = database.query("SELECT uid FROM message WHERE mailbox = ? AND received >= ?",
                                  mailbox, to_row(Time(*since)));
       rows.step();) {
    found.push_back(static_cast<Uid>(rows.integer(0)));
  }
  return UidSet::of(found);
}

UidSet find_by_message_id(Database& database, RowId mailbox, Uid first,
                          std::string_view message_id) {
  UidSet uids;
  for (auto rows =
           database.query("SELECT m.uid FROM message m JOIN content c ON c.id = m.content"
                          " WHERE m.mailbox = ? AND m.uid >= ? AND c.message_id = ? ORDER BY m.uid",
                          mailbox, first, convert::first_message_id(message_id));
       rows.step();) {
    uids.add(static_cast<Uid>(rows.integer(0)));
  }
  return uids;
}

Result<MailChanges> list_changes(Database& database, const Mailbox& mailbox,
                                 const MailCursor& since, const UidSet& known) {
  MailChanges out;
  out.cursor.status = mailbox.status;
  if (since.status.uid_validity == 0) return out;
  if (since.status.uid_validity != mailbox.status.uid_validity ||
      since.status.uid_next > mailbox.status.uid_next ||
      since.status.highest_modseq > mailbox.status.highest_modseq) {
    return fail(Errc::stale, "not a position of this mailbox");
  }
  const std::uint64_t position = since.status.highest_modseq;
  if (position == mailbox.status.highest_modseq) return out;
  for (auto rows = database.query("SELECT uid, flags, keywords, modseq, received FROM message"
                                  " WHERE mailbox = ? AND modseq > ?",
                                  mailbox.id, position);
       rows.step();) {
    out.changed.push_back(read_state(rows, 0));
  }
  std::ranges::sort(out.changed, {}, &MessageState::uid);
  if (position < mailbox.forgotten) {
    // The log of removals does not reach back that far: compare everything.
    out.vanished = known.minus(search_messages(database, mailbox.id, std::nullopt));
    return out;
  }
  std::vector<Uid> gone;
  for (auto rows = database.query("SELECT uid FROM expunged WHERE mailbox = ? AND modseq > ?",
                                  mailbox.id, position);
       rows.step();) {
    gone.push_back(static_cast<Uid>(rows.integer(0)));
  }
  out.vanished = UidSet::of(gone).intersect(known);
  return out;
}

std::vector<Message> fetch_messages(Database& database, RowId mailbox,
                                    const std::vector<Uid>& uids) {
  std::vector<Message> out;
  for (const Uid uid : UidSet::of(uids).to_vector()) {
    auto row = database.query(
        "SELECT m.uid, m.flags, m.keywords, m.modseq, m.received, m.size,"
        " m.prefix, c.header, c.layout"
        " FROM message m JOIN content c ON c.id = m.content"
        " WHERE m.mailbox = ? AND m.uid = ?",
        mailbox, uid);
    if (!row.step()) continue;
    Message message;
    message.state = read_state(row, 0);
    message.size = static_cast<std::uint64_t>(row.integer(5));
    message.header = row.text(6) + row.text(7);
    message.structure = unpack_layout(row.view(8)).structure;
    out.push_back(std::move(message));
  }
  return out;
}

std::vector<MessageState> fetch_states(Database& database, RowId mailbox,
                                       const std::vector<Uid>& uids) {
  std::vector<MessageState> out;
  for (const Uid uid : UidSet::of(uids).to_vector()) {
    auto row = database.query(
        "SELECT uid, flags, keywords, modseq, received FROM message"
        " WHERE mailbox = ? AND uid = ?",
        mailbox, uid);
    if (row.step()) out.push_back(read_state(row, 0));
  }
  return out;
}

std::optional<Stretch> locate(Database& database, RowId mailbox, const PartRange& range) {
  auto row = database.query(
      "SELECT m.prefix, c.layout, c.pieces"
      " FROM message m JOIN content c ON c.id = m.content"
      " WHERE m.mailbox = ? AND m.uid = ?",
      mailbox, range.uid);
  if (!row.step()) return std::nullopt;
  const convert::Layout layout = unpack_layout(row.view(1));
  const convert::Located* const part = layout.find(range.section);
  if (part == nullptr) return std::nullopt;
  Stretch out{.prefix = {}, .pieces = unpack_pieces(row.view(2)), .offset = 0, .length = 0};
  // The fields put above belong to the whole message and to its header, to nothing else.
  if (range.section.empty() || range.section == "HEADER") out.prefix = row.text(0);
  const std::uint64_t above = out.prefix.size();
  const std::uint64_t size = above + part->end - part->begin;
  if (range.offset >= size) return Stretch{};
  std::uint64_t length = std::min(range.length, size - range.offset);
  if (range.offset < above) {
    out.prefix =
        out.prefix.substr(static_cast<std::size_t>(range.offset), static_cast<std::size_t>(length));
    out.offset = part->begin;
    length -= out.prefix.size();
  } else {
    out.prefix.clear();
    out.offset = part->begin + range.offset - above;
  }
  out.length = length;
  return out;
}

bool message_exists(Database& database, RowId mailbox, Uid uid) {
  auto row = database.query("SELECT 1 FROM message WHERE mailbox = ? AND uid = ?", mailbox, uid);
  return row.step();
}

Result<Stored> change_flags(Database& database, const Mailbox& mailbox, Uid uid,
                            const FlagChange& change) {
  const auto states = fetch_states(database, mailbox.id, {uid});
  if (states.empty()) return fail(Errc::not_found, "no such message");
  Flags flags = states[0].flags;
  flags.seen = change.seen.value_or(flags.seen);
  flags.answered = change.answered.value_or(flags.answered);
  flags.flagged = change.flagged.value_or(flags.flagged);
  flags.draft = change.draft.value_or(flags.draft);
  flags.forwarded = change.forwarded.value_or(flags.forwarded);
  if (change.keywords) flags.keywords = *change.keywords;
  if (const auto valid = normalise(flags); !valid) return pass(valid);
  if (flags == states[0].flags) return Stored::same;
  database.run(
      "UPDATE message SET flags = ?, keywords = ?, modseq = ?"
      " WHERE mailbox = ? AND uid = ?",
      flag_bits(flags), sqlite::Blob{pack_keywords(flags)}, next_modseq(database, mailbox.id),
      mailbox.id, uid);
  return Stored::changed;
}

Result<Uid> move_message(Database& database, const Mailbox& from, Uid uid, const Mailbox& to,
                         std::uint64_t fallback_quota) {
  if (!message_exists(database, from.id, uid)) return fail(Errc::not_found, "no such message");
  if (from.id == to.id) return fail(Errc::refused, "the message is there already");
  if (from.user != to.user) charge_other(database, from, uid, to, fallback_quota);
  const Uid moved = take_uid(database, to.id);
  database.run(
      "INSERT INTO message (mailbox, uid, content, prefix, size, flags, keywords, modseq,"
      " received) SELECT ?, ?, content, prefix, size, flags, keywords, ?, received"
      " FROM message WHERE mailbox = ? AND uid = ?",
      to.id, moved, next_modseq(database, to.id), from.id, uid);
  database.run("DELETE FROM message WHERE mailbox = ? AND uid = ?", from.id, uid);
  database.run("UPDATE mailbox SET messages = messages - 1 WHERE id = ?", from.id);
  log_removal(database, from.id, next_modseq(database, from.id), uid);
  trim_removals(database, from.id);
  return moved;
}

Removed expunge_messages(Database& database, const Mailbox& mailbox, const UidSet& uids) {
  struct Row {
    Uid uid;
    RowId content;
    std::int64_t size;
  };
  std::vector<Row> gone;
  for (const UidRange& range : uids.ranges()) {
    for (auto rows = database.query("SELECT uid, content, size FROM message"
                                    " WHERE mailbox = ? AND uid BETWEEN ? AND ?",
                                    mailbox.id, range.first, range.last);
         rows.step();) {
      gone.push_back({static_cast<Uid>(rows.integer(0)), rows.integer(1), rows.integer(2)});
    }
  }
  Removed out;
  if (gone.empty()) return out;
  const std::uint64_t modseq = next_modseq(database, mailbox.id);
  std::int64_t bytes = 0;
  for (const Row& row : gone) {
    database.run("DELETE FROM message WHERE mailbox = ? AND uid = ?", mailbox.id, row.uid);
    log_removal(database, mailbox.id, modseq, row.uid);
    release_content(database, row.content, out.freed);
    bytes += row.size;
  }
  out.messages = gone.size();
  database.run("UPDATE mailbox SET messages = messages - ? WHERE id = ?", gone.size(), mailbox.id);
  database.run("UPDATE user SET used = used - ? WHERE id = ?", bytes, mailbox.user);
  trim_removals(database, mailbox.id);
  return out;
}

void drop_messages(Database& database, RowId user, RowId mailbox, std::vector<std::string>& freed) {
  std::vector<RowId> contents;
  std::int64_t bytes = 0;
  for (auto rows = database.query("SELECT content, size FROM message WHERE mailbox = ?", mailbox);
       rows.step();) {
    contents.push_back(rows.integer(0));
    bytes += rows.integer(1);
  }
  database.run("DELETE FROM message WHERE mailbox = ?", mailbox);
  for (const RowId content : contents) release_content(database, content, freed);
  database.run("UPDATE user SET used = used - ? WHERE id = ?", bytes, user);
}

}  // namespace godwit::backend::local
