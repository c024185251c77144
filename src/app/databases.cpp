#include "app/databases.hpp"

#include "store/sqlite/sqlite_store.hpp"

namespace godwit::app {
namespace {

Database sqlite_database(const Config& config) {
  const store::SqliteOptions options{.path = store_path(config)};
  return {
      .name = "store",
      .place = options.path,
      .status = [options] { return store::schema_status(options); },
      .install = [options] { store::install_schema(options); },
      .update = [options] { store::update_schema(options); },
      .check = [options] { store::check_integrity(options); },
      .copy =
          [options](const std::string& folder) {
            store::copy_store(options, folder + "/store.sqlite");
          },
  };
}

}  // namespace

std::vector<Database> databases(const Config& config) {
  std::vector<Database> found;
  if (config.store.kind == "sqlite") found.push_back(sqlite_database(config));
  return found;
}

std::string store_path(const Config& config) {
  return config.server.state_directory + "/store.sqlite";
}

std::string mail_directory(const Config& config) { return config.server.state_directory + "/mail"; }

std::string spool_directory(const Config& config) {
  return config.server.state_directory + "/spool";
}

}  // namespace godwit::app
