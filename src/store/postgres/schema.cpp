#include "store/postgres/schema.hpp"

#include <fmt/format.h>

#include <array>

#include "base/fault.hpp"

namespace godwit::store::postgres {

namespace {

// Append only: a released entry is never edited.
constexpr auto migrations = std::to_array<const char*>({
    "CREATE TABLE godwit_record ("
    " user_name BYTEA NOT NULL,"
    " kind INTEGER NOT NULL,"
    " name BYTEA NOT NULL,"
    " revision BIGINT NOT NULL,"
    " value BYTEA NOT NULL,"
    " PRIMARY KEY (user_name, kind, name)"
    ");"
    "CREATE INDEX godwit_record_by_kind ON godwit_record (kind, user_name, name);",
});

constexpr Sql read_version = {"read_version", "SELECT version FROM godwit_schema WHERE id = 1"};
constexpr Sql lock_version = {"lock_version",
                              "SELECT version FROM godwit_schema WHERE id = 1 FOR UPDATE"};
constexpr int expected = static_cast<int>(migrations.size());

int version_by(Connection& connection, const Sql& sql) {
  const Rows rows = connection.run(sql, {});
  return rows.count() == 1 ? static_cast<int>(rows.number(0, 0)) : 0;
}

[[noreturn]] void refuse(int current) {
  if (current > expected) {
    throw Fault(Fault::Kind::unavailable,
                fmt::format("the PostgreSQL database has schema {}, this program knows schemas up "
                            "to {}: run the newer program that wrote it, or restore a backup from "
                            "before the upgrade",
                            current, expected));
  }
  throw Fault(Fault::Kind::unavailable,
              fmt::format("the PostgreSQL database has schema {}, this program needs {}: run "
                          "`godwit schema {}`",
                          current, expected, current == 0 ? "install" : "update"));
}

}  // namespace

SchemaStatus schema_status(Connection& connection) {
  SchemaStatus status{.current = 0, .expected = expected};
  try {
    status.current = version_by(connection, read_version);
  } catch (const QueryFailed& failed) {
    if (failed.state() != "42P01") throw;  // undefined_table: nothing is installed
  }
  return status;
}

void require_schema(Connection& connection) {
  const SchemaStatus status = schema_status(connection);
  if (status.current != status.expected) refuse(status.current);
}

void migrate(Connection& connection) {
  connection.execute(
      "CREATE TABLE IF NOT EXISTS godwit_schema (id INTEGER PRIMARY KEY, version INTEGER NOT "
      "NULL)");
  connection.execute("INSERT INTO godwit_schema VALUES (1, 0) ON CONFLICT (id) DO NOTHING");
  Transaction transaction(connection);
  const int current = version_by(connection, lock_version);
  if (current > expected) refuse(current);
  for (int next = current; next < expected; ++next) {
    connection.execute(migrations[static_cast<std::size_t>(next)]);
  }
  connection.execute(fmt::format("UPDATE godwit_schema SET version = {} WHERE id = 1", expected));
  transaction.commit();
}

}  // namespace godwit::store::postgres
