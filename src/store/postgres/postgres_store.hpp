/// The store of several nodes: PostgreSQL 15 or newer, in the subset that engines which speak its
/// protocol share: composite keys, conditional writes, short transactions, no locks by name, no
/// notifications, no sequences. Names are bytes and compared as such.
#pragma once

#include <memory>
#include <string>

#include "store/schema.hpp"
#include "store/store.hpp"

namespace godwit::store {

struct PostgresOptions {
  /// libpq connection string or URI. May hold a password: never logged.
  std::string connection;
  unsigned connections = 4;        // each with a thread
  std::size_t queue_max = 10'000;  // operations waiting for one; more are refused (Fault busy)
};

/// Serialization failures, deadlocks and broken connections are retried a few times (SQLSTATE
/// 40001, 40P01, 57P01 and class 08); then Fault (busy or unavailable). A commit whose answer was
/// lost is Fault (timed_out): it may have happened. Statements are bounded to 30 s.
class PostgresStore final : public Store {
 public:
  /// Blocks. Throws Fault: unavailable (no connection, or the schema is newer, older or absent; the
  /// text names both numbers and the remedy).
  explicit PostgresStore(PostgresOptions options);
  ~PostgresStore() override;

  Task<std::optional<Record>> get(Key key) override;
  Task<std::vector<std::optional<Record>>> get_many(std::vector<Key> keys) override;
  Task<std::vector<Record>> list(std::string user, Kind kind, std::string prefix, std::string after,
                                 std::size_t limit) override;
  Task<std::vector<Record>> list_all(Kind kind, Key after, std::size_t limit) override;
  Task<bool> commit(std::vector<Write> batch) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// For the administration; these block.
SchemaStatus schema_status(const PostgresOptions& options);
/// Makes what is missing in the first schema of the search path. Refuses a newer one (Fault).
void install_schema(const PostgresOptions& options);
/// The same where something must be installed (Fault).
void update_schema(const PostgresOptions& options);

}  // namespace godwit::store
