// What all calls of a user's mail share: the mailbox selected, and what refusals mean.
#include "backend/imap/mail.hpp"

#include <algorithm>
#include <map>

#include "backend/imap/watch.hpp"
#include "backend/watch_source.hpp"
#include "base/text.hpp"

namespace godwit::backend::imap {

using namespace godwit::imap;

namespace {

/// Is not told of folders that hold no mail.
class WatchOfMail final : public Watch, public WatchSource, private ChangeListener {
 public:
  WatchOfMail(const UserId& user, const std::shared_ptr<Pool>& pool, ChangeListener& listener,
              Random& random, const std::shared_ptr<WatchBudget>& budget,
              std::shared_ptr<const Aside> aside)
      : aside_(std::move(aside)),
        listener_(listener),
        watch_(join_watch(user, pool, *this, random, budget)) {}
  bool authoritative() const override { return watch_->authoritative(); }
  bool ended() const override { return watch_->ended(); }
  std::string source() const override { return source_of(*watch_); }

 private:
  void changed(const UserId& user, const std::optional<FolderKey>& folder, Kind kind) override {
    if (!folder || !aside_->keys.contains(*folder)) listener_.changed(user, folder, kind);
  }

  std::shared_ptr<const Aside> aside_;
  ChangeListener& listener_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace

Task<ImapMail::Results> ImapMail::on_mailbox(Connection& connection, FolderKey folder,
                                             std::optional<std::uint32_t> uid_validity,
                                             std::vector<Command> commands, Look look) {
  const auto& kept = connection.selected();
  if (kept && kept->key == folder &&
      uid_validity.value_or(kept->uid_validity) == kept->uid_validity) {
    if (look == Look::always || !pool_->is_current(connection)) {
      co_await connection.run(Command("NOOP"), limit());
      pool_->looked(connection);
    }
  } else {
    const Completed selected = co_await connection.select(folder, limit());
    if (!selected.ok()) {
      co_return std::unexpected(co_await meaning(connection, folder, selected.status));
    }
    pool_->looked(connection);
    if (uid_validity && *uid_validity != connection.selected()->uid_validity) {
      co_return fail(Errc::stale, "another UIDVALIDITY");
    }
  }
  std::vector<Completed> completed;
  if (!commands.empty()) completed = co_await connection.run(std::move(commands), limit() * 4);
  for (const Completed& each : completed) {
    // EXPUNGEISSUED (RFC 5530): some are gone, the others were answered.
    if (!each.ok() && each.status.code.name != "EXPUNGEISSUED") {
      co_return std::unexpected(co_await meaning(connection, folder, each.status));
    }
  }
  co_return completed;
}

Task<Error> ImapMail::meaning(Connection& connection, FolderKey folder, StatusResponse refusal) {
  const std::string& code = refusal.code.name;
  const std::string& host = pool_->settings().host;
  if (refusal.kind == StatusResponse::Kind::bad) {
    throw Fault(Fault::Kind::corrupt, host + ": does not understand a command: " + refusal.text);
  }
  if (code == "OVERQUOTA" || code == "LIMIT") {
    throw Fault(Fault::Kind::quota, host + ": " + refusal.text);
  }
  if (code == "UNAVAILABLE" || code == "INUSE" || code == "SERVERBUG" || code == "CORRUPTION") {
    throw Fault(Fault::Kind::unavailable, host + ": " + refusal.text);
  }
  if (code == "NONEXISTENT" || code == "TRYCREATE") co_return Error{Errc::not_found, refusal.text};
  if (code == "ALREADYEXISTS") co_return Error{Errc::conflict, refusal.text};
  if (code == "TOOBIG") co_return Error{Errc::too_large, refusal.text};
  // Quirk overquota_in_words. A mailbox of such a name may be what the words are about.
  const bool quota = ascii_lower(refusal.text).contains("quota");
  const bool named = ascii_lower(folder.view()).contains("quota");
  if (quota && !named) throw Fault(Fault::Kind::quota, host + ": " + refusal.text);
  if (!co_await find_mailbox(connection, folder)) {
    co_return Error{Errc::not_found, "the mailbox is gone"};
  }
  if (quota) throw Fault(Fault::Kind::quota, host + ": " + refusal.text);
  co_return Error{Errc::refused, refusal.text};
}

Task<std::optional<ListEntry>> ImapMail::find_mailbox(Connection& connection, FolderKey key) {
  Command command("LIST \"\"");
  command.mailbox(key.view(), connection.utf8());
  Completed completed = co_await connection.run(std::move(command), limit());
  for (Response& each : completed.data) {
    auto* entry = std::get_if<ListEntry>(&each);
    if (entry && entry->name == key.view() && !entry->has("\\nonexistent")) {
      co_return std::move(*entry);
    }
  }
  co_return std::nullopt;
}

Command ImapMail::search_command(Connection& connection) const {
  Command command("UID SEARCH");
  if (connection.has("ESEARCH")) command.words("RETURN (ALL)");
  return command;
}

std::unique_ptr<Watch> ImapMail::watch(ChangeListener& listener) {
  if (aside_ == nullptr) return join_watch(user_, pool_, listener, random_, budget_);
  return std::make_unique<WatchOfMail>(user_, pool_, listener, random_, budget_, aside_);
}

States collect_states(std::vector<Completed>& completed) {
  std::map<Uid, FetchEntry> merged;
  for (Completed& each : completed) {
    for (Response& response : each.data) {
      auto* entry = std::get_if<FetchEntry>(&response);
      if (!entry || entry->uid == 0) continue;  // quirk uid_fetch_without_uid
      FetchEntry& into = merged[entry->uid];
      into.uid = entry->uid;
      into.modseq = std::max(into.modseq, entry->modseq);
      if (entry->internal_date) into.internal_date = entry->internal_date;
      if (!entry->flags) continue;
      into.flags = std::move(entry->flags);
      into.deleted = entry->deleted;
    }
  }
  States out;
  for (auto& [uid, entry] : merged) {
    if (entry.deleted) out.deleted.add(uid);
    if (entry.deleted || !entry.flags || !entry.internal_date) continue;
    out.states.push_back({.uid = uid,
                          .flags = std::move(*entry.flags),
                          .modseq = entry.modseq,
                          .internal_date = *entry.internal_date});
  }
  return out;
}

std::vector<UidSet> pieces(const UidSet& uids) {
  constexpr std::size_t ranges_max = 200;  // of up to 21 octets: RFC 7162 4 asks for 8192 a line
  std::vector<UidSet> out;
  std::size_t count = ranges_max;
  for (const UidRange& range : uids.ranges()) {
    if (count++ >= ranges_max) {
      out.emplace_back();
      count = 1;
    }
    out.back().add(range.first, range.last);
  }
  return out;
}

}  // namespace godwit::backend::imap
