// The hierarchy: listing, making, renaming and deleting mailboxes.
#include <algorithm>
#include <map>
#include <string_view>

#include "backend/imap/folder_tree.hpp"
#include "backend/imap/mail.hpp"
#include "base/text.hpp"

namespace godwit::backend::imap {

using namespace godwit::imap;

namespace {

bool is_inbox(const FolderKey& key) { return iequals(key.view(), "INBOX"); }

void status_items(Command& command, const Connection& connection) {
  command.open().words("MESSAGES UIDNEXT UIDVALIDITY");
  command.words(connection.condstore() ? Words("HIGHESTMODSEQ") : Words("UNSEEN"));
  // Quirk mailbox_id_garbage: MAILBOXID is not asked for.
  command.close();
}

using StatusEntries = std::map<std::string_view, const StatusEntry*>;

/// Pipelined answers may stand with another's command, so they are known by their names.
StatusEntries entries_by_name(const std::vector<Completed>& completed) {
  StatusEntries entries;
  for (const Completed& each : completed) {
    for (const Response& response : each.data) {
      if (const auto* entry = std::get_if<StatusEntry>(&response)) entries[entry->name] = entry;
    }
  }
  return entries;
}

const StatusEntry* entry_of(const StatusEntries& entries, const FolderKey& folder,
                            const Completed& own) {
  if (const auto named = entries.find(folder.view()); named != entries.end()) return named->second;
  // Quirk status_name_lost: the only answer is the answer.
  if (own.data.size() != 1) return nullptr;
  return std::get_if<StatusEntry>(&own.data.front());
}

}  // namespace

Task<std::vector<MailFolder>> ImapMail::folders() {
  auto all = co_await reading(&ImapMail::list_step, std::nullopt);
  if (aside_ == nullptr) co_return all;
  const Credentials& own = pool_->credentials();
  // The password of one who may act for all goes nowhere else.
  Account account{.user = user_,
                  .login = own.by_master ? user_.str() : own.login,
                  .password = own.by_master ? Secret() : own.password,
                  .display_name = {},
                  .addresses = {},
                  .token_ends = own.token_ends};
  const auto aside = co_await aside_->which(std::move(account), all);
  aside_->keys = {aside.begin(), aside.end()};
  std::erase_if(all, [&](const MailFolder& each) { return aside_->keys.contains(each.key); });
  co_return all;
}

Task<std::vector<MailFolder>> ImapMail::list_step(Connection& connection) {
  // The status of the selected mailbox is what this session has seen of it.
  if (connection.selected()) co_await connection.run(Command("NOOP"), limit());
  std::vector<Command> commands;
  Command list("LIST \"\" \"*\"");
  const bool extended = connection.has("LIST-EXTENDED");
  if (extended) {
    list.words("RETURN").open().words("SUBSCRIBED");
    if (connection.has("SPECIAL-USE")) list.words("SPECIAL-USE");
    if (connection.has("LIST-STATUS")) {
      list.words("STATUS");
      status_items(list, connection);
    }
    list.close();
  }
  commands.push_back(std::move(list));
  const bool by_subscription = pool_->settings().subscribed_only ||
                               (!connection.foreign().empty() &&
                                pool_->settings().shared.which == SharedRule::Which::subscribed);
  if (!extended && by_subscription) commands.push_back(Command("LSUB \"\" \"*\""));
  FolderListing listing;
  listing.prefix = connection.prefix();
  listing.foreign = connection.foreign();
  take_listing(co_await connection.run(std::move(commands), limit()), listing);
  listing.unreadable = co_await unreadable_step(connection, listing);
  auto folders = build_folders(listing, pool_->settings());
  for (const StatusEntry& each : listing.statuses) {
    const auto status = mailbox_status(each);
    if (status) pool_->told.insert_or_assign(each.name, Pool::Told{*status, each.unseen});
  }
  co_return folders;
}

void ImapMail::take_listing(std::vector<Completed> completed, FolderListing& listing) const {
  for (Completed& each : completed) {
    if (!each.ok()) {
      throw Fault(Fault::Kind::unavailable,
                  pool_->settings().host + ": refuses LIST: " + each.status.text);
    }
    for (Response& response : each.data) {
      if (auto* entry = std::get_if<ListEntry>(&response)) {
        if (entry->lsub) {
          listing.subscribed.push_back(entry->name);
        } else {
          listing.entries.push_back(std::move(*entry));
        }
      } else if (auto* status = std::get_if<StatusEntry>(&response)) {
        listing.statuses.push_back(std::move(*status));
      }
    }
  }
}

/// Others' mailboxes may be seen without being readable (RFC 4314 4): those are of no use to a
/// phone.
Task<std::vector<std::string>> ImapMail::unreadable_step(Connection& connection,
                                                         const FolderListing& listing) {
  std::vector<std::string> out;
  if (!connection.has("ACL")) co_return out;
  std::vector<Command> commands;
  for (const std::string& name : wanted_foreign(listing, pool_->settings())) {
    commands.push_back(Command("MYRIGHTS").mailbox(name, connection.utf8()));
  }
  if (commands.empty()) co_return out;
  for (const Completed& each : co_await connection.run(std::move(commands), limit() * 4)) {
    for (const Response& response : each.data) {
      const auto* rights = std::get_if<MyRights>(&response);
      if (rights && !rights->rights.contains('r')) out.push_back(rights->name);
    }
  }
  co_return out;
}

Task<Result<MailboxStatus>> ImapMail::status(FolderKey folder) {
  return reading(&ImapMail::status_step, folder, folder);
}

Task<Result<MailboxStatus>> ImapMail::status_step(Connection& connection, FolderKey folder) {
  if (connection.selected() && connection.selected()->key == folder) {
    co_await connection.run(Command("NOOP"), limit());
  }
  Command command("STATUS");
  command.mailbox(folder.view(), connection.utf8());
  status_items(command, connection);
  const Completed answer = co_await connection.run(std::move(command), limit());
  if (!answer.ok()) {
    co_return std::unexpected(co_await meaning(connection, folder, answer.status));
  }
  pool_->learned(connection);
  std::optional<MailboxStatus> found;
  std::optional<std::uint32_t> unseen;
  for (const Response& response : answer.data) {
    const auto* entry = std::get_if<StatusEntry>(&response);
    if (!entry) continue;
    // Quirk status_name_lost: the only answer is the answer.
    if (found && entry->name != folder.view()) continue;
    found = mailbox_status(*entry);
    unseen = entry->unseen;
  }
  if (!found) throw Fault(Fault::Kind::corrupt, pool_->settings().host + ": STATUS without status");
  pool_->told.insert_or_assign(folder.str(), Pool::Told{*found, unseen});
  co_return *found;
}

Task<std::vector<Result<MailboxStatus>>> ImapMail::statuses(std::vector<FolderKey> folders) {
  return reading(&ImapMail::statuses_step, std::nullopt, std::move(folders));
}

Task<std::vector<Result<MailboxStatus>>> ImapMail::statuses_step(Connection& connection,
                                                                 std::vector<FolderKey> folders) {
  constexpr std::size_t at_a_time = 100;
  if (connection.selected()) co_await connection.run(Command("NOOP"), limit());
  std::vector<Result<MailboxStatus>> out;
  for (std::size_t begin = 0; begin < folders.size(); begin += at_a_time) {
    const std::size_t end = std::min(folders.size(), begin + at_a_time);
    std::vector<Command> commands;
    for (std::size_t i = begin; i < end; ++i) {
      commands.push_back(Command("STATUS").mailbox(folders[i].view(), connection.utf8()));
      status_items(commands.back(), connection);
    }
    const auto completed = co_await connection.run(std::move(commands), limit() * 4);
    const auto entries = entries_by_name(completed);
    for (std::size_t i = begin; i < end; ++i) {
      const Completed& own = completed[i - begin];
      const StatusEntry* entry = entry_of(entries, folders[i], own);
      const auto status = entry == nullptr ? std::nullopt : mailbox_status(*entry);
      if (own.ok() && status) {
        pool_->told.insert_or_assign(folders[i].str(), Pool::Told{*status, entry->unseen});
        out.emplace_back(*status);
      } else if (own.ok()) {
        throw Fault(Fault::Kind::corrupt, pool_->settings().host + ": STATUS without status");
      } else {
        out.emplace_back(std::unexpected(co_await meaning(connection, folders[i], own.status)));
      }
    }
  }
  pool_->learned(connection);
  co_return out;
}

Task<Result<FolderKey>> ImapMail::create_folder(std::optional<FolderKey> parent, std::string name) {
  Pool::Lease lease = co_await pool_->acquire(std::nullopt);
  co_return co_await create_step(*lease, std::move(parent), std::move(name));
}

Task<Result<FolderKey>> ImapMail::create_step(Connection& connection,
                                              std::optional<FolderKey> parent, std::string name) {
  auto key = child_key(parent, name, connection.prefix(), connection.delimiter());
  if (!key) co_return pass(key);
  // A server makes missing parents by itself: then a folder that was deleted would be back.
  if (parent && !co_await find_mailbox(connection, *parent)) {
    co_return fail(Errc::not_found, "the parent folder is gone");
  }
  const auto named = [&](Words verb) {
    Command command(verb);
    command.mailbox(key->view(), connection.utf8());
    return command;
  };
  const Completed created = co_await connection.run(named("CREATE"), limit());
  if (created.ok()) {
    co_await connection.run(named("SUBSCRIBE"), limit());
    co_return std::move(*key);
  }
  const auto there = co_await find_mailbox(connection, *key);
  if (!there || there->has("\\noselect")) {
    Error error = co_await meaning(connection, *key, created.status);
    // It is not there, so this is no "not found" but a name that the server does not take.
    if (error.code == Errc::not_found) error = {Errc::refused, created.status.text};
    co_return std::unexpected(std::move(error));
  }
  if (!pool_->settings().subscribed_only) co_return fail(Errc::conflict, "the folder exists");
  const auto folders = co_await list_step(connection);
  if (std::ranges::find(folders, *key, &MailFolder::key) != folders.end()) {
    co_return fail(Errc::conflict, "the folder exists");
  }
  co_await connection.run(named("SUBSCRIBE"), limit());  // it was there, but not shown
  co_return std::move(*key);
}

Task<std::vector<FolderKey>> ImapMail::below(Connection& connection, FolderKey key) {
  std::vector<FolderKey> out;
  if (connection.delimiter() == 0) co_return out;
  const std::string top = key.str() + connection.delimiter();
  Command command("LIST \"\"");
  command.mailbox(top + '*', connection.utf8());
  const Completed completed = co_await connection.run(std::move(command), limit());
  for (const Response& response : completed.data) {
    const auto* entry = std::get_if<ListEntry>(&response);
    if (!entry || !entry->name.starts_with(top) || entry->has("\\nonexistent")) continue;
    if (auto child = FolderKey::parse(entry->name)) out.push_back(std::move(*child));
  }
  std::ranges::sort(out, std::greater{}, [](const FolderKey& each) { return each.view().size(); });
  co_return out;
}

Task<Result<FolderKey>> ImapMail::rename_folder(FolderKey folder, std::optional<FolderKey> parent,
                                                std::string name) {
  Pool::Lease lease = co_await pool_->acquire(std::nullopt);
  co_return co_await rename_step(*lease, std::move(folder), std::move(parent), std::move(name));
}

Task<Result<FolderKey>> ImapMail::rename_step(Connection& connection, FolderKey folder,
                                              std::optional<FolderKey> parent, std::string name) {
  const char delimiter = connection.delimiter();
  auto key = child_key(parent, name, connection.prefix(), delimiter);
  if (!key) co_return pass(key);
  if (is_inbox(folder)) co_return fail(Errc::refused, "INBOX cannot be renamed");
  if (!co_await find_mailbox(connection, folder)) {
    co_return fail(Errc::not_found, "the folder is gone");
  }
  if (*key == folder) co_return std::move(*key);
  if (parent && !co_await find_mailbox(connection, *parent)) {
    co_return fail(Errc::not_found, "the parent folder is gone");
  }
  if (delimiter != 0 && key->view().starts_with(folder.str() + delimiter)) {
    co_return fail(Errc::refused, "a folder cannot go into itself");
  }
  if (co_await find_mailbox(connection, *key)) co_return fail(Errc::conflict, "the name is taken");
  const auto children = co_await below(connection, folder);
  pool_->forget(folder);
  Command command("RENAME");
  command.mailbox(folder.view(), connection.utf8()).mailbox(key->view(), connection.utf8());
  const Completed renamed = co_await connection.run(std::move(command), limit());
  if (!renamed.ok()) {
    co_return std::unexpected(co_await meaning(connection, folder, renamed.status));
  }
  // Subscriptions are names, and stay behind (RFC 9051 6.3.6).
  std::vector<Command> follow;
  const auto move_subscription = [&](const std::string& from, const std::string& to) {
    follow.push_back(Command("SUBSCRIBE").mailbox(to, connection.utf8()));
    follow.push_back(Command("UNSUBSCRIBE").mailbox(from, connection.utf8()));
  };
  move_subscription(folder.str(), key->str());
  for (const FolderKey& child : children) {
    move_subscription(child.str(), key->str() + child.str().substr(folder.view().size()));
  }
  co_await connection.run(std::move(follow), limit());
  co_return std::move(*key);
}

Task<Result<>> ImapMail::delete_folder(FolderKey folder) {
  Pool::Lease lease = co_await pool_->acquire(std::nullopt);
  co_return co_await delete_step(*lease, std::move(folder));
}

Task<Result<>> ImapMail::delete_step(Connection& connection, FolderKey folder) {
  if (is_inbox(folder)) co_return fail(Errc::refused, "INBOX cannot be deleted");
  if (!co_await find_mailbox(connection, folder)) {
    co_return fail(Errc::not_found, "the folder is gone");
  }
  auto doomed = co_await below(connection, folder);  // the deepest first
  doomed.push_back(folder);
  pool_->forget(folder);
  co_await connection.unselect(limit());  // a session in a deleted mailbox is in no good state
  std::vector<Command> commands;
  for (const FolderKey& each : doomed) {
    commands.push_back(Command("DELETE").mailbox(each.view(), connection.utf8()));
    commands.push_back(Command("UNSUBSCRIBE").mailbox(each.view(), connection.utf8()));
  }
  auto completed = co_await connection.run(std::move(commands), limit());
  const StatusResponse& last = completed[completed.size() - 2].status;
  if (last.kind == StatusResponse::Kind::ok || !co_await find_mailbox(connection, folder)) {
    co_return Result<>();
  }
  co_return std::unexpected(co_await meaning(connection, folder, last));
}

}  // namespace godwit::backend::imap
