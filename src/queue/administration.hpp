/// What is done with the queue's database whether or not a daemon has it open. Everything here
/// blocks and throws Fault.
#pragma once

#include <string>

#include "base/files.hpp"
#include "sqlite/database.hpp"

namespace godwit::queue {

sqlite::SchemaStatus schema_status(const std::string& folder, FileLayer& files);
/// Makes folder and tables where they are not.
void install_schema(const std::string& folder, FileLayer& files);
/// Throws sqlite::SchemaMismatch when the schema is newer.
void update_schema(const std::string& folder);
/// Reads the whole database, and looks for every mail that waits.
void check(const std::string& folder, FileLayer& files);
/// Copies database and mails into `target`, which is made; a daemon may work on. What it finishes
/// meanwhile is finished in the copy, too. Throws Fault (busy) when `target` holds a copy already.
void backup(const std::string& folder, FileLayer& files, const std::string& target);

}  // namespace godwit::queue
