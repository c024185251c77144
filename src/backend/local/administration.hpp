/// What is done with the embedded store's database whether or not a daemon has it open. Everything
/// here blocks and throws Fault.
#pragma once

#include <string>

#include "backend/local/local.hpp"

namespace godwit::backend {

struct LocalSchema {
  int current = 0;   // 0: not installed
  int expected = 0;  // what this program needs
  friend bool operator==(const LocalSchema&, const LocalSchema&) = default;
};

LocalSchema local_schema_status(const LocalOptions& options, FileLayer& files);
/// Makes the folder and the tables. Throws Fault (busy) when they are there.
void install_local_schema(const LocalOptions& options, FileLayer& files);
/// Throws sqlite::SchemaMismatch when the schema is newer.
void update_local_schema(const LocalOptions& options);
/// Reads the whole database, counts anew what it counts, and looks for every blob that it names.
void check_local_store(const LocalOptions& options, FileLayer& files);

/// Copies database and blobs as one consistent point into `folder`, which is made; a daemon may
/// work on. A restored copy is used by putting it in the store's place: its folders get a new
/// UIDVALIDITY, so that devices start over. Throws Fault (busy) when `folder` holds a copy already.
void backup_local_store(const LocalOptions& options, FileLayer& files, const std::string& folder);

}  // namespace godwit::backend
