/// The store of one node: an SQLite database with group commit. Names are compared byte by byte.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/schema.hpp"
#include "store/store.hpp"

namespace godwit::sqlite {
class GroupCommitter;
}

namespace godwit::store {

struct SqliteOptions {
  std::string path;
  std::string vfs = {};                                       // empty: the system's
  unsigned readers = 2;                                       // reader threads
  std::function<void(const std::string& what)> damaged = {};  // sqlite::OpenOptions
};

class SqliteStore final : public Store {
 public:
  /// Blocks. Throws sqlite::SchemaMismatch, a Fault whose text names both schemas and the remedy,
  /// when the schema is newer, older or absent; Fault (corrupt) when this is no database.
  explicit SqliteStore(const SqliteOptions& options);
  ~SqliteStore() override;

  Task<std::optional<Record>> get(Key key) override;
  Task<std::vector<std::optional<Record>>> get_many(std::vector<Key> keys) override;
  Task<std::vector<Record>> list(std::string user, Kind kind, std::string prefix, std::string after,
                                 std::size_t limit) override;
  Task<std::vector<Record>> list_all(Kind kind, Key after, std::size_t limit) override;
  Task<bool> commit(std::vector<Write> batch) override;

 private:
  std::unique_ptr<sqlite::GroupCommitter> committer_;
};

/// For the administration; these block. A file that does not exist has schema 0.
SchemaStatus schema_status(const SqliteOptions& options);
/// Makes the database where there is none, else brings an older schema up to date. Refuses a newer
/// one (sqlite::SchemaMismatch).
void install_schema(const SqliteOptions& options);
/// The same for a database that must exist (Fault unavailable).
void update_schema(const SqliteOptions& options);
/// Reads all of it; Fault (corrupt) says what is damaged.
void check_integrity(const SqliteOptions& options);
/// One consistent point of the running or stopped store as a new file.
void copy_store(const SqliteOptions& options, const std::string& path);

}  // namespace godwit::store
