#include "backend/local/share_rows.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "backend/local/collections.hpp"
#include "backend/local/limits.hpp"
#include "base/pattern.hpp"
#include "base/text.hpp"

namespace godwit::backend::local {

namespace {

constexpr std::string_view owner_key_mark = "@";  // no key of a mailbox: those are numbers

FolderAccess access_of(std::int64_t writes) {
  return writes != 0 ? FolderAccess::written : FolderAccess::read;
}

/// Its levels divided by '/', which no name holds.
std::string path_of(Database& database, RowId mailbox) {
  std::string path;
  std::optional<RowId> at = mailbox;
  for (std::size_t depth = 0; at && depth < folder_depth_max; ++depth) {
    auto row = database.query("SELECT name, parent FROM mailbox WHERE id = ?", *at);
    if (!row.step()) break;
    path = path.empty() ? row.text(0) : row.text(0) + '/' + path;
    at = row.optional_integer(1);
  }
  return path;
}

bool shows(const SharedRule& rule, const std::string& owner, const std::string& path) {
  if (rule.which != SharedRule::Which::listed) return rule.which != SharedRule::Which::none;
  const std::string whole = owner + '/' + path;
  return std::ranges::any_of(
      rule.names, [&](const std::string& pattern) { return matches_pattern(pattern, whole); });
}

struct SharedFolder {
  RowId id = 0;
  RowId owner = 0;
  std::string owner_address;
  std::string owner_name;
};

std::vector<SharedFolder> shown_mailboxes(Database& database, RowId user, const SharedRule& rule) {
  std::vector<SharedFolder> out;
  for (auto rows =
           database.query("SELECT m.id, u.id, u.address, u.display_name FROM shared_mailbox s"
                          " JOIN mailbox m ON m.id = s.mailbox JOIN user u ON u.id = m.user"
                          " WHERE s.reader = ? ORDER BY u.id, m.id",
                          user);
       rows.step();) {
    SharedFolder each{rows.integer(0), rows.integer(1), rows.text(2), rows.text(3)};
    if (shows(rule, each.owner_address, path_of(database, each.id))) out.push_back(std::move(each));
  }
  return out;
}

/// Names of those at the top, and how often each occurs there.
std::map<std::string, int> names_at_top(Database& database, RowId user,
                                        const std::vector<SharedFolder>& shown) {
  std::map<std::string, int> out;
  for (auto rows =
           database.query("SELECT name FROM mailbox WHERE user = ? AND parent IS NULL", user);
       rows.step();) {
    ++out[rows.text(0)];
  }
  RowId owner = 0;
  for (const SharedFolder& each : shown) {
    if (each.owner != owner) ++out[each.owner_name];
    owner = each.owner;
  }
  return out;
}

FolderKey owner_key(RowId owner) {
  return FolderKey::parse(std::string(owner_key_mark) + std::to_string(owner)).value();
}

MailFolder owner_folder(const SharedFolder& first, const std::map<std::string, int>& names) {
  const bool plain = !first.owner_name.empty() && names.at(first.owner_name) == 1;
  const FolderKey key = owner_key(first.owner);
  return {.key = key,
          .parent = std::nullopt,
          .name = plain ? first.owner_name : first.owner_address,
          .role = FolderRole::none,
          .selectable = false,
          .status = std::nullopt,
          .mailbox_id = key.str()};
}

/// As its owner's list has it, with no role: what it is for to its owner is nothing to others.
std::optional<MailFolder> shared_folder(Database& database, const SharedFolder& shared,
                                        const std::set<RowId>& shown) {
  auto row = database.query(
      "SELECT parent, name, uid_validity, uid_next, modseq, messages FROM mailbox WHERE id = ?",
      shared.id);
  if (!row.step()) return std::nullopt;
  const auto parent = row.optional_integer(0);
  return MailFolder{
      .key = key_of(shared.id),
      .parent = parent && shown.contains(*parent) ? key_of(*parent) : owner_key(shared.owner),
      .name = row.text(1),
      .role = FolderRole::none,
      .selectable = true,
      .status = MailboxStatus{.uid_validity = static_cast<std::uint32_t>(row.integer(2)),
                              .uid_next = static_cast<Uid>(row.integer(3)),
                              .messages = static_cast<std::uint32_t>(row.integer(5)),
                              .highest_modseq = static_cast<std::uint64_t>(row.integer(4))},
      .mailbox_id = std::to_string(shared.id)};
}

std::optional<RowId> find_by_path(Database& database, RowId owner, std::string_view path) {
  std::optional<RowId> at;
  for (;;) {
    const auto cut = path.find('/');
    // RFC 9051 5.1: INBOX is one name in every spelling.
    const bool inbox = !at && iequals(path.substr(0, cut), "Inbox");
    const std::string_view name = inbox ? "Inbox" : path.substr(0, cut);
    auto row = database.query(
        "SELECT id FROM mailbox WHERE user = ? AND ifnull(parent, 0) = ? AND name = ?", owner,
        at.value_or(0), name);
    if (!row.step()) return std::nullopt;
    at = row.integer(0);
    if (cut == path.npos) return at;
    path.remove_prefix(cut + 1);
  }
}

void add_to(Sharers& sharers, const std::string& key, const UserId& owner, const UserId& reader) {
  auto& of_folder = sharers.of_folder[key];
  if (of_folder.empty()) of_folder.push_back(owner);
  of_folder.push_back(reader);
  auto& of_owner = sharers.of_owner[owner];
  if (std::ranges::find(of_owner, reader) == of_owner.end()) of_owner.push_back(reader);
}

}  // namespace

std::optional<FolderAccess> mailbox_access(Database& database, RowId mailbox, RowId owner,
                                           RowId user) {
  if (owner == user) return FolderAccess::own;
  auto row = database.query("SELECT writes FROM shared_mailbox WHERE mailbox = ? AND reader = ?",
                            mailbox, user);
  return row.step() ? std::optional(access_of(row.integer(0))) : std::nullopt;
}

std::optional<FolderAccess> collection_access(Database& database, RowId collection, RowId owner,
                                              RowId user) {
  if (owner == user) return FolderAccess::own;
  auto row = database.query(
      "SELECT writes FROM shared_collection WHERE collection = ? AND reader = ?", collection, user);
  return row.step() ? std::optional(access_of(row.integer(0))) : std::nullopt;
}

std::vector<MailFolder> list_shared_mailboxes(Database& database, RowId user,
                                              const SharedRule& rule) {
  const std::vector<SharedFolder> shown = shown_mailboxes(database, user, rule);
  std::vector<MailFolder> out;
  if (shown.empty()) return out;
  const auto names = names_at_top(database, user, shown);
  std::set<RowId> ids;
  for (const SharedFolder& each : shown) ids.insert(each.id);
  RowId owner = 0;
  for (const SharedFolder& each : shown) {
    if (each.owner != owner) out.push_back(owner_folder(each, names));
    owner = each.owner;
    if (auto folder = shared_folder(database, each, ids)) out.push_back(std::move(*folder));
  }
  return out;
}

std::vector<ItemCollection> list_shared_collections(Database& database, RowId user,
                                                    const SharedRule& rule) {
  std::vector<ItemCollection> out;
  for (auto rows =
           database.query("SELECT c.id, c.class, c.name, u.address, u.display_name, s.writes"
                          " FROM shared_collection s JOIN collection c ON c.id = s.collection"
                          " JOIN user u ON u.id = c.user WHERE s.reader = ? ORDER BY u.id, c.id",
                          user);
       rows.step();) {
    const std::string owner = rows.text(3);
    const std::string name = rows.text(2);
    if (!shows(rule, owner, name)) continue;
    const std::string shown_owner = rows.text(4).empty() ? owner : rows.text(4);
    out.push_back({.key = collection_key(rows.integer(0)),
                   .item_class = static_cast<ItemClass>(rows.integer(1)),
                   .name = name + " (" + shown_owner + ')',
                   .role = FolderRole::none,
                   .read_only = rows.integer(5) == 0,
                   .foreign = true});
  }
  return out;
}

Sharers read_sharers(Database& database) {
  Sharers out;
  const auto user_id = [](const std::string& address) { return UserId::parse(address).value(); };
  for (auto rows = database.query(
           "SELECT s.mailbox, o.address, r.address FROM shared_mailbox s JOIN mailbox m ON"
           " m.id = s.mailbox JOIN user o ON o.id = m.user JOIN user r ON r.id = s.reader");
       rows.step();) {
    add_to(out, key_of(rows.integer(0)).str(), user_id(rows.text(1)), user_id(rows.text(2)));
  }
  for (auto rows = database.query(
           "SELECT s.collection, o.address, r.address FROM shared_collection s JOIN collection c ON"
           " c.id = s.collection JOIN user o ON o.id = c.user JOIN user r ON r.id = s.reader");
       rows.step();) {
    add_to(out, collection_key(rows.integer(0)).str(), user_id(rows.text(1)),
           user_id(rows.text(2)));
  }
  return out;
}

FolderKey Shareable::key() const {
  return item_class == ItemClass::email ? key_of(id) : collection_key(id);
}

Result<Shareable> find_shareable(Database& database, RowId owner, std::string_view path,
                                 std::optional<ItemClass> item_class) {
  std::vector<Shareable> found;
  if (!item_class || *item_class == ItemClass::email) {
    if (const auto id = find_by_path(database, owner, path)) {
      found.push_back({ItemClass::email, *id});
    }
  }
  for (auto rows = database.query("SELECT class, id FROM collection WHERE user = ? AND name = ?",
                                  owner, path);
       rows.step();) {
    const Shareable each{static_cast<ItemClass>(rows.integer(0)), rows.integer(1)};
    if (!item_class || *item_class == each.item_class) found.push_back(each);
  }
  if (found.empty()) return fail(Errc::not_found, "the owner has no such folder");
  if (found.size() > 1) return fail(Errc::conflict, "several are called so: name the class");
  return found.front();
}

Result<> put_share(Database& database, const Shareable& place, RowId reader, ShareRight right) {
  const bool mail = place.item_class == ItemClass::email;
  const bool known = mail ? mailbox_access(database, place.id, 0, reader).has_value()
                          : collection_access(database, place.id, 0, reader).has_value();
  auto count = database.query(
      "SELECT (SELECT count(*) FROM shared_mailbox WHERE reader = ?1)"
      " + (SELECT count(*) FROM shared_collection WHERE reader = ?1)",
      reader);
  if (!known && count.step() && count.integer(0) >= static_cast<std::int64_t>(shares_max)) {
    return fail(Errc::refused, "too much is shared with that user");
  }
  const int writes = right == ShareRight::write ? 1 : 0;
  if (mail) {
    database.run(
        "INSERT INTO shared_mailbox (mailbox, reader, writes) VALUES (?, ?, ?)"
        " ON CONFLICT (mailbox, reader) DO UPDATE SET writes = excluded.writes",
        place.id, reader, writes);
  } else {
    database.run(
        "INSERT INTO shared_collection (collection, reader, writes) VALUES (?, ?, ?)"
        " ON CONFLICT (collection, reader) DO UPDATE SET writes = excluded.writes",
        place.id, reader, writes);
  }
  return {};
}

bool drop_share(Database& database, const Shareable& place, RowId reader) {
  if (place.item_class == ItemClass::email) {
    return database.run("DELETE FROM shared_mailbox WHERE mailbox = ? AND reader = ?", place.id,
                        reader) > 0;
  }
  return database.run("DELETE FROM shared_collection WHERE collection = ? AND reader = ?", place.id,
                      reader) > 0;
}

std::vector<Share> list_shares(Database& database, std::optional<RowId> user) {
  std::vector<Share> out;
  const RowId one = user.value_or(0);
  const auto add = [&](const sqlite::Statement& row, ItemClass item_class, std::string folder) {
    out.push_back({.owner = row.text(1),
                   .folder = std::move(folder),
                   .item_class = item_class,
                   .reader = row.text(2),
                   .right = row.integer(3) != 0 ? ShareRight::write : ShareRight::read});
  };
  for (auto rows =
           database.query("SELECT m.id, o.address, r.address, s.writes FROM shared_mailbox s"
                          " JOIN mailbox m ON m.id = s.mailbox JOIN user o ON o.id = m.user"
                          " JOIN user r ON r.id = s.reader WHERE ?1 IN (0, o.id, r.id)",
                          one);
       rows.step();) {
    add(rows, ItemClass::email, path_of(database, rows.integer(0)));
  }
  for (auto rows = database.query(
           "SELECT c.class, o.address, r.address, s.writes, c.name FROM shared_collection s"
           " JOIN collection c ON c.id = s.collection JOIN user o ON o.id = c.user"
           " JOIN user r ON r.id = s.reader WHERE ?1 IN (0, o.id, r.id)",
           one);
       rows.step();) {
    add(rows, static_cast<ItemClass>(rows.integer(0)), rows.text(4));
  }
  std::ranges::sort(
      out, {}, [](const Share& each) { return std::tie(each.owner, each.folder, each.reader); });
  return out;
}

}  // namespace godwit::backend::local
