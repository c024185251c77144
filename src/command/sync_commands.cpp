#include "command/sync_commands.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/pack.hpp"
#include "command/draft_commands.hpp"
#include "command/mail_move.hpp"
#include "item/email.hpp"
#include "mapping/email.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {
namespace {

using Kind = eas::SyncCommand::Kind;

// [MS-ASCMD] Status (Sync), item level.
constexpr std::uint16_t status_ok = 1;
constexpr std::uint16_t status_conversion = 6;
constexpr std::uint16_t status_conflict = 7;
constexpr std::uint16_t status_not_found = 8;
constexpr std::uint16_t status_no_space = 9;

void digest_into(Packer& out, const wbxml::Element& element) {
  out.number(element.tag.page).number(element.tag.code).text(element.text);
  out.number(element.children.size());
  for (const wbxml::Element& child : element.children) digest_into(out, child);
}

class CommandRun {
 public:
  CommandRun(MailWork& work, const eas::SyncCollection& request)
      : work_(work), request_(request), mail_(work.session.mail()), drafts_(work, request) {}

  Task<std::vector<SyncResponse>> run() {
    co_await open_moves();
    for (const eas::SyncCommand& command : request_.commands) {
      const std::string content = digest(command);
      const auto* known =
          work_.repeated ? find_done(work_.relationship, request_.commands, command) : nullptr;
      if (known != nullptr) {
        note(command, *known);
        continue;
      }
      if (command.kind == Kind::fetch) {
        co_await fetch(command);
        continue;
      }
      sync::CommandOutcome outcome;
      outcome.kind = std::to_underlying(command.kind);
      outcome.id = command.id;
      outcome.digest = content;
      outcome.status = co_await work(command, outcome);
      note(command, outcome);
    }
    drafts_.finish();
    tell_refused_anew();
    co_return std::move(responses_);
  }

 private:
  /// A device has an item no more whose Change got an 8, whatever became of it by a later command.
  void tell_refused_anew() {
    for (const sync::CommandOutcome& outcome : work_.outcomes) {
      const bool refused =
          outcome.kind == std::to_underlying(Kind::change) && outcome.status == status_not_found;
      const auto uid = refused ? uid_of(work_, outcome.id) : std::nullopt;
      if (!uid || !work_.state.held.contains(*uid)) continue;
      work_.state.held.remove(*uid);
      work_.state.dirty.remove(*uid);
      work_.state.todo.add(*uid);
    }
  }

  /// All intents of the request in one durable commit.
  Task<> open_moves() {
    std::vector<std::string> names;
    for (const eas::SyncCommand& command : request_.commands) {
      if (command.kind != Kind::remove || target() == nullptr) continue;
      const auto known = sync::find_outcome(work_.relationship, std::to_underlying(command.kind),
                                            command.id, digest(command));
      if (!uid_of(work_, command.id) || (work_.repeated && known != nullptr)) continue;
      names.push_back(intent_name(command));
    }
    if (names.empty()) co_return;
    const auto trash = FolderKey::parse(target()->key);
    auto open = co_await open_move_intents(work_.session, *trash, std::move(names));
    for (sync::OpenIntent& intent : open) intents_.emplace(intent.name, std::move(intent));
  }

  Task<std::uint16_t> work(const eas::SyncCommand& command, sync::CommandOutcome& outcome) {
    const auto uid = command.kind == Kind::add ? std::optional<Uid>(0) : uid_of(work_, command.id);
    if (!uid) co_return status_not_found;
    const bool held = work_.state.held.contains(*uid);
    try {
      switch (command.kind) {
        case Kind::add:
          outcome.status = co_await drafts_.add(command, outcome);
          break;
        case Kind::change:
          outcome.status = co_await change(command, *uid, outcome);
          break;
        default:
          outcome.status = co_await remove(command, *uid);
      }
    } catch (const Fault& fault) {
      if (fault.kind() != Fault::Kind::quota) throw;
      outcome.status = status_no_space;
    }
    const bool undone = outcome.status == status_conflict || outcome.status == status_no_space;
    // What the device did in vain is undone there: it is told what the mailbox holds.
    if (held && undone)
      (command.kind == Kind::change ? work_.state.dirty : work_.state.todo).add(*uid);
    co_return outcome.status;
  }

  /// [MS-ASCMD] Conflict: somebody else changed the message since the device saw it. Read and
  /// flagged have two values each, so that two changes of them agree; two sets of categories do
  /// not.
  bool conflicts(Uid uid, const mapping::EmailChange& wanted, const Flags& flags) const {
    const bool server_wins = work_.options.conflict == 1 && work_.state.dirty.contains(uid);
    return server_wins && wanted.categories &&
           keywords_with(flags.keywords, *wanted.categories) !=
               keywords_with(flags.keywords, categories_of(flags.keywords));
  }

  /// What a refusal of the backend is to the device: its command has no effect, ours stays.
  static std::uint16_t status_of(const Error& error) {
    return error.code == Errc::refused ? status_conflict : status_not_found;
  }

  Task<std::uint16_t> change(const eas::SyncCommand& command, Uid uid,
                             sync::CommandOutcome& outcome) {
    auto wanted = command.data == nullptr
                      ? Result<mapping::EmailChange>()
                      : mapping::read_email_change(*command.data, work_.session.version);
    if (!wanted) co_return status_conversion;
    if (command.send || !wanted->draft.empty()) {
      co_return co_await drafts_.change(command, *wanted, uid, outcome);
    }
    if (!work_.state.held.contains(uid) || command.data == nullptr) co_return status_not_found;
    const auto before = work_.before.find(uid);
    if (before == work_.before.end()) co_return status_not_found;
    if (conflicts(uid, *wanted, before->second.flags)) co_return status_conflict;
    Flags flags = before->second.flags;
    const auto done =
        co_await mail_.store_flags(work_.folder, epoch(), uid, apply_change(*wanted, flags));
    if (!done) co_return status_of(done.error());
    before->second.flags = flags;
    work_.expected[uid] = flags;
    outcome.uid = uid;
    // What others changed is told to the device, and told again when it asks again.
    if (!work_.state.dirty.contains(uid)) outcome.flags = flags;
    if (wanted->flag) co_await keep_follow_up(work_, uid, *wanted->flag);
    co_return status_ok;
  }

  Task<std::uint16_t> remove(const eas::SyncCommand& command, Uid uid) {
    const bool known = work_.state.held.contains(uid) || work_.state.gone.contains(uid) ||
                       work_.state.soft.contains(uid);
    drop(work_.state, uid);
    const auto intent = intents_.find(intent_name(command));
    if (intent == intents_.end()) {
      UidSet one;
      one.add(uid);
      const auto done = co_await mail_.expunge(work_.folder, epoch(), std::move(one));
      if (!done) co_return status_of(done.error());
      co_await forget_kept(work_, {uid});
      co_return known ? status_ok : status_not_found;
    }
    work_.writes.push_back(sync::Journal::close(work_.session.user(), intent->second));
    const auto trash = FolderKey::parse(target()->key);
    const auto moved = co_await finish_move(work_.session, {work_.folder, epoch(), uid, *trash},
                                            intent->second, &claimed_);
    if (moved && *moved != 0) {
      cache().rare().own[target()->id].add(*moved);
      const std::uint32_t validity = target_validity(intent->second);
      co_await move_kept(work_, uid, sync::format_mail_id(target()->id, validity, *moved));
    } else if (moved) {
      co_await forget_kept(work_, {uid});
    }
    // Gone already is what the device wanted.
    const bool gone = moved || (known && moved.error().code == Errc::not_found);
    co_return gone ? status_ok : status_of(moved.error());
  }

  Task<> fetch(const eas::SyncCommand& command) {
    SyncResponse response{Kind::fetch, command.id, "", status_not_found, std::nullopt};
    if (const auto uid = uid_of(work_, command.id); uid && work_.state.held.contains(*uid)) {
      render::Renderer renderer(work_.session.shared_mail(), work_.session.services.spools);
      render::Request request{work_.folder,
                              epoch(),
                              {*uid},
                              work_.row.id,
                              render_options(work_.session, work_.options)};
      // The schema of Fetch has no place for it; Add and Change do.
      request.options.body_part.reset();
      auto batch = co_await renderer.prepare(std::move(request));
      if (batch && !batch->items.empty()) {
        response.status = batch->items.front().write ? status_ok : status_conversion;
        if (response.status == status_ok) response.item = std::move(batch->items.front());
      }
    }
    responses_.push_back(std::move(response));
  }

  /// Keeps the outcome for a repeated request, and says what must be said: success of plain changes
  /// and removals is silent ([MS-ASCMD] Responses).
  void note(const eas::SyncCommand& command, const sync::CommandOutcome& outcome) {
    work_.outcomes.push_back(outcome);
    auto item = draft_answer(outcome);
    if (outcome.status == status_ok && command.kind != Kind::add && !item) return;
    responses_.push_back(
        {command.kind, command.id, outcome.server_id, outcome.status, std::move(item)});
  }

  /// Where removed mail goes; nullptr = it is removed for good.
  const sync::FolderRow* target() const {
    if (!request_.deletes_as_moves || work_.row.role == FolderRole::trash) return nullptr;
    return work_.table.find_role(FolderRole::trash);
  }

  std::string intent_name(const eas::SyncCommand& command) const {
    return work_.session.device_id.str() + '/' + work_.row.id + '/' +
           sync::SyncKey::of(work_.relationship.id, work_.presented).str() + "/remove/" +
           command.id;
  }

  RequestCache::Entry& cache() {
    return work_.session.services.request_cache.entry(work_.session.account.user,
                                                      work_.session.device_id);
  }
  std::uint32_t epoch() const { return work_.state.cursor.status.uid_validity; }

  MailWork& work_;
  const eas::SyncCollection& request_;
  backend::Mail& mail_;
  DraftCommands drafts_;
  std::map<std::string, sync::OpenIntent> intents_;
  UidSet claimed_;  // in the trash, by moves of this request: equal messages are not one
  std::vector<SyncResponse> responses_;
};

store::Key kept_key(const MailWork& work, Uid uid) {
  const std::uint32_t epoch = work.state.cursor.status.uid_validity;
  return work.session.key(store::Kind::item, sync::format_mail_id(work.row.id, epoch, uid));
}

/// What an earlier command of the request has to say of the record; null = nothing.
store::Write* find_write(MailWork& work, const store::Key& key) {
  const auto found = std::ranges::find(work.writes, key, &store::Write::key);
  return found == work.writes.end() ? nullptr : &*found;
}

/// What is kept, as it will be with the next commit.
Task<std::optional<std::string>> kept_now(MailWork& work, store::Key key) {
  if (const auto* write = find_write(work, key)) co_return write->value;
  auto record = co_await work.session.services.store.get(std::move(key));
  if (!record) co_return std::nullopt;
  co_return std::move(record->value);
}

void put_kept(MailWork& work, store::Key key, std::optional<std::string> value) {
  if (auto* write = find_write(work, key)) {
    write->value = std::move(value);
  } else {
    work.writes.push_back({std::move(key), std::nullopt, std::move(value)});
  }
}

}  // namespace

std::optional<Uid> uid_of(const MailWork& work, std::string_view server_id) {
  const auto id = sync::parse_mail_id(server_id);
  if (!id || id->collection != work.row.id) return std::nullopt;
  if (id->uid_validity != work.state.cursor.status.uid_validity) return std::nullopt;
  return work.state.named(id->uid);
}

void drop(sync::MailState& state, Uid uid) {
  for (UidSet* set : {&state.held, &state.dirty, &state.gone, &state.soft, &state.todo}) {
    set->remove(uid);
  }
  state.drafts.erase(uid);
}

backend::FlagChange apply_change(const mapping::EmailChange& wanted, Flags& flags) {
  backend::FlagChange change;
  if (wanted.read) change.seen = flags.seen = *wanted.read;
  if (wanted.flag) change.flagged = flags.flagged = wanted.flag->status == FollowUp::Status::active;
  if (wanted.categories) {
    flags.keywords = keywords_with(flags.keywords, *wanted.categories);
    change.keywords = flags.keywords;
  }
  return change;
}

Task<> keep_follow_up(MailWork& work, Uid uid, FollowUp flag) {
  store::Key key = kept_key(work, uid);
  KeptMail kept;
  if (const auto record = co_await kept_now(work, key)) {
    kept = unpack_kept(*record).value_or(KeptMail());
  }
  kept.flag.reset();
  if (flag.status != FollowUp::Status::cleared) kept.flag = std::move(flag);
  put_kept(work, std::move(key), kept.empty() ? std::nullopt : std::optional(pack_kept(kept)));
}

Task<> forget_kept(MailWork& work, std::vector<Uid> uids) {
  std::vector<store::Key> keys;
  keys.reserve(uids.size());
  for (const Uid uid : uids) keys.push_back(kept_key(work, uid));
  if (keys.empty()) co_return;
  const auto records = co_await work.session.services.store.get_many(keys);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (records[i] || find_write(work, keys[i]) != nullptr) {
      put_kept(work, std::move(keys[i]), std::nullopt);
    }
  }
}

Task<> move_kept(MailWork& work, Uid uid, std::string target_id) {
  store::Key key = kept_key(work, uid);
  auto record = co_await kept_now(work, key);
  if (!record) co_return;
  put_kept(work, std::move(key), std::nullopt);
  put_kept(work, work.session.key(store::Kind::item, std::move(target_id)), std::move(record));
}

std::string digest(const eas::SyncCommand& command) {
  Packer out;
  out.boolean(command.send).text(command.instance_id);
  if (command.data != nullptr) digest_into(out, *command.data);
  return digest128(out.bytes());
}

const sync::CommandOutcome* find_done(const sync::Relationship& relationship,
                                      const std::vector<eas::SyncCommand>& commands,
                                      const eas::SyncCommand& command) {
  const auto kind = std::to_underlying(command.kind);
  if (command.kind != Kind::change) {
    return sync::find_outcome(relationship, kind, command.id, digest(command));
  }
  const auto is_of_item = [&](const eas::SyncCommand& each) {
    return each.kind == command.kind && each.id == command.id;
  };
  const sync::CommandOutcome* found = nullptr;
  auto now = commands.begin();
  for (const sync::CommandOutcome& done : relationship.outcomes) {
    if (done.kind != kind || done.id != command.id) continue;
    now = std::find_if(now, commands.end(), is_of_item);
    if (now == commands.end() || digest(*now) != done.digest) return nullptr;
    if (&*now == &command) found = &done;
    ++now;
  }
  return found;
}

const sync::CommandOutcome* last_change(const sync::Relationship& relationship,
                                        std::string_view id) {
  for (const sync::CommandOutcome& outcome : std::views::reverse(relationship.outcomes)) {
    const bool changed = outcome.kind == std::to_underlying(Kind::change) && outcome.id == id;
    if (changed && outcome.status == status_ok) return &outcome;
  }
  return nullptr;
}

void recall_outcomes(MailWork& work, const std::vector<eas::SyncCommand>& commands) {
  for (const eas::SyncCommand& command : commands) {
    if (recall_drafts(work, command)) continue;
    const auto* known = command.kind == Kind::change
                            ? last_change(work.relationship, command.id)
                            : find_done(work.relationship, commands, command);
    if (known == nullptr || known->status != status_ok) continue;
    if (known->flags) work.expected[known->uid] = *known->flags;
    if (command.kind != Kind::remove) continue;
    if (const auto uid = uid_of(work, command.id)) drop(work.state, *uid);
  }
}

Task<> note_before(MailWork& work, const std::vector<eas::SyncCommand>& commands) {
  std::vector<Uid> uids;
  for (const eas::SyncCommand& command : commands) {
    const auto uid = uid_of(work, command.id);
    if (command.kind == Kind::change && uid) uids.push_back(*uid);
  }
  if (uids.empty()) co_return;
  const std::uint32_t epoch = work.state.cursor.status.uid_validity;
  auto states = co_await work.session.mail().fetch_state(work.folder, epoch, std::move(uids));
  if (!states) co_return;
  for (MessageState& state : *states) work.before.emplace(state.uid, std::move(state));
}

Task<std::vector<SyncResponse>> run_commands(MailWork& work, const eas::SyncCollection& request) {
  CommandRun run(work, request);
  co_return co_await run.run();
}

}  // namespace godwit::command
