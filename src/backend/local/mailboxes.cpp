#include "backend/local/mailboxes.hpp"

#include <algorithm>
#include <utility>

#include "backend/local/limits.hpp"
#include "backend/local/messages.hpp"
#include "backend/local/share_rows.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"

namespace godwit::backend::local {

namespace {

constexpr std::string_view inbox_name = "Inbox";
// Roles are stored by number: their order must not change.
static_assert(std::to_underlying(FolderRole::inbox) == 1 &&
              std::to_underlying(FolderRole::archive) == 7);

Mailbox read_mailbox(const sqlite::Statement& row) {
  Mailbox box;
  box.id = row.integer(0);
  box.user = row.integer(1);
  box.parent = row.optional_integer(2);
  box.name = row.text(3);
  box.role = static_cast<FolderRole>(row.integer(4));
  box.status.uid_validity = static_cast<std::uint32_t>(row.integer(5));
  box.status.uid_next = static_cast<Uid>(row.integer(6));
  box.status.highest_modseq = static_cast<std::uint64_t>(row.integer(7));
  box.status.messages = static_cast<std::uint32_t>(row.integer(8));
  box.expunged = row.integer(9);
  box.forgotten = static_cast<std::uint64_t>(row.integer(10));
  return box;
}

bool name_taken(Database& database, RowId user, std::optional<RowId> parent, std::string_view name,
                RowId but) {
  // RFC 9051 5.1: INBOX is one name in every spelling.
  if (!parent && iequals(name, inbox_name)) return true;
  auto row = database.query(
      "SELECT 1 FROM mailbox WHERE user = ? AND ifnull(parent, 0) = ? AND name = ? AND id <> ?",
      user, parent.value_or(0), name, but);
  return row.step();
}

/// How deep a mailbox is: 1 at the top. `ancestor` is among it and those above it: nothing.
std::optional<std::size_t> depth_below(Database& database, RowId mailbox, RowId ancestor) {
  std::size_t depth = 0;
  std::optional<RowId> at = mailbox;
  while (at) {
    if (*at == ancestor || ++depth > folder_depth_max) return std::nullopt;
    auto row = database.query("SELECT parent FROM mailbox WHERE id = ?", *at);
    at = row.step() ? row.optional_integer(0) : std::nullopt;
  }
  return depth;
}

RowId insert_mailbox(Database& database, RowId user, std::optional<RowId> parent,
                     std::string_view name, FolderRole role, Time now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  const auto uid_validity = static_cast<std::uint32_t>(seconds.count());
  database.run(
      "INSERT INTO mailbox (user, parent, name, role, uid_validity) VALUES (?, ?, ?, ?, ?)", user,
      parent, name, std::to_underlying(role), std::max<std::uint32_t>(uid_validity, 1));
  return database.last_insert_id();
}

/// Depth first, so that what is below goes before its parent.
void collect_below(Database& database, RowId mailbox, std::vector<RowId>& out) {
  std::vector<RowId> children;
  for (auto rows = database.query("SELECT id FROM mailbox WHERE parent = ?", mailbox);
       rows.step();) {
    children.push_back(rows.integer(0));
  }
  for (const RowId child : children) collect_below(database, child, out);
  out.push_back(mailbox);
}

void drop_mailbox(Database& database, RowId user, RowId mailbox, std::vector<std::string>& freed) {
  drop_messages(database, user, mailbox, freed);
  database.run("DELETE FROM expunged WHERE mailbox = ?", mailbox);
  database.run("DELETE FROM mailbox WHERE id = ?", mailbox);
}

}  // namespace

Result<> writable(FolderAccess access) {
  if (access != FolderAccess::read) return {};
  return fail(Errc::refused, "the folder is another user's, and may only be read");
}

Result<> owned(FolderAccess access) {
  if (access == FolderAccess::own) return {};
  return fail(Errc::refused, "the folder is another user's");
}

bool valid_name(std::string_view name) {
  if (name.empty() || name.size() > folder_name_bytes_max) return false;
  if (!utf8_valid(name) || trim(name) != name) return false;
  return std::ranges::none_of(
      name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '/'; });
}

FolderKey key_of(RowId mailbox) { return FolderKey::parse(std::to_string(mailbox)).value(); }

RowId user_row(Database& database, const UserId& user) {
  auto row = database.query("SELECT id FROM user WHERE address = ?", user.view());
  if (!row.step()) throw Fault(Fault::Kind::sign_in_failed, "the user is no more");
  return row.integer(0);
}

void create_default_mailboxes(Database& database, RowId user, Time now) {
  constexpr std::pair<std::string_view, FolderRole> standard[] = {
      {inbox_name, FolderRole::inbox}, {"Drafts", FolderRole::drafts},
      {"Sent", FolderRole::sent},      {"Trash", FolderRole::trash},
      {"Junk", FolderRole::junk},      {"Archive", FolderRole::archive}};
  for (const auto& [name, role] : standard) {
    insert_mailbox(database, user, std::nullopt, name, role, now);
  }
}

std::vector<MailFolder> list_mailboxes(Database& database, RowId user) {
  std::vector<MailFolder> out;
  for (auto rows = database.query("SELECT id, user, parent, name, role, uid_validity, uid_next,"
                                  " modseq, messages, expunged, forgotten"
                                  " FROM mailbox WHERE user = ? ORDER BY id",
                                  user);
       rows.step();) {
    Mailbox box = read_mailbox(rows);
    MailFolder folder{.key = key_of(box.id),
                      .parent = std::nullopt,
                      .name = std::move(box.name),
                      .role = box.role,
                      .selectable = true,
                      .status = box.status,
                      .mailbox_id = std::to_string(box.id)};
    if (box.parent) folder.parent = key_of(*box.parent);
    out.push_back(std::move(folder));
  }
  return out;
}

Result<Mailbox> find_mailbox(Database& database, RowId user, const FolderKey& key,
                             std::optional<std::uint32_t> uid_validity) {
  const auto id = parse_number<RowId>(key.view());
  if (!id) return fail(Errc::not_found, "no such folder");
  auto row = database.query(
      "SELECT id, user, parent, name, role, uid_validity, uid_next, modseq,"
      " messages, expunged, forgotten FROM mailbox WHERE id = ?",
      *id);
  if (!row.step()) return fail(Errc::not_found, "no such folder");
  Mailbox box = read_mailbox(row);
  const auto access = mailbox_access(database, box.id, box.user, user);
  if (!access) return fail(Errc::not_found, "no such folder");
  box.access = *access;
  if (uid_validity && *uid_validity != box.status.uid_validity) {
    return fail(Errc::stale, "the folder has another UIDVALIDITY");
  }
  return box;
}

std::optional<Mailbox> mailbox_of_role(Database& database, RowId user, FolderRole role) {
  auto row = database.query(
      "SELECT id, user, parent, name, role, uid_validity, uid_next, modseq,"
      " messages, expunged, forgotten FROM mailbox"
      " WHERE user = ? AND role = ? ORDER BY id LIMIT 1",
      user, std::to_underlying(role));
  if (!row.step()) return std::nullopt;
  return read_mailbox(row);
}

Result<FolderKey> create_mailbox(Database& database, RowId user,
                                 const std::optional<FolderKey>& parent, std::string_view name,
                                 Time now) {
  std::optional<RowId> above;
  if (parent) {
    const auto found = find_mailbox(database, user, *parent);
    if (!found) return fail(Errc::not_found, "no such parent folder");
    if (const auto ours = owned(found->access); !ours) return pass(ours);
    above = found->id;
    const auto depth = depth_below(database, *above, 0);
    if (!depth || *depth >= folder_depth_max) return fail(Errc::refused, "folders nest too deep");
  }
  if (!valid_name(name)) return fail(Errc::refused, "not a folder name");
  if (name_taken(database, user, above, name, 0)) return fail(Errc::conflict, "the folder exists");
  auto count = database.query("SELECT count(*) FROM mailbox WHERE user = ?", user);
  if (count.step() && count.integer(0) >= static_cast<std::int64_t>(folders_max)) {
    return fail(Errc::refused, "too many folders");
  }
  return key_of(insert_mailbox(database, user, above, name, FolderRole::none, now));
}

Result<FolderKey> rename_mailbox(Database& database, RowId user, const FolderKey& key,
                                 const std::optional<FolderKey>& parent, std::string_view name) {
  const auto box = find_mailbox(database, user, key);
  if (!box) return pass(box);
  if (const auto ours = owned(box->access); !ours) return pass(ours);
  if (box->role == FolderRole::inbox) return fail(Errc::refused, "the inbox keeps its name");
  std::optional<RowId> above;
  if (parent) {
    const auto found = find_mailbox(database, user, *parent);
    if (!found) return fail(Errc::not_found, "no such parent folder");
    if (const auto ours = owned(found->access); !ours) return pass(ours);
    above = found->id;
    if (!depth_below(database, *above, box->id)) {
      return fail(Errc::refused, "a folder cannot go below itself, nor that deep");
    }
  }
  if (!valid_name(name)) return fail(Errc::refused, "not a folder name");
  if (name_taken(database, user, above, name, box->id)) {
    return fail(Errc::conflict, "the folder exists");
  }
  database.run("UPDATE mailbox SET parent = ?, name = ? WHERE id = ?", above, name, box->id);
  return key_of(box->id);
}

Result<std::vector<std::string>> delete_mailbox(Database& database, RowId user,
                                                const FolderKey& key) {
  const auto box = find_mailbox(database, user, key);
  if (!box) return pass(box);
  if (const auto ours = owned(box->access); !ours) return pass(ours);
  std::vector<RowId> gone;
  collect_below(database, box->id, gone);
  const auto inbox = mailbox_of_role(database, user, FolderRole::inbox);
  if (inbox && std::ranges::find(gone, inbox->id) != gone.end()) {
    return fail(Errc::refused, "the inbox stays");
  }
  std::vector<std::string> freed;
  for (const RowId each : gone) drop_mailbox(database, user, each, freed);
  return freed;
}

std::vector<std::string> delete_all_mailboxes(Database& database, RowId user) {
  std::vector<RowId> tops;
  for (auto rows = database.query("SELECT id FROM mailbox WHERE user = ? AND parent IS NULL", user);
       rows.step();) {
    tops.push_back(rows.integer(0));
  }
  std::vector<RowId> gone;
  for (const RowId top : tops) collect_below(database, top, gone);
  std::vector<std::string> freed;
  for (const RowId each : gone) drop_mailbox(database, user, each, freed);
  return freed;
}

}  // namespace godwit::backend::local
