#include "command/pending.hpp"

#include <utility>

namespace godwit::command {

Task<std::optional<sync::Relationship>> load_relationship(Session& session,
                                                          std::string collection) {
  auto loaded = co_await load_relationships(session, {std::move(collection)});
  co_return std::move(loaded.front());
}

Task<std::vector<std::optional<sync::Relationship>>> load_relationships(
    Session& session, std::vector<std::string> collections) {
  std::vector<store::Key> keys;
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
  return state.todo.count() + state.dirty.count() + state.gone.count() + state.soft.count();
}

}  // namespace

Task<bool> has_pending(Session& session, Look& look, const sync::FolderRow& row,
                       sync::MailState state, bool told) {
  const auto& entry = session.services.request_cache.entry(session.account.user, session.device_id);
  const auto moved = entry.own.find(row.id);
  const UidSet own = moved == entry.own.end() ? UidSet() : moved->second;
  state.todo.remove(own);
  if (!state.started || state.pending()) co_return true;
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

Task<bool> has_pending_items(Session& session, const sync::FolderRow& row, sync::ItemState state) {
  if (!state.started || state.pending()) co_return true;
  auto collection = FolderKey::parse(row.key);
  if (!collection || session.items() == nullptr) co_return false;
  const auto now = co_await session.items()->cursor(*collection);
  if (!now) co_return true;  // gone: the device finds out by Sync
  if (*now == state.cursor) co_return false;
  const auto count = co_await count_pending_items(session, row, std::move(state));
  co_return !count || *count > 0;
}

Task<Result<std::uint64_t>> count_pending_items(Session& session, const sync::FolderRow& row,
                                                sync::ItemState state) {
  auto collection = FolderKey::parse(row.key);
  if (!collection || session.items() == nullptr) {
    co_return fail(Errc::not_found, "a folder without a collection");
  }
  const auto refreshed = co_await sync::refresh(*session.items(), std::move(*collection), state);
  if (!refreshed) co_return pass(refreshed);
  co_return state.count_pending();
}

}  // namespace godwit::command
