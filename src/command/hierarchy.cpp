#include "command/hierarchy.hpp"

#include "base/log.hpp"
#include "command/item_kind.hpp"

namespace godwit::command {
namespace {
constexpr Log logger("hierarchy");
}

sync::HierarchyState shown_to(const Session& session, sync::FolderTable table) {
  std::erase_if(table.rows, [&](const sync::FolderRow& row) {
    const ItemKind* kind = find_kind(row.item_class);
    return kind != nullptr && session.version < kind->since;
  });
  return sync::shown(table);
}

store::Key Hierarchy::key() const {
  return session_.key(store::Kind::hierarchy, session_.device_id.str());
}

std::string Hierarchy::intent_prefix() const {
  return session_.device_id.str() + "/hierarchy/" + presented_.str() + '/';
}

Task<> Hierarchy::load() {
  const auto record = co_await session_.services.store.get(key());
  revision_ = record ? record->revision : 0;
  if (!record) co_return;
  auto stored = sync::unpack_relationship(record->value);
  if (stored) {
    relationship_ = std::move(*stored);
  } else {
    logger.error("relationship.damaged",
                 {{"user", session_.user()}, {"device", session_.device_id}});
  }
}

bool Hierarchy::present(std::string_view text) {
  const auto key = sync::SyncKey::parse(text);
  if (!key) return false;
  const auto judged = sync::judge(relationship_, *key);
  if (judged == sync::Presented::unknown) return false;
  presented_ = *key;
  repeated_ = judged == sync::Presented::repeated;
  if (repeated_) {
    sync::repeat(relationship_);
  } else {
    proved_ = relationship_.offered != 0;
    sync::acknowledge(relationship_, *key);
  }
  auto state = sync::unpack_hierarchy(relationship_.acknowledged_state);
  if (!state) return false;
  known_ = std::move(*state);
  return true;
}

void Hierarchy::begin() {
  relationship_ = {};
  while (relationship_.id == 0) relationship_.id = session_.services.random.next();
  known_ = {};
}

sync::HierarchyState Hierarchy::newest() const {
  return sync::unpack_hierarchy(newest_state(relationship_)).value_or(sync::HierarchyState{});
}

const sync::CommandOutcome* Hierarchy::outcome(std::string_view digest) const {
  return repeated_ ? sync::find_outcome(relationship_, 0, "", digest) : nullptr;
}

Task<bool> Hierarchy::note_proof() {
  if (!proved_) co_return true;
  std::vector<store::Write> writes;
  writes.push_back({key(), revision_, pack(relationship_)});
  co_return co_await session_.services.store.commit(std::move(writes));
}

Task<std::string> Hierarchy::offer(const sync::HierarchyState& state,
                                   std::vector<sync::CommandOutcome> outcomes,
                                   std::vector<store::Write> writes) {
  const auto next = sync::next_key(relationship_);
  relationship_.offered = next.generation();
  relationship_.offered_state = pack(state);
  relationship_.outcomes = std::move(outcomes);
  writes.push_back({key(), revision_, pack(relationship_)});
  if (!co_await session_.services.store.commit(std::move(writes))) co_return std::string();
  ++revision_;
  co_return next.str();
}

}  // namespace godwit::command
