#include "store/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "sqlite/group_commit.hpp"
#include "store/batch.hpp"
#include "store/sqlite/migrations.hpp"

namespace godwit::store {

namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

sqlite::OpenOptions open_options(const SqliteOptions& options, sqlite::Access access) {
  return {.path = options.path, .access = access, .vfs = options.vfs, .damaged = options.damaged};
}

std::int64_t number(Kind kind) { return static_cast<std::int64_t>(kind); }

std::int64_t sql_limit(std::size_t limit) {
  return std::in_range<std::int64_t>(limit) ? static_cast<std::int64_t>(limit)
                                            : std::numeric_limits<std::int64_t>::max();
}

std::optional<Record> find(Database& database, Key key) {
  auto rows =
      database.query("SELECT revision, value FROM record WHERE user = ? AND kind = ? AND name = ?",
                     key.user, number(key.kind), key.name);
  if (!rows.step()) return std::nullopt;
  return Record{std::move(key), static_cast<std::uint64_t>(rows.integer(0)), rows.text(1)};
}

bool has_expected_revision(Database& database, const Write& write) {
  if (!write.expected) return true;
  auto rows = database.query("SELECT revision FROM record WHERE user = ? AND kind = ? AND name = ?",
                             write.key.user, number(write.key.kind), write.key.name);
  const std::uint64_t revision = rows.step() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
  return revision == *write.expected;
}

void apply(Database& database, const Write& write) {
  const Key& key = write.key;
  if (!write.value) {
    database.run("DELETE FROM record WHERE user = ? AND kind = ? AND name = ?", key.user,
                 number(key.kind), key.name);
    return;
  }
  database.run(
      "INSERT INTO record (user, kind, name, revision, value) VALUES (?, ?, ?, 1, ?)"
      " ON CONFLICT DO UPDATE SET revision = revision + 1, value = excluded.value",
      key.user, number(key.kind), key.name, Blob{*write.value});
}

/// Rows of (user, name, revision, value).
std::vector<Record> collect(Statement& rows, Kind kind) {
  std::vector<Record> records;
  while (rows.step()) {
    records.push_back({Key{rows.text(0), kind, rows.text(1)},
                       static_cast<std::uint64_t>(rows.integer(2)), rows.text(3)});
  }
  return records;
}

}  // namespace

SqliteStore::SqliteStore(const SqliteOptions& options) {
  const auto opened = open_options(options, sqlite::Access::read_write);
  {
    Database database(opened);
    sqlite::require_schema(database, sqlite_migrations());
  }
  committer_ = std::make_unique<sqlite::GroupCommitter>(
      sqlite::CommitterOptions{.database = opened, .readers = options.readers});
}

SqliteStore::~SqliteStore() = default;

Task<std::optional<Record>> SqliteStore::get(Key key) {
  return committer_->read(
      [key = std::move(key)](Database& database) { return find(database, key); });
}

Task<std::vector<std::optional<Record>>> SqliteStore::get_many(std::vector<Key> keys) {
  return committer_->read([keys = std::move(keys)](Database& database) {
    std::vector<std::optional<Record>> records;
    for (const Key& key : keys) records.push_back(find(database, key));
    return records;
  });
}

Task<std::vector<Record>> SqliteStore::list(std::string user, Kind kind, std::string prefix,
                                            std::string after, std::size_t limit) {
  return committer_->read([user = std::move(user), kind, prefix = std::move(prefix),
                           after = std::move(after), limit](Database& database) {
    if (const auto end = end_of_prefix(prefix)) {
      auto rows = database.query(
          "SELECT user, name, revision, value FROM record WHERE user = ? AND kind = ?"
          " AND name > ? AND name >= ? AND name < ? ORDER BY name LIMIT ?",
          user, number(kind), after, prefix, *end, sql_limit(limit));
      return collect(rows, kind);
    }
    auto rows = database.query(
        "SELECT user, name, revision, value FROM record WHERE user = ? AND kind = ?"
        " AND name > ? AND name >= ? ORDER BY name LIMIT ?",
        user, number(kind), after, prefix, sql_limit(limit));
    return collect(rows, kind);
  });
}

Task<std::vector<Record>> SqliteStore::list_all(Kind kind, Key after, std::size_t limit) {
  return committer_->read([kind, after = std::move(after), limit](Database& database) {
    auto rows = database.query(
        "SELECT user, name, revision, value FROM record WHERE kind = ? AND (user, name) > (?, ?)"
        " ORDER BY user, name LIMIT ?",
        number(kind), after.user, after.name, sql_limit(limit));
    return collect(rows, kind);
  });
}

Task<bool> SqliteStore::commit(std::vector<Write> batch) {
  arrange(batch);
  // The writer thread is the only writer: what was checked holds until it is written.
  return committer_->write([batch = std::move(batch)](Database& database) {
    const bool agrees = std::ranges::all_of(
        batch, [&](const Write& write) { return has_expected_revision(database, write); });
    if (!agrees) return false;
    for (const Write& write : batch) apply(database, write);
    return true;
  });
}

SchemaStatus schema_status(const SqliteOptions& options) {
  if (options.vfs.empty() && !std::filesystem::exists(options.path)) {
    return {.current = 0, .expected = static_cast<int>(sqlite_migrations().size())};
  }
  Database database(open_options(options, sqlite::Access::read_write));
  const auto status = sqlite::schema_status(database, sqlite_migrations());
  return {.current = status.current, .expected = status.expected};
}

void install_schema(const SqliteOptions& options) {
  Database database(open_options(options, sqlite::Access::create));
  sqlite::migrate(database, sqlite_migrations());
}

void update_schema(const SqliteOptions& options) {
  Database database(open_options(options, sqlite::Access::read_write));
  sqlite::migrate(database, sqlite_migrations());
}

void check_integrity(const SqliteOptions& options) {
  Database database(open_options(options, sqlite::Access::read_write));
  database.check_integrity();
}

void copy_store(const SqliteOptions& options, const std::string& path) {
  Database database(open_options(options, sqlite::Access::read_write));
  database.copy_to(path);
}

}  // namespace godwit::store
