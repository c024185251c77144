#include "command/pending.hpp"

namespace godwit::command {

Task<std::optional<sync::Relationship>> load_relationship(Session& session,
                                                          std::string collection) {
  const auto record = co_await session.services.store.get(
      session.key(store::Kind::collection, session.device_id.str() + '/' + collection));
  if (!record) co_return std::nullopt;
  auto relationship = sync::unpack_relationship(record->value);
  if (!relationship) co_return std::nullopt;
  co_return std::move(*relationship);
}

sync::MailState proven_state(Session& session, const std::string& collection,
                             const sync::Relationship& relationship) {
  const auto& entry = session.services.request_cache.entry(session.account.user, session.device_id);
  const std::string key = sync::SyncKey::of(relationship.id, relationship.offered).str();
  const auto presented = entry.proven.find(collection);
  const auto offered = entry.offered.find(collection);
  const bool proved = presented != entry.proven.end() && presented->second == key;
  const bool follows = offered != entry.offered.end() && offered->second.second == key &&
                       offered->second.first == session.connection && session.connection != 0;
  const bool is_offered = relationship.offered != 0 && (proved || follows);
  const std::string& packed =
      is_offered ? relationship.offered_state : relationship.acknowledged_state;
  return sync::unpack_mail_state(packed).value_or(sync::MailState{});
}

Task<bool> has_pending(Session& session, const sync::FolderRow& row, sync::MailState state,
                       std::optional<backend::MailboxStatus> status) {
  if (!state.started || state.pending()) co_return true;
  auto folder = FolderKey::parse(row.key);
  if (!folder) co_return false;
  if (!status) {
    const auto asked = co_await session.mail().status(*folder);
    if (!asked) co_return true;  // gone or another one: the device finds out by Sync
    status = *asked;
  }
  const bool window_stands = sync::filter_floor(state.filter_type, session.now()) == state.floor;
  if (*status == state.cursor.status && window_stands) co_return false;
  const auto filter = state.filter_type;
  const auto refreshed =
      co_await sync::refresh(session.mail(), *folder, state, filter, session.now(), {});
  co_return !refreshed || state.pending();
}

Task<Result<std::uint64_t>> count_pending(Session& session, const sync::FolderRow& row,
                                          sync::MailState state, std::uint8_t filter_type) {
  auto folder = FolderKey::parse(row.key);
  if (!folder) co_return fail(Errc::not_found, "a folder without a mailbox");
  const auto refreshed = co_await sync::refresh(session.mail(), std::move(*folder), state,
                                                filter_type, session.now(), {});
  if (!refreshed) co_return pass(refreshed);
  co_return state.todo.count() + state.dirty.count() + state.gone.count() + state.soft.count();
}

}  // namespace godwit::command
