#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "command/conversations.hpp"
#include "command/draft_commands.hpp"
#include "command/draft_leftovers.hpp"
#include "command/meeting_placement.hpp"
#include "command/prefetch.hpp"
#include "command/sync_collection.hpp"
#include "command/sync_commands.hpp"
#include "item/email.hpp"
#include "mapping/email.hpp"
#include "sync/repair.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("sync");

// [MS-ASCMD] Status (Sync), collection level.
constexpr std::uint16_t status_bad_key = 3;
constexpr std::uint16_t status_hierarchy = 12;
constexpr std::uint16_t status_server_error = 5;
constexpr std::uint16_t status_no_space = 9;
constexpr std::uint16_t status_retry = 16;

CollectionAnswer failure(const std::string& id, std::uint16_t status) {
  CollectionAnswer answer;
  answer.id = id;
  answer.status = status;
  return answer;
}

/// engine.md §4: one collection's fault is that collection's status; its key stays good.
CollectionAnswer failed_by(const std::string& id, Fault::Kind kind) {
  CollectionAnswer answer = failure(id, status_retry);
  if (kind == Fault::Kind::quota) answer.status = status_no_space;
  if (kind == Fault::Kind::corrupt) answer.status = status_server_error;
  answer.fault = kind;
  return answer;
}

class MailSync {
 public:
  MailSync(Session& session, const sync::FolderTable& table, const sync::FolderRow& row,
           FolderKey folder, CollectionRequest request)
      : work_{session, table, row, std::move(folder), {}, false, 0, {}, {}, {}, {}, {}, {}},
        request_(std::move(request)) {}

  Task<CollectionAnswer> run() {
    answer_.id = request_.request.id;
    co_await load();
    if (request_.request.is_initial()) co_return co_await begin();
    if (!present_key()) co_return failure(answer_.id, status_bad_key);
    if (request_.request.options)
      work_.relationship.options = pack_options(*request_.request.options);
    read_options();
    const std::string before = pack(work_.state);
    choose_mode();
    co_await note_before(work_, request_.request.commands);
    // Its connection is free then, and nothing of it is newer than what is asked for next.
    co_await prefetches().settle(work_.session, answer_.id, request_.deadline);
    if (!is_current()) {
      const bool whole = work_.state.doubted;
      if (takes_drafts()) {
        co_await finish_left_drafts(work_.session, work_.folder, answer_.id,
                                    request_.request.commands);
      }
      const Uid first_new = work_.state.cursor.status.uid_next;
      const auto floor = work_.state.floor;
      auto refreshed = co_await refresh();
      if (refreshed && co_await follow(first_new)) refreshed = co_await refresh();
      if (refreshed) co_await widen(!whole && floor == work_.state.floor ? first_new : 1);
      if (!refreshed) co_return co_await lost(refreshed.error());
    }
    answer_.uid_validity = epoch();
    if (!request_.request.commands.empty()) {
      answer_.responses = co_await run_commands(work_, request_.request);
      // Our own doing is taken in at once, so that neither an answer nor a Ping echoes it.
      if (auto again = co_await refresh(); !again) co_return co_await lost(again.error());
    }
    answer_.mailbox = work_.state.cursor.status;
    if (request_.request.wants_changes()) {
      co_await fill();
      co_await place();
    }
    name_drafts();
    answer_.must_answer = work_.repeated || !request_.request.commands.empty();
    co_return co_await commit(before);
  }

 private:
  std::string name() const { return work_.session.device_id.str() + '/' + request_.request.id; }
  store::Key key() const { return work_.session.key(store::Kind::collection, name()); }
  std::uint32_t epoch() const { return work_.state.cursor.status.uid_validity; }
  backend::Mail& mail() { return work_.session.mail(); }

  Task<> load() {
    const auto record = co_await work_.session.services.store.get(key());
    revision_ = record ? record->revision : 0;
    if (!record) co_return;
    auto stored = sync::unpack_relationship(record->value);
    if (stored) {
      work_.relationship = std::move(*stored);
    } else {
      logger.error("relationship.damaged",
                   {{"user", work_.session.user()}, {"collection", answer_.id}});
    }
  }

  /// SyncKey 0: a new relationship, and nothing else.
  Task<CollectionAnswer> begin() {
    sync::Relationship fresh;
    while (fresh.id == 0) fresh.id = work_.session.services.random.next();
    fresh.offered = 1;
    fresh.offered_state = pack(sync::MailState{});
    if (request_.request.options) fresh.options = pack_options(*request_.request.options);
    if (takes_drafts()) co_await finish_left_drafts(work_.session, work_.folder, answer_.id, {});
    auto writes =
        co_await work_.session.services.journal.closing(work_.session.user(), name() + '/');
    writes.push_back({key(), revision_, pack(fresh)});
    if (!co_await work_.session.services.store.commit(std::move(writes))) {
      co_return failure(answer_.id, status_retry);
    }
    answer_.sync_key = sync::SyncKey::first_of(fresh.id).str();
    answer_.must_answer = true;
    co_return std::move(answer_);
  }

  /// False: the key names no state of ours.
  bool present_key() {
    const auto key = sync::SyncKey::parse(request_.request.sync_key);
    if (!key) return false;
    const auto judged = sync::judge(work_.relationship, *key);
    if (judged == sync::Presented::unknown) return false;
    presented_ = *key;
    work_.presented = key->generation();
    work_.repeated = judged == sync::Presented::repeated;
    if (work_.repeated) {
      sync::repeat(work_.relationship);
    } else {
      proved_ = work_.relationship.offered != 0;
      sync::acknowledge(work_.relationship, *key);
    }
    cache().note_proven(request_.request.id, *key);
    if (auto* rare = cache().rare_if_any()) rare->own.erase(request_.request.id);
    auto state = sync::unpack_mail_state(work_.relationship.acknowledged_state);
    if (!state) return false;
    work_.state = std::move(*state);
    if (work_.repeated) recall_outcomes(work_, request_.request.commands);
    return true;
  }

  void read_options() {
    for (eas::SyncOptions& block : unpack_options(work_.relationship.options)) {
      if (block.item_class != "SMS") work_.options = std::move(block);
    }
  }

  /// What the commands are to change must not be newer than the state either: else somebody else's
  /// change would pass for the device's own.
  bool is_current() const {
    const auto is_newer = [&](const auto& before) {
      return before.second.modseq > work_.state.cursor.status.highest_modseq;
    };
    return request_.status && std::ranges::none_of(work_.before, is_newer) &&
           sync::is_current(work_.state, *request_.status, work_.options.filter_type,
                            work_.session.now());
  }

  Task<Result<>> refresh() {
    co_return co_await sync::refresh(mail(), work_.folder, work_.state, work_.options.filter_type,
                                     work_.session.now(), work_.expected);
  }

  /// [MS-ASCON] 3.2.5.3.2: mail that came goes to where its conversation always goes.
  Task<bool> follow(Uid first_new) {
    UidSet fresh = work_.state.todo;
    if (first_new > 1) fresh.remove(1, first_new - 1);
    co_return co_await follow_conversations(work_.session, work_.table, work_.row, epoch(),
                                            fresh.take_highest(followed_max));
  }

  /// [MS-ASCMD] ConversationMode: of a request, not kept; the window is laid anew with another one.
  void choose_mode() {
    sync::MailState& state = work_.state;
    const bool wanted = request_.request.conversation_mode.value_or(0) != 0;
    if (wanted != state.conversations) state.floor.reset();
    state.conversations = wanted;
  }

  /// What came into the window at `first` or above brings the rest of its conversations with it.
  Task<> widen(Uid first) {
    sync::MailState& state = work_.state;
    if (!state.conversations || !state.floor) co_return;
    UidSet inside = state.held;
    inside.add(state.todo);
    UidSet fresh = inside;
    if (first > 1) fresh.remove(1, first - 1);
    auto all = co_await mail().search(work_.folder, std::nullopt);
    if (!all || fresh.empty()) co_return;
    const Uid next = state.cursor.status.uid_next;
    if (all->highest() >= next) all->remove(next, UINT32_MAX);
    const UidSet mates = co_await conversation_mates(work_.session, work_.folder, epoch(), fresh,
                                                     all->minus(inside).minus(state.aside));
    const UidSet back = state.soft.intersect(mates);
    state.soft.remove(back);
    state.held.add(back);
    state.todo.add(mates.minus(state.held));
  }

  /// The mailbox is not the one that the state speaks of.
  Task<CollectionAnswer> lost(Error error) {
    logger.info("sync.restart", {{"user", work_.session.user()},
                                 {"device", work_.session.device_id},
                                 {"collection", answer_.id},
                                 {"why", error.message}});
    if (error.code == Errc::not_found) co_return failure(answer_.id, status_hierarchy);
    co_return failure(answer_.id, status_bad_key);
  }

  /// Adds, changes and removals, up to the window, the bytes and the time that are left.
  Task<> fill() {
    const auto window = sync::window_after_repeats(request_.window, work_.relationship.repeats);
    set_aside_poison();
    const UidSet leaving = work_.state.leave;
    try_again(work_.state.again.intersect(work_.state.aside));
    auto delta = sync::take(work_.state, window);
    answer_.removed = std::move(delta.removed);
    for (const Uid uid : leaving.intersect(work_.state.aside).to_vector()) {
      set_aside(uid, sync::left_by_repair);
    }
    // What is only taken off the device is there still.
    const UidSet stays = work_.state.todo;
    co_await forget_kept(
        work_, UidSet::of(answer_.removed).minus(stays).minus(work_.state.aside).to_vector());
    answer_.soft_removed = std::move(delta.soft_removed);
    co_await write_changed(std::move(delta.changed));
    co_await write_added(std::move(delta.added));
    answer_.more_available = work_.state.pending();
    co_await prefetch();
    lone_ = answer_.items() == 1 && answer_.added.size() == 1 ? answer_.added.front().uid : 0;
  }

  /// What the device is shown of meetings is in the calendar by then.
  Task<> place() {
    backend::Items* const items = work_.session.items();
    const bool is_inbox = work_.row.role == FolderRole::inbox;
    if (!is_inbox || items == nullptr || items->places_meetings()) co_return;
    std::vector<Uid> meetings;
    for (const render::Prepared& each : answer_.added) {
      if (each.is_meeting) meetings.push_back(each.uid);
    }
    for (store::Write& write :
         co_await place_meetings(work_.session, work_.folder, epoch(), std::move(meetings))) {
      work_.writes.push_back(std::move(write));
    }
  }

  /// [MS-ASEMAIL] 3.1.5.4: drafts are written by devices of 16.x.
  bool takes_drafts() const {
    return work_.row.role == FolderRole::drafts && work_.session.version >= eas::Version::v16_0;
  }

  /// A draft that the device edited has the name that it knows.
  void name_drafts() {
    sync::MailState& state = work_.state;
    if (state.drafts.empty()) return;
    for (auto* items : {&answer_.changed, &answer_.added}) {
      for (render::Prepared& item : *items) item.uid = state.name_of(item.uid);
    }
    for (auto* uids : {&answer_.removed, &answer_.soft_removed}) {
      for (Uid& uid : *uids) {
        const Uid name = state.name_of(uid);
        state.drafts.erase(std::exchange(uid, name));
      }
    }
  }

  /// engine.md §1: what stands alone in an answer that is never acknowledged is poison for this
  /// phone: it is tried in plainer forms, then set aside.
  void set_aside_poison() {
    sync::Relationship& relationship = work_.relationship;
    if (relationship.lone == 0 || relationship.repeats < repeats_before_plainer) return;
    const auto plainest = static_cast<std::uint8_t>(render::Form::headers_only);
    if (relationship.lone_form < plainest) {
      ++relationship.lone_form;
      form_ = static_cast<render::Form>(relationship.lone_form);
      return;
    }
    work_.state.todo.remove(relationship.lone);
    set_aside(relationship.lone, "the device never acknowledged it");
    relationship.lone = 0;
    relationship.lone_form = 0;
  }

  std::string set_aside_name(const std::string& id) const {
    return work_.session.device_id.str() + '/' + id;
  }

  void try_again(const UidSet& uids) {
    for (const Uid uid : uids.to_vector()) {
      const std::string id = sync::format_mail_id(answer_.id, epoch(), uid);
      work_.writes.push_back({work_.session.key(store::Kind::set_aside, set_aside_name(id)),
                              std::nullopt, std::nullopt});
    }
  }

  void set_aside(Uid uid, const std::string& why) {
    work_.state.aside.add(uid);
    const std::string id = sync::format_mail_id(answer_.id, epoch(), uid);
    logger.warning("item.set_aside", {{"user", work_.session.user()},
                                      {"device", work_.session.device_id},
                                      {"item", id},
                                      {"why", why}});
    work_.writes.push_back(
        {work_.session.key(store::Kind::set_aside, set_aside_name(id)), std::nullopt, why});
  }

  /// Server changes of mail are of its flags ([MS-ASEMAIL]): only these are sent, and what was done
  /// with it last.
  Task<> write_changed(std::vector<Uid> uids) {
    if (uids.empty()) co_return;
    const auto kept = co_await kept_mail(uids);
    auto states = co_await mail().fetch_state(work_.folder, epoch(), std::move(uids));
    if (!states) co_return;
    const eas::Version version = work_.session.version;
    for (const MessageState& state : *states) {
      if (!work_.state.held.contains(state.uid)) continue;
      const auto found = kept.find(state.uid);
      const KeptMail known = found == kept.end() ? KeptMail() : found->second;
      mapping::FlagsChange change{
          state.flags.seen, effective_follow_up(state.flags.flagged, known.flag),
          categories_of(state.flags.keywords), last_verb(state.flags, known)};
      render::Prepared item;
      item.uid = state.uid;
      item.state = state;
      item.write = [change, version](wbxml::Writer& out) {
        mapping::write_flags_change(change, version, out);
      };
      answer_.changed.push_back(std::move(item));
    }
  }

  /// What this request says counts already.
  Task<std::map<Uid, KeptMail>> kept_mail(std::vector<Uid> uids) {
    return kept_of(work_.session.services.store, work_.session.user(), answer_.id, epoch(),
                   std::move(uids), work_.writes);
  }

  Task<> write_added(std::vector<Uid> uids) {
    std::uint64_t bytes = 0;
    std::size_t next = 0;
    while (next < uids.size()) {
      const bool late = work_.session.now() >= request_.deadline && !answer_.added.empty();
      if (late || (bytes >= request_.bytes_max && !answer_.added.empty())) break;
      std::vector<Uid> rest(uids.begin() + static_cast<std::ptrdiff_t>(next), uids.end());
      auto batch = co_await prepare(std::move(rest), form_);
      if (!batch || batch->consumed == 0) break;
      UidSet missing = UidSet::of(std::span(uids).subspan(next, batch->consumed));
      for (const render::Prepared& item : batch->items) missing.remove(item.uid);
      co_await take_batch(*batch, bytes);
      if (!missing.empty()) co_await note_missing(std::move(missing));
      next += batch->consumed;
    }
    for (; next < uids.size(); ++next) put_back(uids[next]);
  }

  /// Listed, but not given: mostly removed in between, which the next listing says; the device
  /// never had them. What is there all the same must not be asked for for ever.
  Task<> note_missing(UidSet missing) {
    const auto there = co_await mail().fetch_state(work_.folder, epoch(), missing.to_vector());
    for (const Uid uid : missing.to_vector()) put_back(uid);
    if (!there) co_return;
    for (const MessageState& each : *there) {
      work_.state.todo.remove(each.uid);
      work_.state.held.add(each.uid);
      co_await add_plainer(each.uid, "the mailbox lists it and does not give it");
    }
  }

  Task<> take_batch(render::Renderer::Batch& batch, std::uint64_t& bytes) {
    for (render::Prepared& item : batch.items) {
      if (!item.write) {
        co_await add_plainer(item.uid, item.write.error().message);
        continue;
      }
      bytes += item.size;
      answer_.added.push_back(std::move(item));
    }
  }

  /// An item that cannot be rendered is tried in plainer forms; it never blocks its folder.
  Task<> add_plainer(Uid uid, std::string why) {
    for (const auto form : {render::Form::plain_text, render::Form::headers_only}) {
      auto batch = co_await prepare({uid}, form);
      if (batch && !batch->items.empty() && batch->items.front().write) {
        answer_.added.push_back(std::move(batch->items.front()));
        co_return;
      }
    }
    work_.state.held.remove(uid);
    set_aside(uid, why);
  }

  render::Request wanted(std::vector<Uid> uids, render::Form form) const {
    return {work_.folder,
            epoch(),
            std::move(uids),
            answer_.id,
            render_options(work_.session, work_.options),
            form};
  }

  Task<Result<render::Renderer::Batch>> prepare(std::vector<Uid> uids, render::Form form) {
    render::Request request = wanted(std::move(uids), form);
    request.kept = co_await kept_mail(request.uids);
    render::Renderer::Batch batch;
    batch.items = prefetches().take(work_.session, request, work_.state.cursor.status);
    batch.consumed = batch.items.size();
    if (batch.consumed > 0) co_return batch;
    render::Renderer renderer(work_.session.shared_mail(), work_.session.services.spools);
    co_return co_await renderer.prepare(std::move(request));
  }

  /// engine.md §4: the next window is made ready while the device reads this one. A device that
  /// repeats itself has trouble of its own.
  Task<> prefetch() {
    if (!answer_.more_available || work_.repeated || form_ != render::Form::full) co_return;
    sync::MailState next = work_.state;
    auto uids = sync::take(next, request_.window).added;
    co_await prefetches().begin(work_.session, wanted(std::move(uids), form_),
                                work_.state.cursor.status);
  }

  void put_back(Uid uid) {
    work_.state.held.remove(uid);
    work_.state.todo.add(uid);
  }

  /// Makes what the answer says durable, before it is said.
  Task<CollectionAnswer> commit(const std::string& before) {
    sync::Relationship& relationship = work_.relationship;
    const bool news = answer_.has_news();
    const std::string state = pack(work_.state);
    if (news) {
      const auto next = sync::next_key(relationship);
      relationship.offered = next.generation();
      relationship.offered_state = state;
      relationship.outcomes = std::move(work_.outcomes);
      if (lone_ != relationship.lone) relationship.lone_form = 0;
      relationship.lone = lone_;
      answer_.sync_key = next.str();
    } else {
      // Nothing that the device would see: the key stays, only our position moves.
      answer_.sync_key = presented_.str();
      // [MS-ASCMD] SyncKey: an older key dies when a newer one is used, so that is noted, once.
      const bool same_options = !request_.request.options;
      if (state == before && same_options && !proved_ && work_.writes.empty()) {
        co_return std::move(answer_);
      }
      relationship.acknowledged_state = state;
    }
    work_.writes.push_back({key(), revision_, pack(relationship)});
    if (!co_await work_.session.services.store.commit(std::move(work_.writes))) {
      co_return failure(answer_.id, status_retry);
    }
    if (news) {
      const auto offered = sync::SyncKey::of(relationship.id, relationship.offered);
      cache().note_offered(answer_.id, offered, work_.session.connection);
    }
    co_return std::move(answer_);
  }

  Prefetches& prefetches() { return work_.session.services.prefetches; }
  RequestCache::Entry& cache() {
    return work_.session.services.request_cache.entry(work_.session.account.user,
                                                      work_.session.device_id);
  }

  static constexpr std::uint32_t repeats_before_plainer = 5;
  static constexpr std::size_t followed_max = 500;  // new mails whose conversation is looked at

  MailWork work_;
  CollectionRequest request_;
  CollectionAnswer answer_;
  sync::SyncKey presented_ = sync::SyncKey::initial();
  std::uint64_t revision_ = 0;
  bool proved_ = false;  // the key came for the first time
  Uid lone_ = 0;
  render::Form form_ = render::Form::full;
};

}  // namespace

Task<CollectionAnswer> sync_collection(Session& session, const sync::FolderTable& table,
                                       CollectionRequest request) {
  const sync::FolderRow* row = table.find(request.request.id);
  if (row == nullptr || !row->selectable) {
    co_return failure(request.request.id, status_hierarchy);
  }
  auto folder = FolderKey::parse(row->key);
  if (!folder) co_return failure(request.request.id, status_hierarchy);
  const std::string id = request.request.id;
  try {
    if (row->item_class != ItemClass::email) {
      co_return co_await sync_items(session, *row, std::move(request));
    }
    MailSync sync(session, table, *row, std::move(*folder), std::move(request));
    co_return co_await sync.run();
  } catch (const Fault& fault) {
    if (fault.kind() == Fault::Kind::sign_in_failed) throw;
    logger.warning("collection.failed", {{"user", session.user()},
                                         {"device", session.device_id},
                                         {"collection", id},
                                         {"why", fault.what()}});
    co_return failed_by(id, fault.kind());
  }
}

}  // namespace godwit::command
