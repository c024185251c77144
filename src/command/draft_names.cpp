#include "command/draft_names.hpp"

#include <utility>
#include <vector>

#include "sync/mail_state.hpp"
#include "sync/relationship.hpp"

namespace godwit::command {
namespace {

/// The newest first; none for collections that hold no drafts of the device.
Task<std::vector<sync::MailState>> states_of(Session& session, const sync::FolderTable& table,
                                             std::string collection) {
  std::vector<sync::MailState> states;
  const sync::FolderRow* row = table.find(collection);
  const bool may =
      row != nullptr && row->role == FolderRole::drafts && session.version >= eas::Version::v16_0;
  if (!may) co_return states;
  const auto record = co_await session.services.store.get(
      session.key(store::Kind::collection, session.device_id.str() + '/' + collection));
  if (!record) co_return states;
  const auto relationship = sync::unpack_relationship(record->value);
  if (!relationship) co_return states;
  for (const auto* bytes : {&relationship->offered_state, &relationship->acknowledged_state}) {
    auto state = sync::unpack_mail_state(*bytes);
    if (state) states.push_back(std::move(*state));
  }
  co_return states;
}

}  // namespace

Task<sync::MailId> present_mail(Session& session, const sync::FolderTable& table, sync::MailId id) {
  for (const sync::MailState& state : co_await states_of(session, table, id.collection)) {
    const bool same = state.cursor.status.uid_validity == id.uid_validity;
    const Uid uid = state.named(id.uid);
    if (!same || uid == id.uid) continue;
    id.uid = uid;
    break;
  }
  co_return id;
}

Task<std::map<Uid, Uid>> known_names(Session& session, const sync::FolderTable& table,
                                     std::string collection, std::uint32_t uid_validity) {
  std::map<Uid, Uid> out;
  for (const sync::MailState& state : co_await states_of(session, table, std::move(collection))) {
    if (state.cursor.status.uid_validity != uid_validity) continue;
    for (const auto& [uid, draft] : state.drafts) out.emplace(uid, draft.name);
  }
  co_return out;
}

Task<render::FileReference> present_file(Session& session, const sync::FolderTable& table,
                                         render::FileReference reference) {
  const auto states = co_await states_of(session, table, reference.collection_id);
  for (const sync::MailState& state : states) {
    if (state.cursor.status.uid_validity != reference.uid_validity) continue;
    for (const auto& [uid, draft] : state.drafts) {
      auto section = state.section_of(uid, reference.uid, reference.section);
      if (!section) continue;
      reference.uid = uid;
      reference.section = std::move(*section);
      co_return reference;
    }
  }
  co_return reference;
}

}  // namespace godwit::command
