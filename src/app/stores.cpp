#include "app/stores.hpp"

#include "app/databases.hpp"
#include "base/fault.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace godwit::app {

std::unique_ptr<store::Store> make_store(const Config& config) {
  if (config.store.kind == "sqlite") {
    return std::make_unique<store::SqliteStore>(store::SqliteOptions{
        .path = store_path(config), .readers = static_cast<unsigned>(config.store.connections)});
  }
  throw Fault(Fault::Kind::unavailable,
              "store.kind: there is no store '" + config.store.kind + "' in this program");
}

}  // namespace godwit::app
