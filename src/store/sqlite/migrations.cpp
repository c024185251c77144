#include "store/sqlite/migrations.hpp"

#include <array>

namespace godwit::store {

namespace {

// Append only: a released entry is never edited.
constexpr auto scripts = std::to_array<const char*>({
    "CREATE TABLE record ("
    " user TEXT NOT NULL,"
    " kind INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " revision INTEGER NOT NULL,"
    " value BLOB NOT NULL,"
    " PRIMARY KEY (user, kind, name)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX record_by_kind ON record (kind, user, name);",
});

}  // namespace

sqlite::Migrations sqlite_migrations() { return scripts; }

}  // namespace godwit::store
