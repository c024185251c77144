#include "backend/local/administration.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "backend/local/content.hpp"
#include "backend/local/core.hpp"
#include "backend/local/limits.hpp"
#include "backend/local/schema.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): this file is its public face
using sqlite::Access;
using sqlite::Database;

/// A point may name blobs that the daemon removes before they are copied: then a later point is
/// taken. One that lasts this long is no longer chance.
constexpr int points_max = 20;

std::optional<std::string> next_blob(Database& database, const std::optional<std::string>& after) {
  auto row = after ? database.query("SELECT hash FROM blob WHERE hash > ? ORDER BY hash LIMIT 1",
                                    sqlite::Blob{*after})
                   : database.query("SELECT hash FROM blob ORDER BY hash LIMIT 1");
  if (!row.step()) return std::nullopt;
  return row.text(0);
}

/// False when the blob is not there any more.
bool copy_blob(const BlobStore& from, BlobStore& to, const std::string& hash) {
  if (to.exists(hash)) return true;
  BlobStore::Draft draft = to.draft();
  Pins pins(to);
  try {
    for (;;) {
      const std::string bytes = from.read(hash, draft.size(), chunk_bytes);
      draft.append(bytes);
      if (bytes.size() < chunk_bytes) break;
    }
  } catch (const Fault&) {
    if (!from.exists(hash)) return false;
    throw;
  }
  if (draft.hash() != hash) {
    throw Fault(Fault::Kind::corrupt, "blob " + hex_encode(hash) + " is damaged");
  }
  std::move(draft).keep(pins);
  return true;
}

/// False when some are not there any more. The others are copied all the same: the next point needs
/// but what came since.
bool copy_blobs(Database& point, const BlobStore& from, BlobStore& to) {
  bool whole = true;
  for (auto hash = next_blob(point, std::nullopt); hash; hash = next_blob(point, hash)) {
    whole = copy_blob(from, to, *hash) && whole;
  }
  return whole;
}

/// How often each blob is used, counted anew.
void count_blobs(Database& database) {
  database.execute("CREATE TEMP TABLE used (hash BLOB PRIMARY KEY, refs INTEGER) WITHOUT ROWID");
  auto row = database.query("SELECT pieces FROM content");
  while (row.step()) {
    std::vector<std::string> hashes;
    for (Piece& piece : unpack_pieces(row.view(0))) hashes.push_back(std::move(piece.hash));
    std::ranges::sort(hashes);
    const auto same = std::ranges::unique(hashes);
    hashes.erase(same.begin(), same.end());
    for (const std::string& hash : hashes) {
      database.run(
          "INSERT INTO used (hash, refs) VALUES (?, 1) ON CONFLICT (hash)"
          " DO UPDATE SET refs = refs + 1",
          sqlite::Blob{hash});
    }
  }
}

struct Counter {
  const char* what;
  const char* wrong;  // how many rows disagree with what they count
};
constexpr auto counters = std::to_array<Counter>({
    {"references to contents",
     "SELECT count(*) FROM content"
     " WHERE refs <> (SELECT count(*) FROM message WHERE content = content.id)"},
    {"contents of messages",
     "SELECT count(*) FROM message WHERE content NOT IN (SELECT id FROM content)"},
    {"messages of mailboxes",
     "SELECT count(*) FROM mailbox"
     " WHERE messages <> (SELECT count(*) FROM message WHERE mailbox = mailbox.id)"},
    {"bytes of users",
     "SELECT count(*) FROM user WHERE used <> (SELECT ifnull(sum(message.size), 0) FROM message"
     " JOIN mailbox ON mailbox.id = message.mailbox WHERE mailbox.user = user.id)"},
    {"references to blobs",
     "SELECT count(*) FROM blob LEFT JOIN used USING (hash) WHERE used.refs IS NOT blob.refs"},
    {"blobs of contents", "SELECT count(*) FROM used WHERE hash NOT IN (SELECT hash FROM blob)"},
});

void check_counters(Database& database) {
  const sqlite::Transaction point(database, sqlite::Transaction::Mode::read);
  count_blobs(database);
  for (const Counter& counter : counters) {
    auto row = database.query(counter.wrong);
    if (row.step() && row.integer(0) == 0) continue;
    throw Fault(Fault::Kind::corrupt, std::string("the mail store miscounts ") + counter.what);
  }
}

void remove_strangers(Database& point, BlobStore& blobs) {
  const auto unused = [&](const std::string& hash) {
    auto row = point.query("SELECT 1 FROM blob WHERE hash = ?", sqlite::Blob{hash});
    return !row.step();
  };
  for (unsigned n = 0; n < BlobStore::folders; ++n) blobs.remove(blobs.list(n), unused);
}

}  // namespace

LocalSchema local_schema_status(const LocalOptions& options, FileLayer& files) {
  if (!files.exists(database_path(options.folder))) {
    return {.current = 0, .expected = static_cast<int>(migrations.size())};
  }
  Database database(open_options(options, Access::read_only));
  const auto status = sqlite::schema_status(database, migrations);
  return {.current = status.current, .expected = status.expected};
}

void install_local_schema(const LocalOptions& options, FileLayer& files) {
  files.make_folders(options.folder);
  Database database(open_options(options, Access::create));
  if (sqlite::schema_status(database, migrations).current != 0) {
    throw Fault(Fault::Kind::busy, "the mail store is installed already: update it instead");
  }
  sqlite::migrate(database, migrations);
}

void update_local_schema(const LocalOptions& options) {
  Database database(open_options(options, Access::read_write));
  sqlite::migrate(database, migrations);
}

void check_local_store(const LocalOptions& options, FileLayer& files) {
  Database database(open_options(options, Access::read_write));
  sqlite::require_schema(database, migrations);
  database.check_integrity();
  check_counters(database);
  const BlobStore blobs(files, blobs_path(options.folder));
  for (auto hash = next_blob(database, std::nullopt); hash; hash = next_blob(database, hash)) {
    if (blobs.exists(*hash)) continue;
    // A daemon that works on removes its row first.
    auto row = database.query("SELECT 1 FROM blob WHERE hash = ?", sqlite::Blob{*hash});
    if (!row.step()) continue;
    throw Fault(Fault::Kind::corrupt, "blob " + hex_encode(*hash) + " is missing");
  }
}

void backup_local_store(const LocalOptions& options, FileLayer& files, const std::string& folder) {
  LocalOptions copied = options;
  copied.folder = folder;
  const std::string path = database_path(folder);
  if (files.exists(path)) throw Fault(Fault::Kind::busy, folder + " holds a backup already");
  files.make_folders(folder);
  const BlobStore from(files, blobs_path(options.folder));
  BlobStore to(files, blobs_path(folder));
  to.prepare();
  const std::string draft = path + ".new";
  for (int point = 0; point < points_max; ++point) {
    for (const char* suffix : {"", "-wal", "-shm"}) files.remove(draft + suffix);
    Database live(open_options(options, Access::read_write));
    live.copy_to(draft);
    bool whole = false;
    {
      Database copy({.path = draft, .access = Access::read_write, .vfs = options.vfs});
      sqlite::require_schema(copy, migrations);
      whole = copy_blobs(copy, from, to);
      if (whole) {
        remove_strangers(copy, to);
        copy.run(
            "INSERT INTO meta (name, value) VALUES ('restored', 1)"
            " ON CONFLICT (name) DO NOTHING");
        copy.checkpoint();
      }
    }
    if (!whole) continue;
    files.rename(draft, path);
    files.sync_folder(folder);
    return;
  }
  throw Fault(Fault::Kind::busy, "the store changes faster than it can be copied");
}

}  // namespace godwit::backend
