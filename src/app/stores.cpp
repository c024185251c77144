#include "app/stores.hpp"

#include "app/databases.hpp"
#include "base/fault.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace godwit::app {
namespace {

/// A value within a libpq connection string.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

store::PostgresOptions postgres_options(const Config& config) {
  store::PostgresOptions options{.connection = config.store.postgres_url,
                                 .connections = static_cast<unsigned>(config.store.connections)};
  if (!config.store.postgres_password_file.empty()) {
    const auto password = read_secret(config.store.postgres_password_file);
    if (!password) throw Fault(Fault::Kind::unavailable, password.error().message);
    options.connection += " password=" + quoted(password->reveal());
  }
  return options;
}

std::unique_ptr<store::Store> make_store(const Config& config, Damage& damage) {
  if (config.store.kind == "postgres") {
    return std::make_unique<store::PostgresStore>(postgres_options(config));
  }
  return std::make_unique<store::SqliteStore>(
      store::SqliteOptions{.path = store_path(config),
                           .readers = static_cast<unsigned>(config.store.connections),
                           .damaged = damage.listener()});
}

}  // namespace godwit::app
