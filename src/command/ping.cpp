// [MS-ASCMD] Ping: waits until a folder has news. What it waits with is one small record.
#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "command/handlers.hpp"
#include "command/hierarchy.hpp"
#include "command/look.hpp"
#include "command/organizer.hpp"
#include "command/pending.hpp"
#include "wbxml/pages/ping.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::ping;

// [MS-ASCMD] Status (Ping).
constexpr std::chrono::minutes held_while_mail_waits{5};
constexpr std::uint32_t status_expired = 1;
constexpr std::uint32_t status_changes = 2;
constexpr std::uint32_t status_missing_parameters = 3;
constexpr std::uint32_t status_syntax = 4;
constexpr std::uint32_t status_interval = 5;
constexpr std::uint32_t status_too_many = 6;
constexpr std::uint32_t status_folder_sync = 7;

Answer plain(Session& session, std::uint32_t status) {
  return status_answer(session, tag::Ping, tag::Status, status);
}

Answer with_number(Session& session, std::uint32_t status, wbxml::Tag element,
                   std::uint32_t value) {
  DocumentWriter document(session.services.spools);
  document.out().open(tag::Ping);
  document.out().number(tag::Status, status);
  document.out().number(element, value);
  document.out().close();
  return document.finish();
}

Answer with_changes(Session& session, const std::vector<std::string>& folders) {
  DocumentWriter document(session.services.spools);
  wbxml::Writer& out = document.out();
  out.open(tag::Ping);
  out.number(tag::Status, status_changes);
  out.open(tag::Folders);
  for (const std::string& id : folders) out.text(tag::Folder, id);
  out.close();
  out.close();
  return document.finish();
}

/// Takes what the request brings into the cached parameters. A status when it is wrong.
std::optional<std::uint32_t> read_request(const wbxml::Element& ping, CachedPing& cached) {
  if (ping.children.empty()) return status_syntax;
  if (const auto* interval = ping.find(tag::HeartbeatInterval)) {
    const auto seconds = parse_number<std::uint32_t>(trim(interval->text));
    if (!seconds) return status_syntax;
    cached.heartbeat_seconds = seconds;
  }
  const auto* folders = ping.find(tag::Folders);
  // Quirk android_pings_no_folders: an empty list changes nothing (docs/spec-notes.md).
  if (folders == nullptr || folders->children.empty()) return std::nullopt;
  std::vector<std::string> ids;
  std::set<std::string_view> seen;
  for (const wbxml::Element& folder : folders->children) {
    const auto id = folder.text_of(tag::Id);
    if (folder.tag != tag::Folder || id.empty() || !seen.insert(id).second) return status_syntax;
    ids.emplace_back(id);
  }
  cached.folders = std::move(ids);
  return std::nullopt;
}

/// A Ping carries no policy key, so 142 to 144 mean nothing to it ([MS-ASPROV] PolicyKey): sent to
/// FolderSync, the device is told there.
bool must_fetch_policy(const Session& session) {
  return policy::must_provision(session.policy->settings, session.device, session.version);
}

class PingRun {
 public:
  /// `ping` as the request cache keeps it.
  PingRun(Session& session, SharedText ping, Time deadline)
      : session_(session),
        ping_(std::move(ping)),
        folders_(unpack_ping(ping_).folders),
        deadline_(deadline) {}

  Task<Answer> run() { return look({}); }

 private:
  /// Answers or waits. `told`: collections of which the watch told a change.
  Task<Answer> look(std::vector<CollectionId> told) {
    // Watched first, counters next, then the look: no change falls between looking and waiting.
    Watching& watching = session_.services.watching;
    auto known = co_await session_.folder_table();
    watching.ensure(session_.account.user, session_.mail(), session_.plain_items(),
                    session_.whole_table());
    Look look(session_);
    note_counters(look);
    const auto table = co_await look.folders(std::move(known));
    watching.ensure(session_.account.user, session_.mail(), session_.plain_items(),
                    session_.whole_table());
    Hierarchy hierarchy(session_);
    co_await hierarchy.load();
    const bool knows_all = std::ranges::all_of(
        folders_, [&](const std::string& id) { return table.find(id) != nullptr; });
    if (!hierarchy.exists() || hierarchy.newest() != shown_to(session_, table) || !knows_all) {
      co_return plain(session_, status_folder_sync);
    }
    co_await look.ask(table);
    auto changed = co_await changed_folders(look, table, std::move(told));
    if (!changed.empty()) co_return with_changes(session_, changed);
    co_return wait();
  }

  void note_counters(Look& look) {
    hierarchy_seen_ = look.hierarchy_seen();
    watched_.clear();
    for (const std::string& id : folders_) {
      look.note(id);
      if (auto noted = look.noted(id)) watched_.push_back(std::move(*noted));
      look.watch_merged(id, watched_);
    }
  }

  Task<std::vector<std::string>> changed_folders(Look& look, const sync::FolderTable& table,
                                                 std::vector<CollectionId> told) {
    const auto relationships = co_await load_relationships(session_, folders_);
    std::vector<std::string> changed;
    for (std::size_t i = 0; i < folders_.size(); ++i) {
      const std::string& id = folders_[i];
      const sync::FolderRow& row = *table.find(id);
      // Quirk ios_pings_unsynced: folders that were never synced have no news
      // (docs/spec-notes.md).
      if (!relationships[i] || !row.selectable) continue;
      const bool was_told =
          std::ranges::any_of(told, [&](const CollectionId& each) { return each.view() == id; });
      if (co_await is_changed(look, row, *relationships[i], was_told)) changed.push_back(id);
    }
    co_return changed;
  }

  Task<bool> is_changed(Look& look, const sync::FolderRow& row,
                        const sync::Relationship& relationship, bool was_told) {
    if (row.item_class != ItemClass::email) {
      auto state = sync::unpack_item_state(proven_bytes(session_, row.id, relationship));
      co_return co_await has_pending_items(session_, row, state.value_or(sync::ItemState{}));
    }
    auto state = proven_state(session_, row.id, relationship);
    co_return co_await has_pending(session_, look, row, std::move(state), was_told);
  }

  Answer wait() {
    if (session_.now() >= deadline_) return plain(session_, status_expired);
    return Wait{{session_.account.user, session_.device_id, std::move(watched_), deadline_, true,
                 hierarchy_seen_},
                [ping = ping_, deadline = deadline_](Session* session, watch::Ended ended) {
                  return resume(*session, ping, deadline, std::move(ended));
                }};
  }

  static Task<Answer> resume(Session& session, SharedText ping, Time deadline, watch::Ended ended) {
    switch (ended.wake) {
      case watch::Wake::timed_out:
      case watch::Wake::superseded:
      case watch::Wake::shutdown:
        co_return plain(session, status_expired);
      case watch::Wake::policy:
        if (must_fetch_policy(session)) co_return plain(session, status_folder_sync);
        break;
      case watch::Wake::changed:
      case watch::Wake::hierarchy:
        break;
    }
    // What woke us may be nothing for this device (its own doing, seen late): then it waits on.
    PingRun again(session, std::move(ping), deadline);
    co_return co_await again.look(std::move(ended.changed));
  }

  Session& session_;
  SharedText ping_;
  std::vector<std::string> folders_;
  Time deadline_;
  std::vector<watch::Watched> watched_;
  std::uint32_t hierarchy_seen_ = 0;
};

/// An answer at once when the parameters, with what the request brings, do not do.
std::optional<Answer> refusal(Session& session, CachedPing& cached) {
  const Settings& settings = session.services.settings;
  if (session.has_document) {
    if (const auto wrong = read_request(session.document, cached)) return plain(session, *wrong);
  }
  if (!cached.heartbeat_seconds || cached.folders.empty()) {
    return plain(session, status_missing_parameters);
  }
  const std::uint32_t seconds = *cached.heartbeat_seconds;
  const std::uint32_t nearest =
      std::clamp(seconds, settings.heartbeat_seconds_min, settings.heartbeat_seconds_max);
  if (nearest != seconds) {
    cached.heartbeat_seconds.reset();
    return with_number(session, status_interval, tag::HeartbeatInterval, nearest);
  }
  if (cached.folders.size() > settings.ping_folders_max) {
    cached.folders.clear();
    return with_number(session, status_too_many, tag::MaxFolders, settings.ping_folders_max);
  }
  return std::nullopt;
}

}  // namespace

Task<Answer> ping(Session& session) {
  co_await resume_scheduling(session);
  if (must_fetch_policy(session)) co_return plain(session, status_folder_sync);
  auto& entry = session.services.request_cache.entry(session.account.user, session.device_id);
  CachedPing cached = unpack_ping(entry.ping);
  auto refused = refusal(session, cached);
  entry.ping = pack(cached);
  if (refused) co_return std::move(*refused);
  std::chrono::seconds held(*cached.heartbeat_seconds);
  // What could not be sent goes with the next request, which is not to be an hour away.
  if (entry.owes_mail) held = std::min<std::chrono::seconds>(held, held_while_mail_waits);
  PingRun run(session, entry.ping, session.now() + held);
  co_return co_await run.run();
}

}  // namespace godwit::command
