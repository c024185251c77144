#include "sqlite/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <map>
#include <stdexcept>
#include <vector>

namespace godwit::sqlite {

namespace {

constexpr std::size_t cached_statements_max = 64;  // per connection; more distinct SQL is a bug

std::string describe(const std::string& path, int code, const char* message) {
  return fmt::format("database {}: {} (SQLite {})", path, message, code);
}

[[noreturn]] void raise_code(const std::string& path, int code, const char* message) {
  const std::string what = describe(path, code, message);
  if (code == SQLITE_IOERR_CORRUPTFS) throw Fault(Fault::Kind::corrupt, what);
  switch (code & 0xFF) {
    case SQLITE_FULL:
      throw Fault(Fault::Kind::quota, what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Fault(Fault::Kind::busy, what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      throw Fault(Fault::Kind::corrupt, what);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOMEM:
    case SQLITE_NOLFS:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_ABORT:
      throw Fault(Fault::Kind::unavailable, what);
    default:
      throw std::logic_error(what);
  }
}

const char* read_only_or(Access access, const char* sql) {
  return access == Access::read_only ? "" : sql;
}

int open_flags(Access access) {
  constexpr int common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (access) {
    case Access::create:
      return common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Access::read_write:
      return common | SQLITE_OPEN_READWRITE;
    case Access::read_only:
      return common | SQLITE_OPEN_READONLY;
  }
  std::unreachable();
}

}  // namespace

struct Database::Cache {
  std::multimap<std::string, sqlite3_stmt*, std::less<>> idle;
};

Database::Database(const OpenOptions& options)
    : path_(options.path), damaged_(options.damaged), cache_(std::make_unique<Cache>()) {
  const char* vfs = options.vfs.empty() ? nullptr : options.vfs.c_str();
  const int code = sqlite3_open_v2(path_.c_str(), &handle_, open_flags(options.access), vfs);
  try {
    if (code != SQLITE_OK) {
      raise_code(path_, code, handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code));
    }
    configure(options);
  } catch (const std::exception&) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Database::~Database() {
  for (auto& [sql, handle] : cache_->idle) sqlite3_finalize(handle);
  sqlite3_close_v2(handle_);
}

void Database::configure(const OpenOptions& options) {
  sqlite3_busy_timeout(handle_, static_cast<int>(options.busy_timeout.count()));
  execute(fmt::format(
      "PRAGMA cache_size=-{}; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
      "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; {}",
      options.cache_bytes / 1024, read_only_or(options.access, "PRAGMA synchronous=FULL;")));
  if (options.access == Access::read_only) return;
  const std::string mode = [this] {
    Statement statement = prepare("PRAGMA journal_mode=WAL");
    statement.step();
    return statement.text(0);
  }();
  if (mode != "wal") {
    throw Fault(Fault::Kind::unavailable,
                fmt::format("database {}: this file system cannot hold a write-ahead log", path_));
  }
}

void Database::raise(int code) const {
  try {
    raise_code(path_, code, sqlite3_errmsg(handle_));
  } catch (const Fault& fault) {
    if (fault.kind() == Fault::Kind::corrupt && damaged_) damaged_(fault.what());
    throw;
  }
}

Statement Database::prepare(std::string_view sql) {
  if (auto found = cache_->idle.find(sql); found != cache_->idle.end()) {
    auto node = cache_->idle.extract(found);
    return Statement(*this, node.mapped(), std::move(node.key()));
  }
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) raise(code);
  if (handle == nullptr) throw std::logic_error("an empty SQL statement");
  return Statement(*this, handle, std::string(sql));
}

void Database::give_back(std::string sql, sqlite3_stmt* handle) noexcept {
  sqlite3_reset(handle);
  sqlite3_clear_bindings(handle);
  if (cache_->idle.size() >= cached_statements_max) {
    sqlite3_finalize(cache_->idle.begin()->second);
    cache_->idle.erase(cache_->idle.begin());
  }
  cache_->idle.emplace(std::move(sql), handle);
}

std::int64_t Database::finish(Statement& statement) {
  const auto before = sqlite3_total_changes64(handle_);
  while (statement.step()) {
  }
  // sqlite3_changes() keeps the number of an earlier statement when this one changes nothing.
  return sqlite3_total_changes64(handle_) == before ? 0 : sqlite3_changes64(handle_);
}

void Database::execute(const std::string& script) {
  const int code = sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise(code);
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

void Database::copy_to(const std::string& path) { run("VACUUM INTO ?", path); }

void Database::check_integrity() {
  Statement statement = query("PRAGMA integrity_check(1)");
  const bool answered = statement.step();
  const std::string verdict = answered ? statement.text(0) : "no answer";
  if (verdict != "ok") {
    throw Fault(Fault::Kind::corrupt, fmt::format("database {} is damaged: {}", path_, verdict));
  }
}

void Database::checkpoint() {
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK && code != SQLITE_BUSY) raise(code);
}

Statement::Statement(Database& database, sqlite3_stmt* handle, std::string sql)
    : database_(&database), handle_(handle), sql_(std::move(sql)) {}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      handle_(std::exchange(other.handle_, nullptr)),
      sql_(std::move(other.sql_)),
      next_(other.next_) {}

Statement::~Statement() {
  if (handle_) database_->give_back(std::move(sql_), handle_);
}

void Statement::too_large() { throw std::logic_error("a number above 63 bits for SQLite"); }

void Statement::check(int code) const {
  if (code != SQLITE_OK) database_->raise(code);
}

void Statement::bind(std::int64_t value) { check(sqlite3_bind_int64(handle_, next_++, value)); }

void Statement::bind(std::string_view text) {
  // A null pointer would bind NULL instead of the empty text.
  const char* data = text.data() ? text.data() : "";
  check(sqlite3_bind_text64(handle_, next_++, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(Blob blob) {
  const char* data = blob.bytes.data() ? blob.bytes.data() : "";
  check(sqlite3_bind_blob64(handle_, next_++, data, blob.bytes.size(), SQLITE_TRANSIENT));
}

void Statement::bind(std::nullptr_t) { check(sqlite3_bind_null(handle_, next_++)); }

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_->raise(code);
  return false;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

std::string_view Statement::view(int column) const {
  const void* data = sqlite3_column_blob(handle_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), size};
}

std::string Statement::text(int column) const { return std::string(view(column)); }

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<std::string> Statement::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

Transaction::Transaction(Database& database, Mode mode) : database_(database) {
  if (mode == Mode::write) {
    database_.run("BEGIN IMMEDIATE");
  } else {
    database_.run("BEGIN");
  }
}

Transaction::~Transaction() {
  if (!open_ || !database_.in_transaction()) return;
  try {
    database_.run("ROLLBACK");
  } catch (const Fault&) {
    // The connection is broken; SQLite rolls back by itself when it is closed or used next.
    open_ = false;
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace godwit::sqlite
