/// Systems that die at the n-th call of any of them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/items.hpp"
#include "base/fault.hpp"
#include "base/task.hpp"
#include "store/store.hpp"

namespace godwit::test {

struct How {
  bool after = false;  // the call did its work; only its answer is lost
  bool die = false;    // and nothing works any more until the restart
};

/// Throws at the n-th call of whatever it guards.
class Steps {
 public:
  void fail_at(unsigned step, How how) {
    step_ = step;
    how_ = how;
    count_ = 0;
    fired_ = dead_ = false;
  }
  /// Before each call that is not refused, for time to pass.
  std::function<void()> on_call;
  bool fired() const { return fired_; }
  bool dead() const { return dead_; }
  void revive() { dead_ = false; }

  template <class T>
  Task<T> guard(Task<T> call) {
    if (dead_) throw Fault(Fault::Kind::unavailable, "dead");
    if (on_call) on_call();
    const bool hit = ++count_ == step_;
    fired_ = fired_ || hit;
    dead_ = hit && how_.die;
    if (hit && !how_.after) throw Fault(Fault::Kind::unavailable, "killed before");
    auto value = co_await std::move(call);
    if (hit) throw Fault(Fault::Kind::unavailable, "killed after");
    co_return std::move(value);
  }

 private:
  unsigned step_ = 0;
  How how_;
  unsigned count_ = 0;
  bool fired_ = false;
  bool dead_ = false;
};

class SteppedStore final : public store::Store {
 public:
  SteppedStore(store::Store& inner, Steps& steps) : inner_(inner), steps_(steps) {}
  Task<std::optional<store::Record>> get(store::Key key) override {
    return steps_.guard(inner_.get(std::move(key)));
  }
  Task<std::vector<std::optional<store::Record>>> get_many(std::vector<store::Key> keys) override {
    return steps_.guard(inner_.get_many(std::move(keys)));
  }
  Task<std::vector<store::Record>> list(std::string user, store::Kind kind, std::string prefix,
                                        std::string after, std::size_t limit) override {
    return steps_.guard(
        inner_.list(std::move(user), kind, std::move(prefix), std::move(after), limit));
  }
  Task<std::vector<store::Record>> list_all(store::Kind kind, store::Key after,
                                            std::size_t limit) override {
    return steps_.guard(inner_.list_all(kind, std::move(after), limit));
  }
  Task<bool> commit(std::vector<store::Write> batch) override {
    return steps_.guard(inner_.commit(std::move(batch)));
  }

 private:
  store::Store& inner_;
  Steps& steps_;
};

class SteppedMail : public backend::Mail {
 public:
  SteppedMail(std::shared_ptr<backend::Mail> inner, Steps& steps)
      : inner_(std::move(inner)), steps_(steps) {}

  Task<std::vector<backend::MailFolder>> folders() override {
    return steps_.guard(inner_->folders());
  }
  Task<Result<backend::MailboxStatus>> status(FolderKey folder) override {
    return steps_.guard(inner_->status(std::move(folder)));
  }
  Task<Result<FolderKey>> create_folder(std::optional<FolderKey> parent,
                                        std::string name) override {
    return inner_->create_folder(std::move(parent), std::move(name));
  }
  Task<Result<FolderKey>> rename_folder(FolderKey folder, std::optional<FolderKey> parent,
                                        std::string name) override {
    return inner_->rename_folder(std::move(folder), std::move(parent), std::move(name));
  }
  Task<Result<>> delete_folder(FolderKey folder) override {
    return inner_->delete_folder(std::move(folder));
  }
  Task<Result<UidSet>> search(FolderKey folder,
                              std::optional<std::chrono::sys_days> since) override {
    return inner_->search(std::move(folder), since);
  }
  Task<Result<backend::MailChanges>> changes(FolderKey folder, backend::MailCursor since,
                                             UidSet known) override {
    return inner_->changes(std::move(folder), std::move(since), std::move(known));
  }
  Task<Result<std::vector<Message>>> fetch(FolderKey folder, std::uint32_t uid_validity,
                                           std::vector<Uid> uids) override {
    return steps_.guard(inner_->fetch(std::move(folder), uid_validity, std::move(uids)));
  }
  Task<Result<std::vector<MessageState>>> fetch_state(FolderKey folder, std::uint32_t uid_validity,
                                                      std::vector<Uid> uids) override {
    return steps_.guard(inner_->fetch_state(std::move(folder), uid_validity, std::move(uids)));
  }
  Task<Result<std::vector<std::string>>> read(FolderKey folder, std::uint32_t uid_validity,
                                              std::vector<backend::PartRange> ranges) override {
    return steps_.guard(inner_->read(std::move(folder), uid_validity, std::move(ranges)));
  }
  Task<Result<>> store_flags(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                             backend::FlagChange change) override {
    return steps_.guard(
        inner_->store_flags(std::move(folder), uid_validity, uid, std::move(change)));
  }
  Task<Result<Uid>> move(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                         FolderKey target) override {
    return inner_->move(std::move(folder), uid_validity, uid, std::move(target));
  }
  Task<Result<>> expunge(FolderKey folder, std::uint32_t uid_validity, UidSet uids) override {
    return steps_.guard(inner_->expunge(std::move(folder), uid_validity, std::move(uids)));
  }
  Task<Result<Uid>> append(FolderKey folder, std::shared_ptr<const backend::MessageSource> message,
                           Flags flags, Time received) override {
    return steps_.guard(
        inner_->append(std::move(folder), std::move(message), std::move(flags), received));
  }
  Task<Result<UidSet>> find_message_id(FolderKey folder, Uid first,
                                       std::string message_id) override {
    return steps_.guard(inner_->find_message_id(std::move(folder), first, std::move(message_id)));
  }
  Task<backend::MailHits> find_messages(std::vector<FolderKey> folders, backend::MailQuery query,
                                        std::size_t hits_max) override {
    return steps_.guard(inner_->find_messages(std::move(folders), std::move(query), hits_max));
  }
  std::unique_ptr<backend::Watch> watch(backend::ChangeListener& listener) override {
    return inner_->watch(listener);
  }

 private:
  std::shared_ptr<backend::Mail> inner_;
  Steps& steps_;
};

class SteppedBackend final : public backend::MailBackend {
 public:
  SteppedBackend(backend::MailBackend& inner, Steps& steps) : inner_(inner), steps_(steps) {}
  std::shared_ptr<backend::Mail> open(const backend::Account& account) override {
    return std::make_shared<SteppedMail>(inner_.open(account), steps_);
  }

 private:
  backend::MailBackend& inner_;
  Steps& steps_;
};

class SteppedSubmission final : public backend::Submission {
 public:
  SteppedSubmission(backend::Submission& inner, Steps& steps) : inner_(inner), steps_(steps) {}
  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override {
    return steps_.guard(inner_.submit(std::move(account), std::move(envelope), std::move(message)));
  }

 private:
  backend::Submission& inner_;
  Steps& steps_;
};

class SteppedItems final : public backend::Items {
 public:
  SteppedItems(std::shared_ptr<backend::Items> inner, Steps& steps)
      : inner_(std::move(inner)), steps_(steps) {}

  Task<std::vector<backend::ItemCollection>> collections() override {
    return steps_.guard(inner_->collections());
  }
  Task<Result<FolderKey>> create_collection(ItemClass item_class, std::string name) override {
    return inner_->create_collection(item_class, std::move(name));
  }
  Task<Result<>> rename_collection(FolderKey collection, std::string name) override {
    return inner_->rename_collection(std::move(collection), std::move(name));
  }
  Task<Result<>> delete_collection(FolderKey collection) override {
    return inner_->delete_collection(std::move(collection));
  }
  Task<Result<std::string>> cursor(FolderKey collection) override {
    return steps_.guard(inner_->cursor(std::move(collection)));
  }
  Task<Result<backend::ItemChanges>> changes(FolderKey collection, std::string since) override {
    return steps_.guard(inner_->changes(std::move(collection), std::move(since)));
  }
  Task<Result<std::vector<backend::ItemText>>> fetch(FolderKey collection,
                                                     std::vector<std::string> hrefs) override {
    return steps_.guard(inner_->fetch(std::move(collection), std::move(hrefs)));
  }
  bool places_meetings() const override { return inner_->places_meetings(); }
  Task<std::vector<std::string>> scheduling_addresses() override {
    return inner_->scheduling_addresses();
  }
  Task<Result<std::vector<backend::ItemText>>> find_uid(FolderKey collection,
                                                        std::string uid) override {
    return steps_.guard(inner_->find_uid(std::move(collection), std::move(uid)));
  }
  Task<Result<std::string>> put(FolderKey collection, std::string href, std::string text,
                                backend::ItemCondition condition) override {
    return steps_.guard(
        inner_->put(std::move(collection), std::move(href), std::move(text), std::move(condition)));
  }
  Task<Result<>> remove(FolderKey collection, std::string href,
                        std::optional<std::string> etag) override {
    return steps_.guard(inner_->remove(std::move(collection), std::move(href), std::move(etag)));
  }
  std::unique_ptr<backend::Watch> watch(backend::ChangeListener& listener) override {
    return inner_->watch(listener);
  }

 private:
  std::shared_ptr<backend::Items> inner_;
  Steps& steps_;
};

class SteppedItemsBackend final : public backend::ItemsBackend {
 public:
  SteppedItemsBackend(backend::ItemsBackend& inner, Steps& steps) : inner_(inner), steps_(steps) {}
  std::shared_ptr<backend::Items> open_items(const backend::Account& account) override {
    return std::make_shared<SteppedItems>(inner_.open_items(account), steps_);
  }

 private:
  backend::ItemsBackend& inner_;
  Steps& steps_;
};

}  // namespace godwit::test
