// What changed since a position: by QRESYNC, by CONDSTORE and arithmetic, or by comparing listings.
#include <algorithm>

#include "backend/imap/mail.hpp"
#include "base/log.hpp"

namespace godwit::backend::imap {

using namespace godwit::imap;

namespace {

constexpr Log log("imap");

/// Positions that cannot be of this mailbox: engine.md 1, a restored or remade mailbox.
bool is_stale(const MailCursor& since, const MailboxStatus& now) {
  const MailboxStatus& then = since.status;
  return then.uid_validity != now.uid_validity || then.uid_next > now.uid_next ||
         then.highest_modseq > now.highest_modseq;
}

}  // namespace

Task<Result<MailChanges>> ImapMail::changes(FolderKey folder, MailCursor since, UidSet known) {
  return reading(&ImapMail::changes_step, folder, folder, std::move(since), std::move(known));
}

Task<Result<MailChanges>> ImapMail::changes_step(Connection& connection, FolderKey folder,
                                                 MailCursor since, UidSet known) {
  auto now = co_await status_step(connection, folder);
  if (!now) co_return pass(now);
  if (connection.condstore() && now->highest_modseq <= 1) {
    // Quirk modseq_after_first_use: selecting it makes the server count from here on.
    auto selected = co_await on_mailbox(connection, folder, std::nullopt, {});
    if (!selected) co_return pass(selected);
    now = co_await status_step(connection, folder);
    if (!now) co_return pass(now);
  }
  const bool first = since.status.uid_validity == 0;
  if (!first && is_stale(since, *now))
    co_return fail(Errc::stale, "not a position of this mailbox");
  const bool by_listing = now->highest_modseq == 0;  // quirk modseq_zero, or no CONDSTORE
  if (by_listing || !since.listing.empty()) {
    co_return co_await changes_by_listing(connection, folder, std::move(since), *now,
                                          std::move(known));
  }
  MailChanges out{.cursor = {.status = *now, .listing = {}}, .changed = {}, .vanished = {}};
  if (first || since.status == *now) co_return out;
  if (since.status.highest_modseq == 0) co_return fail(Errc::stale, "a position without modseq");
  co_return co_await changes_by_modseq(connection, folder, std::move(since), *now,
                                       std::move(known));
}

Task<Result<MailChanges>> ImapMail::changes_by_modseq(Connection& connection, FolderKey folder,
                                                      MailCursor since, MailboxStatus now,
                                                      UidSet known) {
  std::vector<Command> commands;
  // Quirk vanished_above_star: the set must reach the UIDs above all that are there.
  Command command = connection.qresync()
                        ? Command("UID FETCH 1:4294967295 (UID FLAGS INTERNALDATE MODSEQ)")
                        : Command("UID FETCH 1:* (UID FLAGS INTERNALDATE MODSEQ)");
  command.open().words("CHANGEDSINCE").number(since.status.highest_modseq);
  if (connection.qresync()) command.words("VANISHED");
  commands.push_back(std::move(command.close()));
  auto completed = co_await on_mailbox(connection, folder, now.uid_validity, std::move(commands));
  if (!completed) co_return pass(completed);
  pool_->learned(connection);
  States states = collect_states(*completed);
  MailChanges out{.cursor = {.status = now, .listing = {}}, .changed = {}, .vanished = {}};
  UidSet gone = states.deleted;
  // Messages that are new by this position: what came behind it counts the next time.
  std::uint32_t arrived = 0;
  const auto count_new = [&](Uid uid) {
    if (uid >= since.status.uid_next && uid < now.uid_next) ++arrived;
  };
  for (const MessageState& each : states.states) count_new(each.uid);
  for (const Uid uid : states.deleted.to_vector()) count_new(uid);
  if (connection.qresync()) {
    for (const Completed& each : *completed) {
      for (const Response& response : each.data) {
        if (const auto* vanished = std::get_if<Vanished>(&response)) gone.add(vanished->uids);
      }
    }
  } else if (since.status.messages + arrived != now.messages) {
    // CONDSTORE tells of no expunges; the sum does (engine.md 1).
    std::vector<Command> search;
    search.push_back(search_command(connection));
    search.back().words("ALL");
    auto listed = co_await on_mailbox(connection, folder, now.uid_validity, std::move(search));
    if (!listed) co_return pass(listed);
    UidSet present;
    for (const Completed& each : *listed) {
      for (const Response& response : each.data) {
        if (const auto* result = std::get_if<SearchResult>(&response)) present.add(result->uids);
      }
    }
    gone.add(known.minus(present));
  }
  out.changed = std::move(states.states);
  // What a server repeats though it is no change since then is left out.
  std::erase_if(out.changed, [&](const MessageState& each) {
    return each.modseq != 0 && each.modseq <= since.status.highest_modseq;
  });
  out.vanished = known.intersect(gone);
  co_return out;
}

Task<Result<MailChanges>> ImapMail::changes_by_listing(Connection& connection, FolderKey folder,
                                                       MailCursor since, MailboxStatus now,
                                                       UidSet known) {
  if (!said_no_condstore_ && now.highest_modseq == 0) {
    said_no_condstore_ = true;
    log.warning("imap.no_condstore", {{"user", user_}, {"effect", "folders are listed whole"}});
  }
  const bool first = since.status.uid_validity == 0;
  auto before = first ? Result<Listing>(Listing()) : Listing::parse(since.listing);
  if (!before) co_return fail(Errc::stale, "a position without a listing");
  std::vector<Command> commands;
  commands.push_back(Command("UID FETCH 1:* (UID FLAGS)"));
  auto completed = co_await on_mailbox(connection, folder, now.uid_validity, std::move(commands));
  if (!completed) co_return pass(completed);
  Listing listing;
  for (const Completed& each : *completed) {
    for (const Response& response : each.data) {
      const auto* entry = std::get_if<FetchEntry>(&response);
      if (!entry || entry->uid == 0 || !entry->flags) continue;
      if (entry->deleted) {
        listing.remove(entry->uid);
      } else {
        listing.add(entry->uid, *entry->flags);
      }
    }
  }
  MailChanges out{.cursor = {.status = now, .listing = {}}, .changed = {}, .vanished = {}};
  if (now.highest_modseq == 0) out.cursor.listing = listing.str();
  if (first) co_return out;
  const auto changed = listing.changed_since(*before);
  if (!changed.empty()) {
    auto states = co_await state_step(connection, folder, now.uid_validity, UidSet::of(changed));
    if (!states) co_return pass(states);
    out.changed = std::move(*states);
  }
  out.vanished = known.minus(listing.uids());
  co_return out;
}

}  // namespace godwit::backend::imap
