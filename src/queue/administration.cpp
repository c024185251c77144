#include "queue/administration.hpp"

#include <vector>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "queue/places.hpp"
#include "queue/schema.hpp"

namespace godwit::queue {
namespace {

using sqlite::Access;
using sqlite::Database;

constexpr std::size_t piece_bytes = 256 * 1024;

std::vector<std::string> waiting(Database& database) {
  std::vector<std::string> ids;
  auto rows = database.query("SELECT id FROM mail WHERE next IS NOT NULL");
  while (rows.step()) ids.push_back(rows.text(0));
  return ids;
}

/// False when it is not there any more.
bool copy_file(FileLayer& files, const std::string& from, const std::string& to) {
  const auto out = files.create(to);
  try {
    for (std::uint64_t offset = 0;;) {
      const std::string piece = files.read(from, offset, piece_bytes);
      if (piece.empty()) break;
      out->append(piece);
      offset += piece.size();
    }
  } catch (const Fault&) {
    if (!files.exists(from)) return false;
    throw;
  }
  out->sync();
  return true;
}

}  // namespace

std::string name_of(const std::string& id) { return hex_encode(digest128(id)); }

sqlite::SchemaStatus schema_status(const std::string& folder, FileLayer& files) {
  if (!files.exists(database_path(folder))) {
    return {.current = 0, .expected = static_cast<int>(migrations.size())};
  }
  Database database({.path = database_path(folder), .access = Access::read_write});
  return sqlite::schema_status(database, migrations);
}

void install_schema(const std::string& folder, FileLayer& files) {
  files.make_folders(mail_folder(folder));
  Database database({.path = database_path(folder)});
  sqlite::migrate(database, migrations);
}

void update_schema(const std::string& folder) {
  Database database({.path = database_path(folder), .access = Access::read_write});
  sqlite::migrate(database, migrations);
}

void check(const std::string& folder, FileLayer& files) {
  Database database({.path = database_path(folder), .access = Access::read_write});
  sqlite::require_schema(database, migrations);
  database.check_integrity();
  for (const std::string& id : waiting(database)) {
    if (!files.exists(mail_folder(folder) + '/' + name_of(id))) {
      throw Fault(Fault::Kind::corrupt, "the queued mail " + name_of(id) + " is missing");
    }
  }
}

void backup(const std::string& folder, FileLayer& files, const std::string& target) {
  const std::string path = database_path(target);
  if (files.exists(path)) throw Fault(Fault::Kind::busy, target + " holds a backup already");
  files.make_folders(mail_folder(target));
  const std::string draft = path + ".new";
  {
    Database live({.path = database_path(folder), .access = Access::read_write});
    live.copy_to(draft);
    Database copy({.path = draft, .access = Access::read_write});
    sqlite::require_schema(copy, migrations);
    for (const std::string& id : waiting(copy)) {
      const std::string name = '/' + name_of(id);
      if (copy_file(files, mail_folder(folder) + name, mail_folder(target) + name)) continue;
      copy.run("UPDATE mail SET next = NULL WHERE id = ?", id);
      copy.run("DELETE FROM recipient WHERE mail = ?", id);
    }
    copy.checkpoint();
  }
  files.rename(draft, path);
  files.sync_folder(mail_folder(target));
  files.sync_folder(target);
}

}  // namespace godwit::queue
