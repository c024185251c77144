#include "app/opening.hpp"

#include "app/databases.hpp"
#include "app/stores.hpp"
#include "base/log.hpp"
#include "sqlite/database.hpp"

namespace godwit::app {
namespace {

constexpr Log log("daemon");

}  // namespace

std::unique_ptr<store::Store> Opening::store() {
  for (const Database& database : databases(config_)) {
    if (!database.embedded || seen_.contains(database.name)) continue;
    seen_.insert(database.name);  // one that cannot be asked is there, too
    if (database.status().current != 0) continue;
    seen_.erase(database.name);
    log.info("schema.installed", {{"database", database.name}, {"place", database.place}});
    database.install();
    seen_.insert(database.name);
  }
  return make_store(config_, damage_);
}

bool may_pass(const Fault& fault) {
  return fault.kind() != Fault::Kind::corrupt &&
         dynamic_cast<const sqlite::SchemaMismatch*>(&fault) == nullptr;
}

std::string remedy_for(const Fault& fault) {
  if (may_pass(fault)) {
    return "make it available, godwitd tries again by itself; after a change of the configuration "
           "restart it";
  }
  return "`godwit schema status` and `godwit schema verify` say more; stop godwitd, mend the file "
         "or put a good copy in its place, start it again";
}

}  // namespace godwit::app
