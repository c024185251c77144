#include "backend/local/conversations.hpp"

#include <map>

#include "backend/local/rows.hpp"
#include "convert/email.hpp"

namespace godwit::backend::local {
namespace {

bool is_all_recorded(Database& database) {
  auto row = database.query("SELECT 1 FROM content WHERE conversation IS NULL LIMIT 1");
  return !row.step();
}

}  // namespace

std::string conversation_of(std::string_view header) {
  return convert::conversation_id_of(convert::Header(header));
}

std::optional<MailHits> find_conversation(Database& database, RowId user,
                                          const std::vector<FolderKey>& folders,
                                          std::string_view id) {
  if (!is_all_recorded(database)) return std::nullopt;
  MailHits out;
  std::map<RowId, std::uint32_t> indices;
  for (const FolderKey& key : folders) {
    const auto mailbox = find_mailbox(database, user, key);
    if (!mailbox) continue;
    indices.emplace(mailbox->id, static_cast<std::uint32_t>(out.folders.size()));
    out.folders.push_back({key, mailbox->status.uid_validity});
  }
  for (auto rows = database.query(
           "SELECT m.mailbox, m.uid FROM content c CROSS JOIN message m ON m.content = c.id"
           " WHERE c.conversation = ? ORDER BY m.received DESC, m.uid DESC",
           sqlite::Blob{id});
       rows.step();) {
    const auto folder = indices.find(rows.integer(0));
    if (folder == indices.end()) continue;
    out.hits.push_back({folder->second, static_cast<Uid>(rows.integer(1))});
  }
  out.total = out.hits.size();
  return out;
}

Result<> keep_rule(Database& database, RowId user, std::string_view id,
                   const std::optional<FolderKey>& target, Time now) {
  if (!target) {
    database.run("DELETE FROM conversation_rule WHERE user = ? AND conversation = ?", user,
                 sqlite::Blob{id});
    return {};
  }
  const auto mailbox = find_mailbox(database, user, *target);
  if (!mailbox) return pass(mailbox);
  if (const auto ours = owned(mailbox->access); !ours) return ours;
  database.run(
      "INSERT INTO conversation_rule (user, conversation, mailbox, made) VALUES (?, ?, ?, ?)"
      " ON CONFLICT (user, conversation) DO UPDATE SET mailbox = excluded.mailbox,"
      " made = excluded.made",
      user, sqlite::Blob{id}, mailbox->id, to_row(now));
  database.run(
      "DELETE FROM conversation_rule WHERE user = ?1 AND conversation NOT IN"
      " (SELECT conversation FROM conversation_rule WHERE user = ?1"
      " ORDER BY made DESC LIMIT ?2)",
      user, rules_max);
  return {};
}

std::optional<Mailbox> rule_target(Database& database, RowId user, std::string_view header) {
  auto row = database.query("SELECT 1 FROM conversation_rule WHERE user = ? LIMIT 1", user);
  if (!row.step()) return std::nullopt;
  auto found =
      database.query("SELECT mailbox FROM conversation_rule WHERE user = ? AND conversation = ?",
                     user, sqlite::Blob{conversation_of(header)});
  if (!found.step()) return std::nullopt;
  auto mailbox = find_mailbox(database, user, key_of(found.integer(0)));
  if (!mailbox || !owned(mailbox->access)) return std::nullopt;
  return std::move(*mailbox);
}

std::size_t thread_some(Database& database, std::size_t count) {
  std::vector<std::pair<RowId, std::string>> found;
  for (auto rows = database.query(
           "SELECT id, header FROM content WHERE conversation IS NULL LIMIT ?", count);
       rows.step();) {
    found.emplace_back(rows.integer(0), conversation_of(rows.text(1)));
  }
  for (const auto& [id, conversation] : found) {
    database.run("UPDATE content SET conversation = ? WHERE id = ?", sqlite::Blob{conversation},
                 id);
  }
  return found.size();
}

}  // namespace godwit::backend::local
