// One collection of text items of a Sync request: contacts, notes.
#include "command/sync_items.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "command/hierarchy.hpp"
#include "command/merged_items.hpp"
#include "item/digests.hpp"
#include "sync/repair.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("sync");

using Status = sync::ItemEntry::Status;

// [MS-ASCMD] Status (Sync), collection level.
constexpr std::uint16_t status_bad_key = 3;
constexpr std::uint16_t status_hierarchy = 12;
constexpr std::uint16_t status_retry = 16;

constexpr std::size_t fetch_at_once = 100;  // texts held meanwhile
constexpr std::uint32_t repeats_before_aside = 5;

/// A name for an item that fits the place of a lone mail's UID.
Uid lone_mark(std::string_view href) { return property_digest(href); }

class ItemSync {
 public:
  ItemSync(Session& session, const sync::FolderRow& row, const ItemKind& kind, FolderKey collection,
           CollectionRequest request)
      : work_{.session = session,
              .row = row,
              .kind = kind,
              .collection = std::move(collection),
              .options = {session.version, {}, session.calendar(), session.behaviour},
              .chunks = {session.services.store, session.user(),
                         session.device_id.str() + '/' + row.id},
              .relationship = {},
              .state = {},
              .outcomes = {},
              .writes = {}},
        request_(std::move(request)) {
    answer_.id = row.id;
  }

  Task<CollectionAnswer> run() {
    co_await load();
    if (request_.request.is_initial()) co_return co_await begin();
    if (!present_key()) co_return failed(status_bad_key);
    if (co_await is_shown_otherwise()) co_return failed(status_hierarchy);
    if (work_.repeated) co_await recall_item_outcomes(work_, request_.request.commands);
    if (request_.request.options) {
      work_.relationship.options = pack_options(*request_.request.options);
    }
    read_options();
    const std::string before = pack(work_.state);
    if (!co_await refresh()) co_return failed(status_hierarchy);
    if (!request_.request.commands.empty()) {
      co_await load_for_commands(work_, request_.request.commands);
      if (work_.chunks.lost()) co_return lost();
      answer_.responses = co_await run_item_commands(work_, request_.request);
      if (!co_await refresh()) co_return failed(status_hierarchy);
    }
    if (request_.request.wants_changes()) co_await fill();
    if (work_.chunks.lost()) co_return lost();
    answer_.must_answer = work_.repeated || !request_.request.commands.empty();
    co_return co_await commit(before);
  }

 private:
  CollectionAnswer failed(std::uint16_t status) const {
    CollectionAnswer answer;
    answer.id = answer_.id;
    answer.status = status;
    return answer;
  }

  /// The device begins anew.
  CollectionAnswer lost() const {
    logger.error("relationship.damaged", {{"user", work_.session.user()},
                                          {"device", work_.session.device_id},
                                          {"collection", answer_.id}});
    return failed(status_bad_key);
  }

  std::string name() const { return work_.session.device_id.str() + '/' + answer_.id; }
  store::Key key() const { return work_.session.key(store::Kind::collection, name()); }
  backend::Items& items() { return *work_.session.items(); }

  Task<> load() {
    const auto record = co_await work_.session.services.store.get(key());
    if (!record) co_return;
    revision_ = record->revision;
    auto stored = sync::unpack_relationship(record->value);
    if (!stored) co_return;
    work_.relationship = std::move(*stored);
    stored_ = work_.relationship;
  }

  Task<CollectionAnswer> begin() {
    sync::Relationship fresh;
    while (fresh.id == 0) fresh.id = work_.session.services.random.next();
    fresh.offered = 1;
    sync::ItemState state;
    state.supported = request_.request.supported;
    fresh.offered_state = pack(state);
    if (request_.request.options) fresh.options = pack_options(*request_.request.options);
    auto writes =
        co_await work_.session.services.journal.closing(work_.session.user(), name() + '/');
    for (store::Write& write : co_await work_.chunks.clear()) writes.push_back(std::move(write));
    writes.push_back({key(), revision_, pack(fresh)});
    if (!co_await work_.session.services.store.commit(std::move(writes))) {
      co_return failed(status_retry);
    }
    answer_.sync_key = sync::SyncKey::first_of(fresh.id).str();
    answer_.must_answer = true;
    co_return std::move(answer_);
  }

  /// False: the key names no state of ours.
  bool present_key() {
    const auto presented = sync::SyncKey::parse(request_.request.sync_key);
    if (!presented) return false;
    sync::Relationship& relationship = work_.relationship;
    const auto judged = sync::judge(relationship, *presented);
    if (judged == sync::Presented::unknown) return false;
    presented_ = *presented;
    work_.presented = presented->generation();
    work_.repeated = judged == sync::Presented::repeated;
    proved_ = !work_.repeated && relationship.offered != 0;
    if (work_.repeated) {
      sync::repeat(relationship);
    } else {
      sync::acknowledge(relationship, *presented);
    }
    cache().note_proven(answer_.id, *presented);
    auto state = sync::unpack_item_state(relationship.acknowledged_state);
    if (!state) return false;
    work_.state = std::move(*state);
    if (const auto offered = sync::unpack_item_state(relationship.offered_state)) {
      work_.state.next_number = std::max(work_.state.next_number, offered->next_number);
    }
    return true;
  }

  /// The device was merged (Behaviour::merged_folders) and is not any more, or the other way round:
  /// first it learns which folders there are, so that no item is in two of its folders.
  Task<bool> is_shown_otherwise() {
    const bool was_merged = is_merged_cursor(work_.state.cursor);
    if (was_merged == work_.session.behaviour.merged_folders) co_return false;
    Hierarchy hierarchy(work_.session);
    co_await hierarchy.load();
    if (!hierarchy.exists()) co_return false;
    const auto shown = hierarchy.newest();
    const sync::FolderTable& table = work_.session.whole_table();
    co_return std::ranges::any_of(table.rows, [&](const sync::FolderRow& row) {
      const sync::FolderRow* const host = merged_into(table, row);
      const bool known = std::ranges::count(shown.folders, row.id, &sync::ShownFolder::id) > 0;
      return host != nullptr && host->id == work_.row.id &&
             known == work_.session.behaviour.merged_folders;
    });
  }

  void read_options() {
    for (eas::SyncOptions& block : unpack_options(work_.relationship.options)) {
      work_.options.bodies = std::move(block.bodies);
      work_.client_wins = block.conflict == 0;
      work_.filter_type = block.filter_type;
    }
  }

  /// False: the collection is gone.
  Task<bool> refresh() {
    work_.state.filter_type = work_.filter_type;
    const auto floor = work_.kind.floor(work_.filter_type, work_.session.now());
    const auto refreshed =
        co_await work_.chunks.refresh(items(), work_.collection, work_.state, floor);
    co_return refreshed.has_value();
  }

  Task<> fill() {
    const auto window = sync::window_after_repeats(request_.window, work_.relationship.repeats);
    co_await set_aside_poison();
    for (const std::string& href : co_await work_.chunks.find(work_.state, Status::gone, window)) {
      remove(href);
    }
    const auto later = co_await withdraw(window - answer_.items());
    for (const std::string& href :
         co_await work_.chunks.find(work_.state, Status::soft, window - answer_.items())) {
      leave(href, work_.state.items[href]);
    }
    co_await write(Status::dirty, window);
    co_await write(Status::todo, window);
    for (const std::string& href : later) work_.state.items[href] = {.status = Status::todo};
    answer_.more_available = work_.state.pending();
    const bool alone = answer_.items() == 1 && answer_.added.size() == 1;
    lone_ = alone ? answer_.added.front().uid : 0;
    for (render::Prepared& item : answer_.added) item.uid = 0;
  }

  void remove(const std::string& href) {
    answer_.removed_items.push_back(sync::format_item_id(answer_.id, href));
    work_.state.items.erase(href);
  }

  /// What was repaired (sync/repair.hpp): up to `room` removals. Returns what is to be added when
  /// the device was told of its removal.
  Task<std::vector<std::string>> withdraw(std::size_t room) {
    sync::ItemState& state = work_.state;
    std::vector<std::string> later;
    std::vector<std::string> ids(state.again.begin(), state.again.end());
    ids.insert(ids.end(), state.leave.begin(), state.leave.end());
    if (ids.empty()) co_return later;
    co_await work_.chunks.load_ids(state, ids);
    for (auto& [href, entry] : state.items) {
      const std::string id = sync::format_item_id(answer_.id, href);
      const bool leaves = state.leave.contains(id);
      if (!leaves && !state.again.contains(id)) continue;
      const bool is_held = entry.status == Status::held || entry.status == Status::dirty;
      if (is_held && room == 0) continue;
      if (is_held) {
        --room;
        answer_.removed_items.push_back(id);
        entry.status = Status::held;  // no Change of what is removed
        if (!leaves) later.push_back(href);
      }
      if (leaves && (is_held || entry.status == Status::todo)) {
        set_aside(href, entry, sync::left_by_repair);
      }
      if (!leaves && entry.status == Status::aside) try_again(id, entry);
      state.again.erase(id);
      state.leave.erase(id);
    }
    // What the collection has no more goes from the device without this.
    const auto is_done = [&](const std::string& id) {
      return sync::find_href(state, answer_.id, id) == nullptr;
    };
    std::erase_if(state.again, is_done);
    std::erase_if(state.leave, is_done);
    co_return later;
  }

  void try_again(const std::string& id, sync::ItemEntry& entry) {
    entry = {.status = Status::todo, .etag = std::move(entry.etag)};
    work_.writes.push_back(
        {work_.session.key(store::Kind::set_aside, work_.session.device_id.str() + '/' + id),
         std::nullopt, std::nullopt});
  }

  /// [MS-ASCMD] SoftDelete: it lies before the window by now.
  void leave(const std::string& href, sync::ItemEntry& entry) {
    answer_.left_items.push_back(sync::format_item_id(answer_.id, href));
    entry.status = Status::outside;
    entry.digests.clear();
  }

  /// engine.md §1: what stands alone in an answer that is never acknowledged is poison for this
  /// phone.
  Task<> set_aside_poison() {
    const sync::Relationship& relationship = work_.relationship;
    if (relationship.lone == 0 || relationship.repeats < repeats_before_aside) co_return;
    co_await work_.chunks.load_all(work_.state);
    for (auto& [href, entry] : work_.state.items) {
      if (entry.status == Status::todo && lone_mark(href) == relationship.lone) {
        set_aside(href, entry, "the device never acknowledged it");
      }
    }
  }

  void set_aside(const std::string& href, sync::ItemEntry& entry, const std::string& why) {
    entry.status = Status::aside;
    entry.digests.clear();
    const std::string id = sync::format_item_id(answer_.id, href);
    logger.warning("item.set_aside", {{"user", work_.session.user()},
                                      {"device", work_.session.device_id},
                                      {"item", id},
                                      {"why", why}});
    work_.writes.push_back(
        {work_.session.key(store::Kind::set_aside, work_.session.device_id.str() + '/' + id),
         std::nullopt, why});
  }

  Task<> write(Status status, std::size_t window) {
    while (answer_.items() < window && !is_full() && !is_late_) {
      const std::size_t room = std::min(window - answer_.items(), fetch_at_once);
      auto wanted = co_await work_.chunks.find(work_.state, status, room);
      if (wanted.empty()) co_return;
      auto texts = co_await items().fetch(work_.collection, wanted);
      if (!texts) co_return;
      for (const backend::ItemText& text : *texts) {
        std::erase(wanted, text.href);
        if (!is_full()) write_one(status, text);
      }
      // Removed since they were listed: the next listing says so.
      for (const std::string& href : wanted) {
        if (status == Status::dirty) {
          remove(href);
        } else {
          work_.state.items.erase(href);
        }
      }
      // Those outside the window make no answer, but take time.
      is_late_ = work_.session.now() >= request_.deadline;
    }
  }

  bool is_full() const {
    const bool some = answer_.items() > 0;
    return some && (bytes_ >= request_.bytes_max || work_.session.now() >= request_.deadline);
  }

  void write_one(Status status, const backend::ItemText& text) {
    sync::ItemEntry& entry = work_.state.items[text.href];
    auto rendered =
        work_.kind.render(text.text, work_.options, sync::format_item_id(answer_.id, text.href));
    entry.etag = text.etag;
    if (!rendered) {
      // It is on the device in another form: the device forgets it.
      if (status == Status::dirty) {
        answer_.removed_items.push_back(sync::format_item_id(answer_.id, text.href));
      }
      set_aside(text.href, entry, rendered.error().message);
      return;
    }
    entry.lasts = rendered->lasts;
    if (entry.lasts < work_.state.floor) {
      if (status == Status::dirty) {
        leave(text.href, entry);
      } else {
        entry.status = Status::outside;
      }
      return;
    }
    entry.status = Status::held;
    entry.digests = std::move(rendered->digests);
    bytes_ += rendered->size;
    render::Prepared item;
    item.uid = lone_mark(text.href);
    item.server_id = sync::format_item_id(answer_.id, text.href);
    item.write = std::move(rendered->write);
    item.size = rendered->size;
    (status == Status::dirty ? answer_.changed : answer_.added).push_back(std::move(item));
  }

  /// Makes what the answer says durable, before it is said.
  Task<CollectionAnswer> commit(const std::string& before) {
    sync::Relationship& relationship = work_.relationship;
    auto chunks = work_.chunks.save(work_.state);
    std::string state = pack(work_.state);
    const bool news = answer_.has_news();
    std::optional<sync::SyncKey> offered;
    if (news) {
      const auto next = sync::next_key(relationship);
      offered = next;
      relationship.offered = next.generation();
      relationship.offered_state = std::move(state);
      relationship.outcomes = std::move(work_.outcomes);
      relationship.lone = lone_;
      answer_.sync_key = next.str();
    } else {
      answer_.sync_key = presented_.str();
      const bool same = state == before && !request_.request.options && !proved_;
      if (same && work_.writes.empty()) co_return std::move(answer_);
      relationship.acknowledged_state = std::move(state);
    }
    auto unused = work_.chunks.collect(stored_, relationship);
    work_.writes.push_back({key(), revision_, pack(relationship)});
    for (auto& writes : {&chunks, &unused}) {
      std::ranges::move(*writes, std::back_inserter(work_.writes));
    }
    if (!co_await work_.session.services.store.commit(std::move(work_.writes))) {
      co_return failed(status_retry);
    }
    if (news) cache().note_offered(answer_.id, *offered, work_.session.connection);
    co_return std::move(answer_);
  }

  RequestCache::Entry& cache() {
    return work_.session.services.request_cache.entry(work_.session.account.user,
                                                      work_.session.device_id);
  }

  ItemWork work_;
  CollectionRequest request_;
  CollectionAnswer answer_;
  sync::SyncKey presented_ = sync::SyncKey::initial();
  std::uint64_t revision_ = 0;
  std::uint64_t bytes_ = 0;
  bool proved_ = false;  // the key came for the first time
  bool is_late_ = false;
  sync::Relationship stored_;  // as it was when the request came
  Uid lone_ = 0;
};

}  // namespace

Task<CollectionAnswer> sync_items(Session& session, const sync::FolderRow& row,
                                  CollectionRequest request) {
  const ItemKind* kind = find_kind(row.item_class);
  auto collection = FolderKey::parse(row.key);
  if (kind == nullptr || !collection || session.items() == nullptr ||
      session.version < kind->since) {
    CollectionAnswer answer;
    answer.id = row.id;
    answer.status = status_hierarchy;
    co_return answer;
  }
  ItemSync sync(session, row, *kind, std::move(*collection), std::move(request));
  co_return co_await sync.run();
}

}  // namespace godwit::command
