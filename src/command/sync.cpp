// [MS-ASCMD] Sync: the request as a whole. Collections are worked on in sync_mail.cpp.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "command/handlers.hpp"
#include "command/item_kind.hpp"
#include "command/look.hpp"
#include "command/organizer.hpp"
#include "command/sync_answer.hpp"
#include "command/sync_collection.hpp"
#include "wbxml/pages/airsync.hpp"

namespace godwit::command {
namespace {

namespace airsync = wbxml::airsync;

// [MS-ASCMD] Status (Sync), top level.
constexpr std::uint32_t status_protocol = 4;
constexpr std::uint32_t status_incomplete = 13;
constexpr std::uint32_t status_wait_range = 14;
constexpr std::uint32_t status_too_many = 15;
constexpr std::int64_t wait_minutes_max = 59;
constexpr std::int64_t heartbeat_seconds_min = 60;

Answer top_level(Session& session, std::uint32_t status) {
  return status_answer(session, airsync::Sync, airsync::Status, status);
}

Answer limit_answer(Session& session, std::uint32_t status, std::int64_t limit) {
  DocumentWriter document(session.services.spools);
  document.out().open(airsync::Sync);
  document.out().number(airsync::Status, status);
  document.out().number(airsync::Limit, limit);
  document.out().close();
  return document.finish();
}

eas::SyncCollection from_cache(const CachedCollection& cached) {
  eas::SyncCollection collection;
  collection.id = cached.id;
  collection.sync_key = cached.sync_key;
  collection.get_changes = cached.get_changes;
  collection.deletes_as_moves = cached.deletes_as_moves;
  collection.window = cached.window;
  if (cached.conversations) collection.conversation_mode = 1;
  return collection;
}

/// What an empty request repeats.
eas::SyncRequest from_cache(const CachedSync& cached) {
  eas::SyncRequest request;
  request.wait_minutes = cached.wait_minutes;
  request.heartbeat_seconds = cached.heartbeat_seconds;
  request.window = cached.window;
  request.has_collections = true;
  for (const CachedCollection& collection : cached.collections) {
    request.collections.push_back(from_cache(collection));
  }
  return request;
}

/// [MS-ASCMD] Partial: what the request does not name is as it was.
void complete_partial(eas::SyncRequest& request, const CachedSync& cached) {
  for (const CachedCollection& collection : cached.collections) {
    if (std::ranges::find(request.collections, collection.id, &eas::SyncCollection::id) ==
        request.collections.end()) {
      request.collections.push_back(from_cache(collection));
    }
  }
  if (!request.wait_minutes && !request.heartbeat_seconds) {
    request.wait_minutes = cached.wait_minutes;
    request.heartbeat_seconds = cached.heartbeat_seconds;
  }
  if (!request.window) request.window = cached.window;
}

class SyncRun {
 public:
  SyncRun(Session& session, eas::SyncRequest request)
      : session_(session), request_(std::move(request)) {}

  Task<Answer> run() {
    if (auto refused = check()) co_return std::move(*refused);
    const Time started = session_.now();
    if (const auto seconds = wait_seconds()) deadline_ = started + *seconds;
    co_return co_await once();
  }

 private:
  std::optional<std::chrono::seconds> wait_seconds() const {
    if (request_.wait_minutes) return std::chrono::minutes(*request_.wait_minutes);
    if (request_.heartbeat_seconds) return std::chrono::seconds(*request_.heartbeat_seconds);
    return std::nullopt;
  }

  std::optional<Answer> check() {
    const Settings& settings = session_.services.settings;
    if (request_.wait_minutes) {
      const auto wanted = *request_.wait_minutes;
      if (wanted < 1) return limit_answer(session_, status_wait_range, 1);
      if (wanted > wait_minutes_max) {
        return limit_answer(session_, status_wait_range, wait_minutes_max);
      }
    }
    if (request_.heartbeat_seconds) {
      const std::int64_t most = settings.heartbeat_seconds_max;
      if (*request_.heartbeat_seconds < heartbeat_seconds_min) {
        return limit_answer(session_, status_wait_range, heartbeat_seconds_min);
      }
      if (*request_.heartbeat_seconds > most) {
        return limit_answer(session_, status_wait_range, most);
      }
    }
    if (request_.collections.size() > eas::sync_collections_max) {
      return limit_answer(session_, status_too_many, eas::sync_collections_max);
    }
    return check_options();
  }

  std::optional<Answer> check_options() {
    for (const eas::SyncCollection& collection : request_.collections) {
      if (!collection.options) continue;
      for (const eas::SyncOptions& options : *collection.options) {
        const bool one_html = options.body_parts.empty() ||
                              (options.body_parts.size() == 1 && options.body_parts[0].type == 2);
        if (!one_html) {
          return Failed{eas::Status::body_part_preference_type_not_supported};
        }
      }
    }
    return std::nullopt;
  }

  /// [MS-ASCMD] FilterType, Supported: what each class takes.
  bool takes_options(const sync::FolderTable& table) const {
    return std::ranges::all_of(request_.collections, [&](const eas::SyncCollection& collection) {
      const sync::FolderRow* row = table.find(collection.id);
      const ItemKind* kind = row == nullptr ? nullptr : find_kind(row->item_class);
      if (kind != nullptr && !kind->takes_supported && collection.supported) return false;
      return !collection.options ||
             std::ranges::all_of(*collection.options, [&](const eas::SyncOptions& options) {
               return kind == nullptr ? is_mail_filter(options.filter_type)
                                      : kind->takes_filter(options.filter_type);
             });
    });
  }

  /// [MS-ASCMD] Add (Sync): the recipient information cache takes nothing.
  bool takes_commands(const sync::FolderTable& table) const {
    return std::ranges::none_of(request_.collections, [&](const eas::SyncCollection& collection) {
      const sync::FolderRow* row = table.find(collection.id);
      return row != nullptr && row->item_class == ItemClass::recipients &&
             std::ranges::any_of(collection.commands, [](const eas::SyncCommand& command) {
               return command.kind != eas::SyncCommand::Kind::fetch;
             });
    });
  }

  /// Works on every collection once; waits when there is nothing to say and the request wants to.
  Task<Answer> once() {
    auto table = co_await session_.folder_table();
    if (!knows_all(table)) table = co_await session_.listed_folders();
    if (!takes_options(table) || !takes_commands(table))
      co_return top_level(session_, status_protocol);
    // Watched first, counters next, then the look: no change falls between looking and waiting.
    if (deadline_) watch();
    Look look(session_);
    note_counters(look);
    if (needs_a_round(look)) co_await look.ask(table);
    auto answers = co_await work(table, look);
    throw_when_all_failed(answers);
    remember(answers);
    const bool news = std::ranges::any_of(answers, &CollectionAnswer::has_news);
    if (news) co_return write_sync_answer(session_, answers);
    if (deadline_ && session_.now() < *deadline_) co_return wait();
    // [MS-ASCMD] Empty Sync: 12.0 knows no empty answers.
    if (session_.version < eas::Version::v12_1) co_return write_sync_answer(session_, answers);
    co_return Nothing{};
  }

  /// Nothing could be reached: 503 with Retry-After slows the device down, a status would not.
  static void throw_when_all_failed(const std::vector<CollectionAnswer>& answers) {
    const bool all = std::ranges::all_of(answers, [](const CollectionAnswer& answer) {
      return answer.fault == Fault::Kind::unavailable || answer.fault == Fault::Kind::timed_out ||
             answer.fault == Fault::Kind::busy;
    });
    if (all && !answers.empty()) throw Fault(*answers.front().fault, "no collection is reachable");
  }

  bool knows_all(const sync::FolderTable& table) const {
    return std::ranges::all_of(request_.collections, [&](const eas::SyncCollection& collection) {
      return table.find(collection.id) != nullptr;
    });
  }

  void watch() {
    session_.services.watching.ensure(session_.account.user, session_.mail(),
                                      session_.plain_items(), session_.whole_table());
  }

  void note_counters(Look& look) {
    hierarchy_seen_ = look.hierarchy_seen();
    watched_.clear();
    for (const eas::SyncCollection& collection : request_.collections) {
      if (collection.is_initial()) continue;
      look.note(collection.id);
      auto noted = look.noted(collection.id);
      if (!noted || !collection.wants_changes()) continue;
      watched_.push_back(std::move(*noted));
      look.watch_merged(collection.id, watched_);
    }
  }

  /// More than one mailbox must be asked for; one is asked for what changed at once.
  bool needs_a_round(const Look& look) const {
    return std::ranges::count_if(watched_, [&](const watch::Watched& each) {
             return !look.status(each.collection.view());
           }) > 1;
  }

  Task<std::vector<CollectionAnswer>> work(const sync::FolderTable& table, Look& look) {
    const Settings& settings = session_.services.settings;
    std::uint64_t left =
        std::min(request_.window.value_or(session_.window_max()), session_.window_max());
    std::uint64_t bytes = settings.answer_bytes_max;
    const Time deadline = session_.now() + session_.answer_time_max();
    std::vector<CollectionAnswer> answers;
    for (eas::SyncCollection& collection : request_.collections) {
      // [MS-ASCMD] WindowSize: what does not fit any more is left out whole, its key stays.
      if (left == 0) break;
      const std::uint64_t wanted = collection.window.value_or(settings.window_default);
      CollectionRequest one{collection, static_cast<std::uint32_t>(std::min(wanted, left)), bytes,
                            deadline, look.status(collection.id)};
      auto answer = co_await sync_collection(session_, table, std::move(one));
      if (answer.mailbox) look.learned(collection.id, *answer.mailbox);
      left -= std::min<std::uint64_t>(left, answer.items());
      for (const render::Prepared& item : answer.added) bytes -= std::min(bytes, item.size);
      // Commands are done once: a request that waits and goes on does not bring them again.
      if (!answer.sync_key.empty()) collection.sync_key = answer.sync_key;
      collection.commands.clear();
      collection.options.reset();
      answers.push_back(std::move(answer));
    }
    co_return answers;
  }

  /// For the next empty or partial request. Collections that began or failed cannot be repeated.
  void remember(const std::vector<CollectionAnswer>& answers) {
    CachedSync cached{{}, request_.wait_minutes, request_.heartbeat_seconds, request_.window};
    for (const eas::SyncCollection& collection : request_.collections) {
      const auto answer = std::ranges::find(answers, collection.id, &CollectionAnswer::id);
      const bool failed = answer != answers.end() && answer->status != 1;
      if (failed || began(collection.id)) continue;
      cached.collections.push_back({collection.id, collection.sync_key, collection.wants_changes(),
                                    collection.deletes_as_moves, collection.window,
                                    collection.conversation_mode.value_or(0) != 0});
    }
    standing_ = pack(cached);
    if (session_.version < eas::Version::v12_1) return;
    auto& entry = session_.services.request_cache.entry(session_.account.user, session_.device_id);
    entry.sync = cached.collections.empty() ? SharedText() : standing_;
  }

  bool began(const std::string& id) const { return std::ranges::find(began_, id) != began_.end(); }

  Answer wait() {
    return Wait{
        {session_.account.user, session_.device_id, std::move(watched_), *deadline_, true,
         hierarchy_seen_},
        [standing = standing_, deadline = *deadline_](Session* session, watch::Ended ended) {
          return resume(*session, standing, deadline, std::move(ended));
        }};
  }

  /// Nothing that began or failed, and no command, is ever in a request that waits: what `remember`
  /// keeps is the whole of it.
  static Task<Answer> resume(Session& session, SharedText standing, Time deadline,
                             watch::Ended ended) {
    const bool quiet = ended.wake == watch::Wake::timed_out ||
                       ended.wake == watch::Wake::superseded || ended.wake == watch::Wake::shutdown;
    if (quiet) co_return Nothing{};
    if (ended.wake == watch::Wake::hierarchy) static_cast<void>(co_await session.listed_folders());
    SyncRun again(session, from_cache(unpack_sync(standing)));
    again.deadline_ = deadline;
    co_return co_await again.once();
  }

 public:
  void note_initial() {
    for (const eas::SyncCollection& collection : request_.collections) {
      if (collection.is_initial()) began_.push_back(collection.id);
    }
  }

 private:
  Session& session_;
  eas::SyncRequest request_;
  std::optional<Time> deadline_;
  std::vector<watch::Watched> watched_;
  std::uint32_t hierarchy_seen_ = 0;
  std::vector<std::string> began_;
  SharedText standing_;  // the request as it may be repeated
};

}  // namespace

Task<Answer> sync(Session& session) {
  co_await resume_scheduling(session);
  auto& cache = session.services.request_cache.entry(session.account.user, session.device_id);
  eas::SyncRequest request;
  if (!session.has_document) {
    if (cache.sync.empty()) co_return top_level(session, status_incomplete);
    request = from_cache(unpack_sync(cache.sync));
  } else {
    auto read = eas::read_sync(session.document, session.version);
    if (!read) co_return top_level(session, status_protocol);
    request = std::move(*read);
    if (request.partial) {
      const bool says_something = request.has_collections || request.wait_minutes ||
                                  request.heartbeat_seconds || request.window;
      if (!says_something || cache.sync.empty()) co_return top_level(session, status_incomplete);
      complete_partial(request, unpack_sync(cache.sync));
    }
    if (request.collections.empty()) co_return top_level(session, status_protocol);
  }
  SyncRun run(session, std::move(request));
  run.note_initial();
  co_return co_await run.run();
}

}  // namespace godwit::command
