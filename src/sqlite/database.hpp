/// One connection to an SQLite database, its statements, transactions and schema. Everything here
/// blocks and belongs to one thread at a time: the loop reaches it through GroupCommitter
/// (group_commit.hpp) only.
///
///   Database database({.path = "/var/lib/godwit/state.db"});
///   database.run("INSERT INTO user (id, name) VALUES (?, ?)", id, name);
///   for (auto rows = database.query("SELECT name FROM user WHERE id > ?", id); rows.step();)
///     use(rows.text(0));
///
/// Throws Fault: quota (disk full), busy (locked for longer than busy_timeout), corrupt (damaged or
/// no database), unavailable (I/O error, may not be opened); std::logic_error for wrong SQL and
/// violated constraints, which are bugs of ours (say ON CONFLICT where a conflict can happen).
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/fault.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace godwit::sqlite {

enum class Access : std::uint8_t {
  create,      // read and write; made when absent
  read_write,  // must exist
  read_only,   // must exist
};

/// WAL, synchronous=FULL, foreign keys on, no memory mapping, temporary tables in memory.
struct OpenOptions {
  std::string path;
  Access access = Access::create;
  std::string vfs = {};  // name of a registered VFS; empty: the system's
  std::chrono::milliseconds busy_timeout{5000};
  std::size_t cache_bytes = std::size_t{4} * 1024 * 1024;  // page cache of this connection
  /// Called on the thread at work when the file turns out to be damaged, before the Fault.
  std::function<void(const std::string& what)> damaged = {};
};

/// Bytes that are no text.
struct Blob {
  std::string_view bytes;
};

class Database;

/// A prepared statement with its values bound. It borrows from its database's cache and returns
/// there when destroyed; must not outlive the database. Columns count from 0.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Binds the next parameter, from the first on.
  void bind(std::int64_t value);
  void bind(std::string_view text);
  void bind(Blob blob);
  void bind(std::nullptr_t null);
  void bind(bool value) { bind(std::int64_t{value}); }
  void bind(const char* text) { bind(std::string_view(text)); }
  void bind(const std::string& text) { bind(std::string_view(text)); }
  /// SQLite has 63 bits; a value above is a std::logic_error.
  template <std::integral T>
    requires(!std::same_as<T, std::int64_t>)
  void bind(T value) {
    if (!std::in_range<std::int64_t>(value)) too_large();
    bind(static_cast<std::int64_t>(value));
  }
  template <class T>
  void bind(const std::optional<T>& value) {
    if (value) {
      bind(*value);
    } else {
      bind(nullptr);
    }
  }

  /// To the next row; false: there is none.
  bool step();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  /// A text or a blob, with all its bytes; NULL is empty.
  std::string text(int column) const;
  /// The same without a copy: valid until step() or destruction.
  std::string_view view(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;
  std::optional<std::string> optional_text(int column) const;

 private:
  friend class Database;
  Statement(Database& database, sqlite3_stmt* handle, std::string sql);
  [[noreturn]] static void too_large();
  void check(int code) const;

  Database* database_;
  sqlite3_stmt* handle_;
  std::string sql_;
  int next_ = 1;
};

class Database {
 public:
  explicit Database(const OpenOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Prepares (or takes from the cache) one statement and binds `values` in order. `sql` should be
  /// a constant: it is the cache's key.
  template <class... Values>
  Statement query(std::string_view sql, const Values&... values) {
    Statement statement = prepare(sql);
    (statement.bind(values), ...);
    return statement;
  }

  /// Runs it to its end; returns how many rows it inserted, updated or deleted.
  template <class... Values>
  std::int64_t run(std::string_view sql, const Values&... values) {
    Statement statement = query(sql, values...);
    return finish(statement);
  }

  /// Several statements separated by `;`, without values: for schemas.
  void execute(const std::string& script);

  std::int64_t last_insert_id() const;
  bool in_transaction() const;
  /// Copies the whole database as one consistent point into a new file.
  void copy_to(const std::string& path);
  /// Reads every page. Throws Fault (corrupt) that says what is wrong first.
  void check_integrity();
  /// Moves the log into the database file and empties it, as far as readers let it.
  void checkpoint();
  const std::string& path() const { return path_; }

 private:
  friend class Statement;
  struct Cache;
  Statement prepare(std::string_view sql);
  std::int64_t finish(Statement& statement);
  void give_back(std::string sql, sqlite3_stmt* handle) noexcept;
  void configure(const OpenOptions& options);
  [[noreturn]] void raise(int code) const;

  std::string path_;
  std::function<void(const std::string& what)> damaged_;
  sqlite3* handle_ = nullptr;
  std::unique_ptr<Cache> cache_;
};

/// Begins (IMMEDIATE: as the writer) now; rolls back when destroyed before commit().
class Transaction {
 public:
  enum class Mode : std::uint8_t { read, write };
  explicit Transaction(Database& database, Mode mode = Mode::write);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

/// All of `work` or nothing: rolls back when it throws. Returns what it returns.
template <std::invocable Work>
auto transaction(Database& database, Work&& work) {
  Transaction guard(database);
  if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
    std::forward<Work>(work)();
    guard.commit();
  } else {
    auto value = std::forward<Work>(work)();
    guard.commit();
    return value;
  }
}

/// A schema is an append-only list of scripts; PRAGMA user_version counts those applied.
using Migrations = std::span<const char* const>;

struct SchemaStatus {
  int current = 0;   // 0: an empty database
  int expected = 0;  // what this program needs
  friend bool operator==(const SchemaStatus&, const SchemaStatus&) = default;
};

/// The schema is not the one that this program needs: newer (needs a newer program) or older (needs
/// `update`).
class SchemaMismatch : public Fault {
 public:
  SchemaMismatch(const std::string& database, SchemaStatus status);
  SchemaStatus status() const noexcept { return status_; }

 private:
  SchemaStatus status_;
};

SchemaStatus schema_status(Database& database, Migrations migrations);
/// Throws SchemaMismatch unless the schema is exactly this one.
void require_schema(Database& database, Migrations migrations);
/// Applies what is missing, all or nothing. Throws SchemaMismatch when the schema is newer.
void migrate(Database& database, Migrations migrations);

}  // namespace godwit::sqlite
