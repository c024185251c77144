#include <fmt/format.h>

#include "sqlite/database.hpp"

namespace godwit::sqlite {

namespace {

std::string describe(const std::string& database, SchemaStatus status) {
  if (status.current > status.expected) {
    return fmt::format(
        "database {} has schema {}, this program knows schemas up to {}: run the newer program "
        "that wrote it, or restore a backup from before the upgrade",
        database, status.current, status.expected);
  }
  return fmt::format("database {} has schema {}, this program needs {}: run `godwit schema {}`",
                     database, status.current, status.expected,
                     status.current == 0 ? "install" : "update");
}

int user_version(Database& database) {
  auto rows = database.query("PRAGMA user_version");
  return rows.step() ? static_cast<int>(rows.integer(0)) : 0;
}

}  // namespace

SchemaMismatch::SchemaMismatch(const std::string& database, SchemaStatus status)
    : Fault(Kind::unavailable, describe(database, status)), status_(status) {}

SchemaStatus schema_status(Database& database, Migrations migrations) {
  return {.current = user_version(database), .expected = static_cast<int>(migrations.size())};
}

void require_schema(Database& database, Migrations migrations) {
  const SchemaStatus status = schema_status(database, migrations);
  if (status.current != status.expected) throw SchemaMismatch(database.path(), status);
}

void migrate(Database& database, Migrations migrations) {
  transaction(database, [&] {
    const SchemaStatus status = schema_status(database, migrations);
    if (status.current > status.expected) throw SchemaMismatch(database.path(), status);
    if (status.current == status.expected) return;
    for (int next = status.current; next < status.expected; ++next) {
      database.execute(migrations[static_cast<std::size_t>(next)]);
    }
    database.execute(fmt::format("PRAGMA user_version={}", status.expected));
  });
}

}  // namespace godwit::sqlite
