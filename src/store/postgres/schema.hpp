/// The schema of the PostgreSQL store. Internal to the store.
#pragma once

#include "store/postgres/connection.hpp"
#include "store/schema.hpp"

namespace godwit::store::postgres {

SchemaStatus schema_status(Connection& connection);
/// Throws Fault unless the schema is exactly this one.
void require_schema(Connection& connection);
/// Applies what is missing, all or nothing; several nodes may do it at once.
void migrate(Connection& connection);

}  // namespace godwit::store::postgres
