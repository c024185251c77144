/// The schema of the SQLite store.
#pragma once

#include "sqlite/database.hpp"

namespace godwit::store {

sqlite::Migrations sqlite_migrations();

}  // namespace godwit::store
