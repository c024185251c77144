#include "store/postgres/postgres_store.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include "base/fault.hpp"
#include "net/worker.hpp"
#include "store/batch.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/schema.hpp"

namespace godwit::store {

using postgres::Connection;
using postgres::Parameters;
using postgres::QueryFailed;
using postgres::Rows;
using postgres::Sql;

namespace {

constexpr int attempts_max = 6;
constexpr std::chrono::milliseconds first_pause{5};  // doubled before every further attempt

constexpr Sql get_sql = {"get",
                         "SELECT revision, value FROM godwit_record"
                         " WHERE user_name = $1 AND kind = $2 AND name = $3"};
constexpr Sql list_sql = {"list",
                          "SELECT user_name, name, revision, value FROM godwit_record"
                          " WHERE user_name = $1 AND kind = $2 AND name > $3 AND name >= $4"
                          " ORDER BY name LIMIT $5"};
constexpr Sql list_below_sql = {"list_below",
                                "SELECT user_name, name, revision, value FROM godwit_record"
                                " WHERE user_name = $1 AND kind = $2 AND name > $3 AND name >= $4"
                                " AND name < $6 ORDER BY name LIMIT $5"};
constexpr Sql list_all_sql = {"list_all",
                              "SELECT user_name, name, revision, value FROM godwit_record"
                              " WHERE kind = $1 AND (user_name, name) > ($2, $3)"
                              " ORDER BY user_name, name LIMIT $4"};
constexpr Sql insert_sql = {"insert",
                            "INSERT INTO godwit_record (user_name, kind, name, revision, value)"
                            " VALUES ($1, $2, $3, 1, $4)"
                            " ON CONFLICT (user_name, kind, name) DO NOTHING"};
constexpr Sql put_sql = {"put",
                         "INSERT INTO godwit_record (user_name, kind, name, revision, value)"
                         " VALUES ($1, $2, $3, 1, $4)"
                         " ON CONFLICT (user_name, kind, name) DO UPDATE SET"
                         " revision = godwit_record.revision + 1, value = excluded.value"};
constexpr Sql replace_sql = {"replace",
                             "UPDATE godwit_record SET revision = revision + 1, value = $4"
                             " WHERE user_name = $1 AND kind = $2 AND name = $3 AND revision = $5"};
constexpr Sql remove_sql = {"remove",
                            "DELETE FROM godwit_record"
                            " WHERE user_name = $1 AND kind = $2 AND name = $3"};
constexpr Sql remove_at_sql = {"remove_at",
                               "DELETE FROM godwit_record"
                               " WHERE user_name = $1 AND kind = $2 AND name = $3"
                               " AND revision = $4"};

std::int64_t number(Kind kind) { return static_cast<std::int64_t>(kind); }

std::int64_t number(std::size_t limit) {
  return std::in_range<std::int64_t>(limit) ? static_cast<std::int64_t>(limit)
                                            : std::numeric_limits<std::int64_t>::max();
}

Parameters parameters_of(const Key& key) {
  Parameters parameters;
  parameters.bytes(key.user).number(number(key.kind)).bytes(key.name);
  return parameters;
}

bool may_be_retried(const QueryFailed& failed) {
  return failed.connection_lost() || failed.state() == "40001" || failed.state() == "40P01" ||
         failed.state() == "40000" || failed.state() == "57P01" || failed.state().starts_with("08");
}

[[noreturn]] void raise(const QueryFailed& failed) {
  const std::string& state = failed.state();
  if (state == "53100") throw Fault(Fault::Kind::quota, failed.what());  // disk_full
  if (state.starts_with("XX")) throw Fault(Fault::Kind::corrupt, failed.what());
  if (state == "57014") throw Fault(Fault::Kind::timed_out, failed.what());  // query_canceled
  if (state.starts_with("40") || state == "55P03") throw Fault(Fault::Kind::busy, failed.what());
  throw Fault(Fault::Kind::unavailable, failed.what());
}

std::optional<Record> find(Connection& connection, const Key& key) {
  const Rows rows = connection.run(get_sql, parameters_of(key));
  if (rows.count() == 0) return std::nullopt;
  return Record{key, static_cast<std::uint64_t>(rows.number(0, 0)), rows.bytes(0, 1)};
}

std::vector<Record> collect(const Rows& rows, Kind kind) {
  std::vector<Record> records;
  records.reserve(static_cast<std::size_t>(rows.count()));
  for (int row = 0; row < rows.count(); ++row) {
    records.push_back({Key{rows.bytes(row, 0), kind, rows.bytes(row, 1)},
                       static_cast<std::uint64_t>(rows.number(row, 2)), rows.bytes(row, 3)});
  }
  return records;
}

/// False: the record has another revision. Locks the record until the transaction ends.
bool apply(Connection& connection, const Write& write) {
  Parameters parameters = parameters_of(write.key);
  if (write.expected && !std::in_range<std::int64_t>(*write.expected)) return false;
  const auto revision = static_cast<std::int64_t>(write.expected.value_or(0));
  if (write.value) {
    parameters.bytes(*write.value);
    if (!write.expected) {
      connection.run(put_sql, parameters);
      return true;
    }
    if (revision == 0) return connection.run(insert_sql, parameters).affected() == 1;
    return connection.run(replace_sql, parameters.number(revision)).affected() == 1;
  }
  if (!write.expected) {
    connection.run(remove_sql, parameters);
    return true;
  }
  if (revision > 0) {
    return connection.run(remove_at_sql, parameters.number(revision)).affected() == 1;
  }
  // It must be absent and stay so until the commit: hold its place, then clear it.
  Parameters placeholder = parameters;
  if (connection.run(insert_sql, placeholder.bytes("")).affected() == 0) return false;
  connection.run(remove_sql, parameters);
  return true;
}

bool apply_all(Connection& connection, const std::vector<Write>& batch) {
  postgres::Transaction transaction(connection);
  const bool agrees =
      std::ranges::all_of(batch, [&](const Write& write) { return apply(connection, write); });
  if (agrees) {
    transaction.commit();
  } else {
    transaction.roll_back();
  }
  return agrees;
}

}  // namespace

struct PostgresStore::State {
  explicit State(PostgresOptions with)
      : options(std::move(with)), gate("PostgreSQL", options.connections, options.queue_max) {}

  /// An idle connection, or a new one.
  std::unique_ptr<Connection> take() {
    {
      const std::scoped_lock lock(mutex);
      if (!idle.empty()) {
        auto connection = std::move(idle.back());
        idle.pop_back();
        return connection;
      }
    }
    return std::make_unique<Connection>(options.connection);
  }

  /// One attempt; the connection goes back unless it broke.
  template <class Work>
  auto attempt(const Work& work) {
    auto connection = take();
    try {
      auto value = work(*connection);
      const std::scoped_lock lock(mutex);
      idle.push_back(std::move(connection));
      return value;
    } catch (const QueryFailed& failed) {
      const std::scoped_lock lock(mutex);
      // Its neighbours were connected to the same server: it has gone for them, too.
      if (failed.connection_lost()) {
        idle.clear();
      } else {
        idle.push_back(std::move(connection));
      }
      throw;
    }
  }

  template <class Work>
  auto with_connection(const Work& work) {
    auto pause = first_pause;
    for (int attempts = 1;; ++attempts) {
      try {
        return attempt(work);
      } catch (const QueryFailed& failed) {
        if (attempts == attempts_max || !may_be_retried(failed)) raise(failed);
      }
      std::this_thread::sleep_for(pause);
      pause *= 2;
    }
  }

  template <class Work>
  auto run(Work work) {
    auto job = [this, work = std::move(work)] { return with_connection(work); };
    return blocking(gate, std::move(job));
  }

  PostgresOptions options;
  std::mutex mutex;
  std::vector<std::unique_ptr<Connection>> idle;  // under mutex
  Gate gate;                                      // last: its threads end before what they use
};

PostgresStore::PostgresStore(PostgresOptions options)
    : state_(std::make_unique<State>(std::move(options))) {
  state_->with_connection([](Connection& connection) {
    postgres::require_schema(connection);
    return true;
  });
}

PostgresStore::~PostgresStore() = default;

Task<std::optional<Record>> PostgresStore::get(Key key) {
  return state_->run(
      [key = std::move(key)](Connection& connection) { return find(connection, key); });
}

Task<std::vector<std::optional<Record>>> PostgresStore::get_many(std::vector<Key> keys) {
  return state_->run([keys = std::move(keys)](Connection& connection) {
    std::vector<std::optional<Record>> records;
    for (const Key& key : keys) records.push_back(find(connection, key));
    return records;
  });
}

Task<std::vector<Record>> PostgresStore::list(std::string user, Kind kind, std::string prefix,
                                              std::string after, std::size_t limit) {
  Parameters parameters;
  parameters.bytes(user).number(number(kind)).bytes(after).bytes(prefix).number(number(limit));
  const auto end = end_of_prefix(std::move(prefix));
  if (end) parameters.bytes(*end);
  return state_->run([parameters = std::move(parameters), kind,
                      sql = end ? list_below_sql : list_sql](Connection& connection) {
    return collect(connection.run(sql, parameters), kind);
  });
}

Task<std::vector<Record>> PostgresStore::list_all(Kind kind, Key after, std::size_t limit) {
  Parameters parameters;
  parameters.number(number(kind)).bytes(after.user).bytes(after.name).number(number(limit));
  return state_->run([parameters = std::move(parameters), kind](Connection& connection) {
    return collect(connection.run(list_all_sql, parameters), kind);
  });
}

Task<bool> PostgresStore::commit(std::vector<Write> batch) {
  arrange(batch);
  return state_->run(
      [batch = std::move(batch)](Connection& connection) { return apply_all(connection, batch); });
}

namespace {

template <class Work>
auto administer(const PostgresOptions& options, const Work& work) {
  try {
    Connection connection(options.connection);
    return work(connection);
  } catch (const QueryFailed& failed) {
    raise(failed);
  }
}

}  // namespace

SchemaStatus schema_status(const PostgresOptions& options) {
  return administer(options, postgres::schema_status);
}

void install_schema(const PostgresOptions& options) { administer(options, postgres::migrate); }

void update_schema(const PostgresOptions& options) {
  administer(options, [](Connection& connection) {
    if (postgres::schema_status(connection).current == 0) postgres::require_schema(connection);
    postgres::migrate(connection);
  });
}

}  // namespace godwit::store
