#include "backend/local/rows.hpp"

#include <algorithm>

#include "backend/local/conversations.hpp"
#include "backend/local/index.hpp"
#include "backend/local/limits.hpp"
#include "backend/local/messages.hpp"
#include "base/fault.hpp"
#include "base/pack.hpp"

namespace godwit::backend::local {

namespace {

constexpr std::int64_t seen_bit = 1;
constexpr std::int64_t answered_bit = 2;
constexpr std::int64_t flagged_bit = 4;
constexpr std::int64_t draft_bit = 8;
constexpr std::int64_t forwarded_bit = 16;

std::int64_t counted(Database& database, std::string_view sql, RowId mailbox) {
  auto row = database.query(sql, mailbox);
  if (!row.step()) throw Fault(Fault::Kind::corrupt, "a mailbox went away while it was changed");
  const std::int64_t value = row.integer(0);
  row.step();  // an update that returns rows is done when there are no more
  return value;
}

}  // namespace

std::int64_t to_row(Time time) { return time.time_since_epoch().count(); }

Time from_row(std::int64_t milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }

std::int64_t flag_bits(const Flags& flags) {
  return (flags.seen ? seen_bit : 0) | (flags.answered ? answered_bit : 0) |
         (flags.flagged ? flagged_bit : 0) | (flags.draft ? draft_bit : 0) |
         (flags.forwarded ? forwarded_bit : 0);
}

std::string pack_keywords(const Flags& flags) {
  Packer out;
  for (const std::string& keyword : flags.keywords) out.text(keyword);
  return std::move(out).bytes();
}

MessageState read_state(const sqlite::Statement& row, int column) {
  MessageState state;
  state.uid = static_cast<Uid>(row.integer(column));
  const std::int64_t bits = row.integer(column + 1);
  state.flags.seen = (bits & seen_bit) != 0;
  state.flags.answered = (bits & answered_bit) != 0;
  state.flags.flagged = (bits & flagged_bit) != 0;
  state.flags.draft = (bits & draft_bit) != 0;
  state.flags.forwarded = (bits & forwarded_bit) != 0;
  Unpacker keywords(row.view(column + 2));
  while (keywords.ok() && !keywords.at_end()) state.flags.keywords.push_back(keywords.text());
  if (!keywords.ok()) throw Fault(Fault::Kind::corrupt, "the keywords of a message");
  state.modseq = static_cast<std::uint64_t>(row.integer(column + 3));
  state.internal_date = from_row(row.integer(column + 4));
  return state;
}

Result<> normalise(Flags& flags) {
  std::ranges::sort(flags.keywords);
  const auto same = std::ranges::unique(flags.keywords);
  flags.keywords.erase(same.begin(), same.end());
  if (std::erase(flags.keywords, "$Forwarded") > 0) flags.forwarded = true;
  if (flags.keywords.size() > keywords_max) return fail(Errc::too_large, "too many keywords");
  for (const std::string& keyword : flags.keywords) {
    if (keyword.size() > keyword_bytes_max) return fail(Errc::too_large, "keyword too long");
  }
  return {};
}

std::uint64_t next_modseq(Database& database, RowId mailbox) {
  return static_cast<std::uint64_t>(counted(
      database, "UPDATE mailbox SET modseq = modseq + 1 WHERE id = ? RETURNING modseq", mailbox));
}

Uid take_uid(Database& database, RowId mailbox) {
  const std::int64_t uid =
      counted(database,
              "UPDATE mailbox SET uid_next = uid_next + 1, messages = messages + 1"
              " WHERE id = ? RETURNING uid_next - 1",
              mailbox);
  // RFC 9051 2.3.1.1: UIDs have 32 bits.
  if (uid >= UINT32_MAX) throw Fault(Fault::Kind::quota, "the mailbox has no UIDs left");
  return static_cast<Uid>(uid);
}

void charge_quota(Database& database, RowId user, std::uint64_t bytes, std::uint64_t fallback,
                  std::uint64_t beyond) {
  auto row = database.query("SELECT used, ifnull(quota, ?) FROM user WHERE id = ?", fallback, user);
  if (!row.step()) throw Fault(Fault::Kind::sign_in_failed, "the user is no more");
  const auto used = static_cast<std::uint64_t>(std::max<std::int64_t>(row.integer(0), 0));
  const auto quota = static_cast<std::uint64_t>(row.integer(1));
  const std::uint64_t most = quota + beyond;
  if (quota != 0 && (used > most || bytes > most - used)) {
    throw Fault(Fault::Kind::quota, "the mailbox is full");
  }
}

Uid insert_message(Database& database, const Mailbox& mailbox, const Content& content,
                   const NewMessage& message) {
  const RowId shared = use_content(database, content);
  const Uid uid = take_uid(database, mailbox.id);
  const std::uint64_t size = content.size + message.prefix.size();
  database.run(
      "INSERT INTO message (mailbox, uid, content, prefix, size, flags, keywords, modseq,"
      " received) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      mailbox.id, uid, shared, sqlite::Blob{message.prefix}, size, flag_bits(message.flags),
      sqlite::Blob{pack_keywords(message.flags)}, next_modseq(database, mailbox.id),
      to_row(message.received));
  database.run("UPDATE user SET used = used + ? WHERE id = ?", size, mailbox.user);
  return uid;
}

RowId use_content(Database& database, const Content& content) {
  {
    auto row = database.query("SELECT id FROM content WHERE hash = ?", sqlite::Blob{content.hash});
    if (row.step()) {
      const RowId id = row.integer(0);
      database.run("UPDATE content SET refs = refs + 1 WHERE id = ?", id);
      return id;
    }
  }
  for (const auto& [hash, size] : content.blobs) {
    database.run(
        "INSERT INTO blob (hash, size, refs) VALUES (?, ?, 1)"
        " ON CONFLICT (hash) DO UPDATE SET refs = refs + 1",
        sqlite::Blob{hash}, size);
  }
  database.run(
      "INSERT INTO content (hash, size, header, message_id, layout, pieces, conversation, refs)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
      sqlite::Blob{content.hash}, content.size, sqlite::Blob{content.header}, content.message_id,
      sqlite::Blob{pack_layout(content.layout)}, sqlite::Blob{pack_pieces(content.pieces)},
      sqlite::Blob{conversation_of(content.header)});
  const RowId id = database.last_insert_id();
  index_content(database, id, content.words);
  return id;
}

void release_content(Database& database, RowId content, std::vector<std::string>& freed) {
  std::vector<std::string> hashes;
  {
    auto row = database.query("SELECT refs, pieces FROM content WHERE id = ?", content);
    if (!row.step()) throw Fault(Fault::Kind::corrupt, "a message without content");
    if (row.integer(0) > 1) {
      database.run("UPDATE content SET refs = refs - 1 WHERE id = ?", content);
      return;
    }
    for (const Piece& piece : unpack_pieces(row.view(1))) hashes.push_back(piece.hash);
  }
  database.run("DELETE FROM content WHERE id = ?", content);
  unindex_content(database, content);
  std::ranges::sort(hashes);
  const auto same = std::ranges::unique(hashes);
  hashes.erase(same.begin(), same.end());
  for (std::string& hash : hashes) {
    database.run("UPDATE blob SET refs = refs - 1 WHERE hash = ?", sqlite::Blob{hash});
    if (database.run("DELETE FROM blob WHERE hash = ? AND refs <= 0", sqlite::Blob{hash}) > 0) {
      freed.push_back(std::move(hash));
    }
  }
}

void log_removal(Database& database, RowId mailbox, std::uint64_t modseq, Uid uid) {
  database.run("INSERT INTO expunged (mailbox, modseq, uid) VALUES (?, ?, ?)", mailbox, modseq,
               uid);
  database.run("UPDATE mailbox SET expunged = expunged + 1 WHERE id = ?", mailbox);
}

void trim_removals(Database& database, RowId mailbox) {
  {
    auto row = database.query("SELECT expunged FROM mailbox WHERE id = ?", mailbox);
    if (!row.step() || row.integer(0) <= 2 * expunged_max) return;
  }
  std::int64_t last = 0;
  {
    auto row = database.query(
        "SELECT modseq FROM expunged WHERE mailbox = ?"
        " ORDER BY modseq DESC LIMIT 1 OFFSET ?",
        mailbox, expunged_max);
    if (!row.step()) return;
    last = row.integer(0);
  }
  const std::int64_t dropped =
      database.run("DELETE FROM expunged WHERE mailbox = ? AND modseq <= ?", mailbox, last);
  database.run("UPDATE mailbox SET expunged = expunged - ?, forgotten = ? WHERE id = ?", dropped,
               last, mailbox);
}

}  // namespace godwit::backend::local
