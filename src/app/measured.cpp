#include "app/measured.hpp"

#include <memory>
#include <string_view>
#include <utility>

#include "backend/decoded.hpp"
#include "backend/spent.hpp"

namespace godwit::app {
namespace {

using namespace backend;  // NOLINT(google-build-using-namespace): its interfaces, method by method

/// Counts calls of all for the metrics, and of what was opened for its request.
class MeasuredCalls : public TimedCalls {
 public:
  explicit MeasuredCalls(BackendCounts& counts) : counts_(counts) {}
  const Spent& spent() const override { return *spent_; }

 protected:
  template <class T>
  Task<T> timed(std::string_view operation, Task<T> work) {
    return counts_.timed(operation, std::move(work), spent_);
  }

 private:
  BackendCounts& counts_;
  std::shared_ptr<Spent> spent_ = std::make_shared<Spent>();
};

/// With what the mail behind it may be asked for beside Mail; where that has it not, the answer is
/// the one that sends to Mail.
class MeasuredMail final : public Mail, public DecodedReads, public MeasuredCalls {
 public:
  MeasuredMail(std::shared_ptr<Mail> inner, BackendCounts& counts)
      : MeasuredCalls(counts),
        inner_(std::move(inner)),
        decoded_(dynamic_cast<DecodedReads*>(inner_.get())) {}
  Task<Result<std::optional<DecodedStretch>>> read_decoded(FolderKey folder,
                                                           std::uint32_t uid_validity,
                                                           PartRange range) override {
    if (decoded_ == nullptr) return nothing();
    return timed("read_decoded",
                 decoded_->read_decoded(std::move(folder), uid_validity, std::move(range)));
  }
  Task<std::vector<MailFolder>> folders() override { return timed("folders", inner_->folders()); }
  Task<Result<MailboxStatus>> status(FolderKey folder) override {
    return timed("status", inner_->status(std::move(folder)));
  }
  Task<std::vector<Result<MailboxStatus>>> statuses(std::vector<FolderKey> folders) override {
    return timed("statuses", inner_->statuses(std::move(folders)));
  }
  Task<Result<FolderKey>> create_folder(std::optional<FolderKey> parent,
                                        std::string name) override {
    return timed("create_folder", inner_->create_folder(std::move(parent), std::move(name)));
  }
  Task<Result<FolderKey>> rename_folder(FolderKey folder, std::optional<FolderKey> parent,
                                        std::string name) override {
    return timed("rename_folder",
                 inner_->rename_folder(std::move(folder), std::move(parent), std::move(name)));
  }
  Task<Result<>> delete_folder(FolderKey folder) override {
    return timed("delete_folder", inner_->delete_folder(std::move(folder)));
  }
  Task<Result<UidSet>> search(FolderKey folder,
                              std::optional<std::chrono::sys_days> since) override {
    return timed("search", inner_->search(std::move(folder), since));
  }
  Task<Result<MailChanges>> changes(FolderKey folder, MailCursor since, UidSet known) override {
    return timed("changes", inner_->changes(std::move(folder), std::move(since), std::move(known)));
  }
  Task<Result<std::vector<Message>>> fetch(FolderKey folder, std::uint32_t uid_validity,
                                           std::vector<Uid> uids) override {
    return timed("fetch", inner_->fetch(std::move(folder), uid_validity, std::move(uids)));
  }
  Task<Result<std::vector<MessageState>>> fetch_state(FolderKey folder, std::uint32_t uid_validity,
                                                      std::vector<Uid> uids) override {
    return timed("fetch_state",
                 inner_->fetch_state(std::move(folder), uid_validity, std::move(uids)));
  }
  Task<Result<std::vector<std::string>>> read(FolderKey folder, std::uint32_t uid_validity,
                                              std::vector<PartRange> ranges) override {
    return timed("read", inner_->read(std::move(folder), uid_validity, std::move(ranges)));
  }
  Task<Result<>> store_flags(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                             FlagChange change) override {
    return timed("store_flags",
                 inner_->store_flags(std::move(folder), uid_validity, uid, std::move(change)));
  }
  Task<Result<Uid>> move(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                         FolderKey target) override {
    return timed("move", inner_->move(std::move(folder), uid_validity, uid, std::move(target)));
  }
  Task<Result<>> expunge(FolderKey folder, std::uint32_t uid_validity, UidSet uids) override {
    return timed("expunge", inner_->expunge(std::move(folder), uid_validity, std::move(uids)));
  }
  Task<Result<Uid>> append(FolderKey folder, std::shared_ptr<const MessageSource> message,
                           Flags flags, Time received) override {
    return timed("append",
                 inner_->append(std::move(folder), std::move(message), std::move(flags), received));
  }
  Task<Result<UidSet>> find_message_id(FolderKey folder, Uid first,
                                       std::string message_id) override {
    return timed("find_message_id",
                 inner_->find_message_id(std::move(folder), first, std::move(message_id)));
  }
  Task<MailHits> find_messages(std::vector<FolderKey> folders, MailQuery query,
                               std::size_t hits_max) override {
    return timed("find_messages",
                 inner_->find_messages(std::move(folders), std::move(query), hits_max));
  }
  Task<std::optional<MailHits>> find_conversation(std::vector<FolderKey> folders,
                                                  std::string id) override {
    return timed("find_conversation", inner_->find_conversation(std::move(folders), std::move(id)));
  }
  Task<bool> follow_conversation(std::string id, std::optional<FolderKey> target) override {
    return timed("follow_conversation",
                 inner_->follow_conversation(std::move(id), std::move(target)));
  }
  std::unique_ptr<Watch> watch(ChangeListener& listener) override {
    return inner_->watch(listener);
  }

 private:
  static Task<Result<std::optional<DecodedStretch>>> nothing() { co_return std::nullopt; }

  std::shared_ptr<Mail> inner_;
  DecodedReads* decoded_;  // of inner_; may be null
};

class MeasuredItems final : public Items, public MeasuredCalls {
 public:
  MeasuredItems(std::shared_ptr<Items> inner, BackendCounts& counts)
      : MeasuredCalls(counts), inner_(std::move(inner)) {}
  bool places_meetings() const override { return inner_->places_meetings(); }
  Task<std::vector<ItemCollection>> collections() override {
    return timed("collections", inner_->collections());
  }
  Task<std::vector<std::string>> scheduling_addresses() override {
    return timed("scheduling_addresses", inner_->scheduling_addresses());
  }
  Task<Result<FolderKey>> create_collection(ItemClass item_class, std::string name) override {
    return timed("create_collection", inner_->create_collection(item_class, std::move(name)));
  }
  Task<Result<>> rename_collection(FolderKey collection, std::string name) override {
    return timed("rename_collection",
                 inner_->rename_collection(std::move(collection), std::move(name)));
  }
  Task<Result<>> delete_collection(FolderKey collection) override {
    return timed("delete_collection", inner_->delete_collection(std::move(collection)));
  }
  Task<Result<std::string>> cursor(FolderKey collection) override {
    return timed("cursor", inner_->cursor(std::move(collection)));
  }
  Task<Result<ItemChanges>> changes(FolderKey collection, std::string since) override {
    return timed("changes", inner_->changes(std::move(collection), std::move(since)));
  }
  Task<Result<std::vector<ItemText>>> fetch(FolderKey collection,
                                            std::vector<std::string> hrefs) override {
    return timed("fetch", inner_->fetch(std::move(collection), std::move(hrefs)));
  }
  Task<Result<std::vector<ItemText>>> find_uid(FolderKey collection, std::string uid) override {
    return timed("find_uid", inner_->find_uid(std::move(collection), std::move(uid)));
  }
  Task<Result<std::string>> put(FolderKey collection, std::string href, std::string text,
                                ItemCondition condition) override {
    return timed("put", inner_->put(std::move(collection), std::move(href), std::move(text),
                                    std::move(condition)));
  }
  Task<Result<>> remove(FolderKey collection, std::string href,
                        std::optional<std::string> etag) override {
    return timed("remove", inner_->remove(std::move(collection), std::move(href), std::move(etag)));
  }
  std::unique_ptr<Watch> watch(ChangeListener& listener) override {
    return inner_->watch(listener);
  }

 private:
  std::shared_ptr<Items> inner_;
};

}  // namespace

std::shared_ptr<Mail> MeasuredMailBackend::open(const Account& account) {
  return std::make_shared<MeasuredMail>(inner_.open(account), counts_);
}

std::shared_ptr<Items> MeasuredItemsBackend::open_items(const Account& account) {
  return std::make_shared<MeasuredItems>(inner_.open_items(account), counts_);
}

Task<Result<>> MeasuredSubmission::submit(Account account, Envelope envelope,
                                          std::shared_ptr<const MessageSource> message) {
  return counts_.timed("submit",
                       inner_.submit(std::move(account), std::move(envelope), std::move(message)));
}

}  // namespace godwit::app
