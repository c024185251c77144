#include "command/pending.hpp"

#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "command/item_kind.hpp"
#include "sync/item_chunks.hpp"

namespace godwit::command {
namespace {
constexpr Log logger("command");
}

Task<std::optional<sync::Relationship>> load_relationship(Session& session,
                                                          std::string collection) {
  auto loaded = co_await load_relationships(session, {std::move(collection)});
  co_return std::move(loaded.front());
}

Task<std::vector<std::optional<sync::Relationship>>> load_relationships(
    Session& session, std::vector<std::string> collections) {
  std::vector<store::Key> keys;
  keys.reserve(collections.size());
  for (const std::string& collection : collections) {
    keys.push_back(
        session.key(store::Kind::collection, session.device_id.str() + '/' + collection));
  }
  const auto records = co_await session.services.store.get_many(std::move(keys));
  std::vector<std::optional<sync::Relationship>> out;
  for (const auto& record : records) {
    auto& loaded = out.emplace_back();
    if (record) {
      loaded = sync::unpack_relationship(record->value).value_or(sync::Relationship{});
    }
  }
  co_return out;
}

const std::string& proven_bytes(Session& session, const std::string& collection,
                                const sync::Relationship& relationship) {
  const auto& entry = session.services.request_cache.entry(session.account.user, session.device_id);
  const auto key = sync::SyncKey::of(relationship.id, relationship.offered);
  const bool is_offered =
      relationship.offered != 0 && entry.proved(collection, key, session.connection);
  return is_offered ? relationship.offered_state : relationship.acknowledged_state;
}

sync::MailState proven_state(Session& session, const std::string& collection,
                             const sync::Relationship& relationship) {
  return sync::unpack_mail_state(proven_bytes(session, collection, relationship))
      .value_or(sync::MailState{});
}

namespace {

std::uint64_t owed(const sync::MailState& state) {
  return state.todo.count() + state.dirty.count() + state.gone.count() + state.soft.count() +
         state.again.count() + state.leave.count();
}

}  // namespace

Task<bool> has_pending(Session& session, Look& look, const sync::FolderRow& row,
                       sync::MailState state, bool told) {
  const auto& entry = session.services.request_cache.entry(session.account.user, session.device_id);
  UidSet own;
  if (const auto* rare = entry.rare_if_any()) {
    const auto moved = rare->own.find(row.id);
    if (moved != rare->own.end()) own = moved->second;
  }
  state.todo.remove(own);
  if (!state.started || state.doubted || state.pending()) co_return true;
  const auto status = look.status(row.id);
  if (!status) co_return true;  // gone or another one: the device finds out by Sync
  const auto filter = state.filter_type;
  if (sync::is_current(state, *status, filter, session.now())) co_return false;
  const bool counts_alone = status->highest_modseq == 0 && !told;
  if (counts_alone && *status == state.cursor.status &&
      sync::filter_floor(filter, session.now()) == state.floor) {
    co_return false;
  }
  const auto refreshed = co_await sync::refresh(session.mail(), FolderKey::parse(row.key).value(),
                                                state, filter, session.now(), {});
  if (!refreshed) co_return true;
  look.learned(row.id, state.cursor.status);
  state.todo.remove(own);
  co_return state.pending();
}

Task<Result<std::uint64_t>> count_pending(Session& session, Look& look, const sync::FolderRow& row,
                                          sync::MailState state, std::uint8_t filter_type) {
  auto folder = FolderKey::parse(row.key);
  if (!folder) co_return fail(Errc::not_found, "a folder without a mailbox");
  const auto status = look.status(row.id);
  if (status && sync::is_current(state, *status, filter_type, session.now())) {
    co_return owed(state);
  }
  const auto refreshed = co_await sync::refresh(session.mail(), std::move(*folder), state,
                                                filter_type, session.now(), {});
  if (!refreshed) co_return pass(refreshed);
  look.learned(row.id, state.cursor.status);
  co_return owed(state);
}

namespace {

constexpr std::size_t fetch_at_once = 100;  // texts held meanwhile

/// What a phone is woken for: what leaves the window can wait.
bool is_news(const sync::ItemState& state) {
  return state.count_pending() > state.count(sync::ItemEntry::Status::soft);
}

sync::ItemDay floor_of(const Session& session, const sync::FolderRow& row,
                       std::uint8_t filter_type) {
  const ItemKind* kind = find_kind(row.item_class);
  return kind == nullptr ? sync::item_day_first : kind->floor(filter_type, session.now());
}

Task<Result<>> refresh_items(Session& session, const sync::FolderRow& row, sync::ItemState& state,
                             std::uint8_t filter_type) {
  auto collection = FolderKey::parse(row.key);
  if (!collection || session.items() == nullptr) {
    co_return fail(Errc::not_found, "a folder without a collection");
  }
  sync::ItemChunks chunks(session.services.store, session.user(),
                          session.device_id.str() + '/' + row.id);
  const auto floor = floor_of(session, row, filter_type);
  auto refreshed = co_await chunks.refresh(*session.items(), std::move(*collection), state, floor);
  // A Sync of the same moment replaced them, or the device begins anew.
  if (refreshed && chunks.lost()) co_return fail(Errc::stale, "chunks of another generation");
  co_return refreshed;
}

/// Of what is to be added: how much of it lies before the window.
Task<std::uint64_t> count_outside(Session& session, const sync::FolderRow& row,
                                  sync::ItemState& state) {
  const ItemKind* kind = find_kind(row.item_class);
  auto collection = FolderKey::parse(row.key);
  if (kind == nullptr || !collection || state.floor == sync::item_day_first) co_return 0;
  sync::ItemChunks chunks(session.services.store, session.user(),
                          session.device_id.str() + '/' + row.id);
  const auto todo = co_await chunks.find(state, sync::ItemEntry::Status::todo, state.size());
  const ItemOptions options{session.version, {}, session.calendar(), session.behaviour};
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < todo.size(); i += fetch_at_once) {
    const auto begin = todo.begin() + static_cast<std::ptrdiff_t>(i);
    const auto length = std::min(fetch_at_once, todo.size() - i);
    const auto texts = co_await session.items()->fetch(
        *collection, {begin, begin + static_cast<std::ptrdiff_t>(length)});
    if (!texts) co_return count;
    for (const backend::ItemText& text : *texts) {
      const auto rendered = kind->render(text.text, options, "");
      if (rendered && rendered->lasts < state.floor) ++count;
    }
  }
  co_return count;
}

/// Nothing = the backend cannot be asked now.
Task<std::optional<Result<std::string>>> present_cursor(Session& session,
                                                        const sync::FolderRow& row,
                                                        FolderKey collection) {
  try {
    co_return co_await session.items()->cursor(std::move(collection));
  } catch (const Fault& fault) {
    logger.warning("collection.failed", {{"user", session.user()},
                                         {"device", session.device_id},
                                         {"collection", row.id},
                                         {"why", fault.what()}});
  }
  co_return std::nullopt;
}

}  // namespace

Task<bool> has_pending_items(Session& session, const sync::FolderRow& row, sync::ItemState state) {
  if (!state.started || is_news(state)) co_return true;
  auto collection = FolderKey::parse(row.key);
  if (!collection || session.items() == nullptr) co_return false;
  const auto now = co_await present_cursor(session, row, std::move(*collection));
  // What waits for mail goes on waiting; the watch tells when the collection is there again.
  if (!now) co_return false;
  if (!*now) co_return true;  // gone: the device finds out by Sync
  if (**now == state.cursor) co_return false;
  const auto filter_type = state.filter_type;
  const auto refreshed = co_await refresh_items(session, row, state, filter_type);
  co_return !refreshed || is_news(state);
}

Task<Result<std::uint64_t>> count_pending_items(Session& session, const sync::FolderRow& row,
                                                sync::ItemState state, std::uint8_t filter_type) {
  const auto refreshed = co_await refresh_items(session, row, state, filter_type);
  if (!refreshed) co_return pass(refreshed);
  co_return state.count_pending() - co_await count_outside(session, row, state);
}

}  // namespace godwit::command
