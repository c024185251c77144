#include "command/draft_leftovers.hpp"

#include <algorithm>
#include <utility>

#include "command/draft_record.hpp"

namespace godwit::command {
namespace {

constexpr std::size_t draft_intents_max = 1'000;  // looked at by one request

/// The message before goes where the new one is there.
Task<> finish_left(Session& session, FolderKey folder, DraftPlan plan) {
  const auto position = co_await session.mail().status(folder);
  const bool same = position && position->uid_validity == plan.uid_validity;
  if (!same || plan.made.before == 0) co_return;
  const auto copy = co_await session.mail().find_message_id(folder, plan.uid_next, plan.message_id);
  if (!copy || copy->empty()) co_return;
  UidSet one;
  one.add(plan.made.before);
  static_cast<void>(co_await session.mail().expunge(folder, plan.uid_validity, std::move(one)));
}

}  // namespace

Task<> finish_left_drafts(Session& session, FolderKey folder, std::string collection,
                          const std::vector<eas::SyncCommand>& commands) {
  const std::string prefix = session.device_id.str() + '/' + collection + '/';
  const auto rows = co_await session.services.store.list(session.user(), store::Kind::intent,
                                                         prefix, "", draft_intents_max);
  const auto comes_again = [&](const std::string& name) {
    return std::ranges::any_of(commands, [&](const eas::SyncCommand& command) {
      return name.ends_with(std::string(intent_of_drafts) + intent_part(command));
    });
  };
  for (const store::Record& row : rows) {
    const std::string& name = row.key.name;
    if (name.find(intent_of_drafts) == std::string::npos || comes_again(name)) continue;
    std::vector<sync::Intent> intents;
    intents.push_back({name, ""});
    auto open = co_await session.services.journal.open(session.user(), std::move(intents));
    co_await finish_left(session, folder, unpack_draft_plan(open.front().detail));
    std::vector<store::Write> batch;
    batch.push_back(sync::Journal::close(session.user(), open.front()));
    static_cast<void>(co_await session.services.store.commit(std::move(batch)));
  }
}

}  // namespace godwit::command
