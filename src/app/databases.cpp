#include "app/databases.hpp"

#include "app/backends_local.hpp"
#include "app/outgoing.hpp"
#include "app/stores.hpp"
#include "backend/local/administration.hpp"
#include "base/files.hpp"
#include "queue/administration.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace godwit::app {
namespace {

/// Each module has a type of its own for the same two numbers.
template <class Schema>
store::SchemaStatus as_status(const Schema& found) {
  return {found.current, found.expected};
}

Database sqlite_database(const Config& config) {
  const store::SqliteOptions options{.path = store_path(config)};
  return {
      .name = "store",
      .place = options.path,
      .embedded = true,
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

Database postgres_database(const Config& config) {
  return {
      .name = "store",
      .place = "PostgreSQL: " + config.store.postgres_url,
      .embedded = false,
      .status = [config] { return store::schema_status(postgres_options(config)); },
      .install = [config] { store::install_schema(postgres_options(config)); },
      .update = [config] { store::update_schema(postgres_options(config)); },
      .check = [config] { static_cast<void>(store::schema_status(postgres_options(config))); },
      .copy = nullptr,
  };
}

Database mail_database(const Config& config) {
  const backend::LocalOptions options = local_options(config);
  return {
      .name = "mail",
      .place = options.folder,
      .embedded = true,
      .status =
          [options] { return as_status(backend::local_schema_status(options, *system_files())); },
      .install = [options] { backend::install_local_schema(options, *system_files()); },
      .update = [options] { backend::update_local_schema(options); },
      .check = [options] { backend::check_local_store(options, *system_files()); },
      .copy =
          [options](const std::string& folder) {
            backend::backup_local_store(options, *system_files(), folder + "/mail");
          },
  };
}

Database queue_database(const Config& config) {
  const std::string folder = queue_directory(config);
  return {
      .name = "queue",
      .place = folder,
      .embedded = true,
      .status = [folder] { return as_status(queue::schema_status(folder, *system_files())); },
      .install = [folder] { queue::install_schema(folder, *system_files()); },
      .update = [folder] { queue::update_schema(folder); },
      .check = [folder] { queue::check(folder, *system_files()); },
      .copy =
          [folder](const std::string& target) {
            queue::backup(folder, *system_files(), target + "/queue");
          },
  };
}

}  // namespace

std::vector<Database> databases(const Config& config) {
  std::vector<Database> found;
  if (config.store.kind == "sqlite") found.push_back(sqlite_database(config));
  if (config.store.kind == "postgres") found.push_back(postgres_database(config));
  if (config.backend.kind == "local") found.push_back(mail_database(config));
  if (queues_mail(config)) found.push_back(queue_database(config));
  return found;
}

std::string store_path(const Config& config) {
  return config.server.state_directory + "/store.sqlite";
}

std::string mail_directory(const Config& config) { return config.server.state_directory + "/mail"; }

std::string queue_directory(const Config& config) {
  return config.server.state_directory + "/queue";
}

std::string spool_directory(const Config& config) {
  return config.server.state_directory + "/spool";
}

}  // namespace godwit::app
