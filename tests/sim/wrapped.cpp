#include "sim/wrapped.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace godwit::sim {
namespace {

using backend::FlagChange;
using backend::Mail;
using backend::MailboxStatus;
using backend::MailChanges;
using backend::MailCursor;
using backend::MailFolder;
using backend::PartRange;

bool has_kind(const std::vector<store::Write>& batch, std::initializer_list<store::Kind> kinds) {
  return std::ranges::any_of(batch, [&](const store::Write& write) {
    return write.value && std::ranges::find(kinds, write.key.kind) != kinds.end();
  });
}

bool is_generation(const std::vector<store::Write>& batch) {
  return has_kind(batch, {store::Kind::collection, store::Kind::hierarchy});
}

/// Intents of sending are named by the ClientId, by the mail or by the draft.
bool is_of_sending(const store::Write& write) {
  return write.key.kind == store::Kind::intent &&
         (write.key.name.contains("/id/") || write.key.name.contains("/same/") ||
          write.key.name.contains("/send/"));
}

bool is_of_draft(const store::Write& write) {
  return write.key.kind == store::Kind::intent && write.key.name.contains("/draft/");
}

/// What a commit is to the journal; nothing when it is none of its.
std::optional<KillableSubmission::Doors> doors_of(const std::vector<store::Write>& batch) {
  using store::Kind;
  if (has_kind(batch, {Kind::sent})) return {{Step::sent_before, Step::sent_after}};
  const auto mail = std::ranges::find_if(batch, is_of_sending);
  if (mail != batch.end()) {
    if (mail->value) return {{Step::mail_intent_before, Step::mail_intent_after}};
    return {{Step::end_before, Step::end_after}};
  }
  const auto draft = std::ranges::find_if(batch, is_of_draft);
  if (draft != batch.end()) {
    if (draft->value) return {{Step::draft_intent_before, Step::draft_intent_after}};
    return {{Step::draft_outcome_before, Step::draft_outcome_after}};
  }
  const bool ends = std::ranges::any_of(batch, [](const store::Write& write) {
    return write.key.kind == Kind::intent && !write.value;
  });
  if (ends || is_generation(batch) || has_kind(batch, {Kind::last_change})) {
    return {{Step::outcome_before, Step::outcome_after}};
  }
  if (has_kind(batch, {Kind::intent})) return {{Step::intent_before, Step::intent_after}};
  return std::nullopt;
}

class KillableMail final : public Mail {
 public:
  KillableMail(std::shared_ptr<Mail> inner, Killer& killer, KillableMailBackend::Sabotage& sabotage,
               KillableMailBackend::Drafts& drafts)
      : inner_(std::move(inner)), killer_(killer), sabotage_(sabotage), drafts_(drafts) {}

  Task<std::vector<MailFolder>> folders() override { return inner_->folders(); }
  Task<Result<MailboxStatus>> status(FolderKey folder) override { return inner_->status(folder); }
  Task<std::vector<Result<MailboxStatus>>> statuses(std::vector<FolderKey> folders) override {
    return inner_->statuses(std::move(folders));
  }
  Task<Result<FolderKey>> create_folder(std::optional<FolderKey> parent,
                                        std::string name) override {
    return act(inner_->create_folder(std::move(parent), std::move(name)));
  }
  Task<Result<FolderKey>> rename_folder(FolderKey folder, std::optional<FolderKey> parent,
                                        std::string name) override {
    return act(inner_->rename_folder(std::move(folder), std::move(parent), std::move(name)));
  }
  Task<Result<>> delete_folder(FolderKey folder) override {
    return act(inner_->delete_folder(std::move(folder)));
  }
  Task<Result<UidSet>> search(FolderKey folder,
                              std::optional<std::chrono::sys_days> since) override {
    return inner_->search(std::move(folder), since);
  }
  Task<Result<MailChanges>> changes(FolderKey folder, MailCursor since, UidSet known) override {
    auto changes = co_await inner_->changes(std::move(folder), std::move(since), std::move(known));
    if (changes && sabotage_.hide_change > 0 && !changes->changed.empty()) {
      ++sabotage_.listed;
      if (sabotage_.listed % sabotage_.hide_change == 0) changes->changed.pop_back();
    }
    co_return changes;
  }
  Task<Result<std::vector<Message>>> fetch(FolderKey folder, std::uint32_t uid_validity,
                                           std::vector<Uid> uids) override {
    return inner_->fetch(std::move(folder), uid_validity, std::move(uids));
  }
  Task<Result<std::vector<MessageState>>> fetch_state(FolderKey folder, std::uint32_t uid_validity,
                                                      std::vector<Uid> uids) override {
    return inner_->fetch_state(std::move(folder), uid_validity, std::move(uids));
  }
  Task<Result<std::vector<std::string>>> read(FolderKey folder, std::uint32_t uid_validity,
                                              std::vector<PartRange> ranges) override {
    return inner_->read(std::move(folder), uid_validity, std::move(ranges));
  }
  Task<Result<>> store_flags(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                             FlagChange change) override {
    const bool marks = change.answered || change.forwarded;
    auto work = inner_->store_flags(std::move(folder), uid_validity, uid, std::move(change));
    return marks ? act(std::move(work), Step::mark_before, Step::mark_after) : act(std::move(work));
  }
  Task<Result<Uid>> move(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                         FolderKey target) override {
    killer_.reach(Step::action_before);
    if (sabotage_.double_move) {
      const auto bytes =
          co_await inner_->read(folder, uid_validity, {PartRange{uid, "", 0, UINT64_MAX}});
      if (bytes && !bytes->empty()) {
        auto copy = std::make_shared<backend::StringSource>(bytes->front());
        static_cast<void>(co_await inner_->append(target, std::move(copy), {}, {}));
      }
    }
    auto done = co_await inner_->move(std::move(folder), uid_validity, uid, std::move(target));
    killer_.reach(Step::action_after);
    co_return done;
  }
  Task<Result<>> expunge(FolderKey folder, std::uint32_t uid_validity, UidSet uids) override {
    const bool drafts = co_await is_of_drafts(folder);
    co_return co_await act(inner_->expunge(std::move(folder), uid_validity, std::move(uids)),
                           drafts ? Step::draft_remove_before : Step::action_before,
                           drafts ? Step::draft_remove_after : Step::action_after);
  }
  Task<Result<Uid>> append(FolderKey folder, std::shared_ptr<const backend::MessageSource> message,
                           Flags flags, Time received) override {
    const bool draft = flags.draft;
    if (draft && drafts_.between) co_await std::exchange(drafts_.between, nullptr)();
    const bool twice = draft && drafts_.double_append;
    if (draft && drafts_.drop_append) {
      const auto position = co_await inner_->status(folder);
      co_return position ? position->uid_next : Uid{1};
    }
    if (twice) static_cast<void>(co_await inner_->append(folder, message, flags, received));
    co_return co_await act(
        inner_->append(std::move(folder), std::move(message), std::move(flags), received),
        draft ? Step::draft_append_before : Step::save_before,
        draft ? Step::draft_append_after : Step::save_after);
  }
  Task<Result<UidSet>> find_message_id(FolderKey folder, Uid first,
                                       std::string message_id) override {
    return inner_->find_message_id(std::move(folder), first, std::move(message_id));
  }
  Task<backend::MailHits> find_messages(std::vector<FolderKey> folders, backend::MailQuery query,
                                        std::size_t hits_max) override {
    return inner_->find_messages(std::move(folders), std::move(query), hits_max);
  }
  std::unique_ptr<backend::Watch> watch(backend::ChangeListener& listener) override {
    return inner_->watch(listener);
  }

 private:
  template <class T>
  Task<T> act(Task<T> work, Step before = Step::action_before, Step after = Step::action_after) {
    killer_.reach(before);
    auto done = co_await std::move(work);
    killer_.reach(after);
    co_return done;
  }

  Task<bool> is_of_drafts(FolderKey folder) {
    if (!drafts_.folder) {
      for (const MailFolder& each : co_await inner_->folders()) {
        if (each.role == FolderRole::drafts) drafts_.folder = each.key;
      }
    }
    co_return drafts_.folder == folder;
  }

  std::shared_ptr<Mail> inner_;
  Killer& killer_;
  KillableMailBackend::Sabotage& sabotage_;
  KillableMailBackend::Drafts& drafts_;
};

}  // namespace

Task<std::optional<store::Record>> KillableStore::get(store::Key key) {
  // The endpoint reads the device's record first of all, as soon as it is the device's turn.
  if (key.kind == store::Kind::device && on_turn_) std::exchange(on_turn_, nullptr)();
  return inner_.get(std::move(key));
}

Task<std::vector<std::optional<store::Record>>> KillableStore::get_many(
    std::vector<store::Key> keys) {
  return inner_.get_many(std::move(keys));
}

Task<std::vector<store::Record>> KillableStore::list(std::string user, store::Kind kind,
                                                     std::string prefix, std::string after,
                                                     std::size_t limit) {
  return inner_.list(std::move(user), kind, std::move(prefix), std::move(after), limit);
}

Task<std::vector<store::Record>> KillableStore::list_all(store::Kind kind, store::Key after,
                                                         std::size_t limit) {
  return inner_.list_all(kind, std::move(after), limit);
}

Task<bool> KillableStore::commit(std::vector<store::Write> batch) {
  const auto doors = doors_of(batch);
  for (const store::Write& write : batch) {
    if (is_of_sending(write)) killer_.sends_draft(write.key.name.contains("/send/"));
    if (is_of_draft(write)) killer_.sends_draft(false);
  }
  if (doors) killer_.reach(doors->before);
  if (is_generation(batch) && drop_ > 0 && --drop_ == 0) co_return true;
  const bool done = co_await inner_.commit(std::move(batch));
  if (doors) killer_.reach(doors->after);
  co_return done;
}

Task<Result<>> KillableSubmission::submit(backend::Account account, Envelope envelope,
                                          std::shared_ptr<const backend::MessageSource> message) {
  killer_.reach(doors_.before);
  if (double_ > 0 && --double_ == 0) {
    static_cast<void>(co_await inner_.submit(account, envelope, message));
  }
  auto taken = co_await inner_.submit(std::move(account), std::move(envelope), std::move(message));
  if (taken && done_) done_();
  killer_.reach(doors_.after);
  co_return taken;
}

std::shared_ptr<backend::Mail> KillableMailBackend::open(const backend::Account& account) {
  return std::make_shared<KillableMail>(inner_.open(account), killer_, sabotage_, drafts_);
}

}  // namespace godwit::sim
