/// One user's mail in the embedded store: private to this folder, opened by LocalStore.
#pragma once

#include <memory>

#include "backend/backend.hpp"
#include "backend/local/core.hpp"

namespace godwit::backend::local {

class LocalMail final : public Mail {
 public:
  LocalMail(std::shared_ptr<Core> core, UserId user)
      : core_(std::move(core)), user_(std::move(user)) {}

  Task<std::vector<MailFolder>> folders() override;
  Task<Result<MailboxStatus>> status(FolderKey folder) override;
  Task<std::vector<Result<MailboxStatus>>> statuses(std::vector<FolderKey> folders) override;
  Task<Result<FolderKey>> create_folder(std::optional<FolderKey> parent, std::string name) override;
  Task<Result<FolderKey>> rename_folder(FolderKey folder, std::optional<FolderKey> parent,
                                        std::string name) override;
  Task<Result<>> delete_folder(FolderKey folder) override;
  Task<Result<UidSet>> search(FolderKey folder,
                              std::optional<std::chrono::sys_days> since) override;
  Task<Result<MailChanges>> changes(FolderKey folder, MailCursor since, UidSet known) override;
  Task<Result<std::vector<Message>>> fetch(FolderKey folder, std::uint32_t uid_validity,
                                           std::vector<Uid> uids) override;
  Task<Result<std::vector<MessageState>>> fetch_state(FolderKey folder, std::uint32_t uid_validity,
                                                      std::vector<Uid> uids) override;
  Task<Result<std::vector<std::string>>> read(FolderKey folder, std::uint32_t uid_validity,
                                              std::vector<PartRange> ranges) override;
  Task<Result<>> store_flags(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                             FlagChange change) override;
  Task<Result<Uid>> move(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                         FolderKey target) override;
  Task<Result<>> expunge(FolderKey folder, std::uint32_t uid_validity, UidSet uids) override;
  Task<Result<Uid>> append(FolderKey folder, std::shared_ptr<const MessageSource> message,
                           Flags flags, Time received) override;
  Task<Result<UidSet>> find_message_id(FolderKey folder, Uid first,
                                       std::string message_id) override;
  Task<MailHits> find_messages(std::vector<FolderKey> folders, MailQuery query,
                               std::size_t hits_max) override;
  Task<std::optional<MailHits>> find_conversation(std::vector<FolderKey> folders,
                                                  std::string id) override;
  Task<bool> follow_conversation(std::string id, std::optional<FolderKey> target) override;
  std::unique_ptr<Watch> watch(ChangeListener& listener) override;

 private:
  void tell(const std::optional<FolderKey>& folder, ChangeListener::Kind kind);

  std::shared_ptr<Core> core_;
  UserId user_;
};

}  // namespace godwit::backend::local
