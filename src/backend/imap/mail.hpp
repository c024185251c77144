/// One user's mail on an IMAP server. Shared by all requests of the user; every call takes a
/// connection of the pool.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/decoded.hpp"
#include "backend/imap/pool.hpp"
#include "base/fault.hpp"
#include "imap/listing.hpp"

namespace godwit::backend::imap {

class PushedWatches;

/// What all users' watches share.
struct WatchBudget {
  std::size_t notify_connections = 0;
  std::shared_ptr<PushedWatches> pushed{};  // null: no source tells of anything
};

struct FolderListing;

/// What a search found in one folder.
struct FoundInFolder {
  std::uint32_t uid_validity = 0;
  std::uint64_t total = 0;
  std::vector<MessageState> newest;
};

/// Folders of one user that are not shown as mail.
struct Aside {
  /// Which of all folders they are, those below them included.
  Settings::PutAside which;
  std::set<FolderKey> keys{};  // as the last listing had them
};

class ImapMail final : public Mail, public DecodedReads {
 public:
  /// `aside`: null = all folders are shown.
  ImapMail(UserId user, std::shared_ptr<Pool> pool, Random& random,
           std::shared_ptr<WatchBudget> budget, std::shared_ptr<Aside> aside)
      : user_(std::move(user)),
        pool_(std::move(pool)),
        random_(random),
        budget_(std::move(budget)),
        aside_(std::move(aside)) {}
  /// The same mailbox with all its folders.
  std::shared_ptr<ImapMail> with_all_folders() const {
    return std::make_shared<ImapMail>(user_, pool_, random_, budget_, nullptr);
  }

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
  Task<Result<std::optional<DecodedStretch>>> read_decoded(FolderKey folder,
                                                           std::uint32_t uid_validity,
                                                           PartRange range) override;

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
  std::unique_ptr<Watch> watch(ChangeListener& listener) override;

  Pool& pool() { return *pool_; }

 private:
  using Results = Result<std::vector<Completed>>;
  /// Whether the server must look for news of the mailbox first: a session sees what others did
  /// only then.
  enum class Look : std::uint8_t {
    always,
    for_known,  // unless this session has seen all that any session of the user told us of
  };

  /// Runs a reading step on a connection; once more on a fresh one when a kept one turned out dead.
  template <class T, class... Parameters, class... Arguments>
  Task<T> reading(Task<T> (ImapMail::*step)(Connection&, Parameters...),
                  std::optional<FolderKey> preferred, Arguments... arguments);

  /// The commands' answers with the mailbox selected; all of them were OK. Errors: not_found,
  /// stale.
  Task<Results> on_mailbox(Connection& connection, FolderKey folder,
                           std::optional<std::uint32_t> uid_validity, std::vector<Command> commands,
                           Look look = Look::always);
  /// What a refusal means. Throws Fault where it is no answer about this folder.
  Task<Error> meaning(Connection& connection, FolderKey folder, StatusResponse refusal);
  Task<std::optional<godwit::imap::ListEntry>> find_mailbox(Connection& connection, FolderKey key);
  Task<std::vector<FolderKey>> below(Connection& connection, FolderKey key);

  Task<std::vector<MailFolder>> list_step(Connection& connection);
  void take_listing(std::vector<Completed> completed, FolderListing& listing) const;
  Task<std::vector<std::string>> unreadable_step(Connection& connection,
                                                 const FolderListing& listing);
  Task<Result<MailboxStatus>> status_step(Connection& connection, FolderKey folder);
  Task<std::vector<Result<MailboxStatus>>> statuses_step(Connection& connection,
                                                         std::vector<FolderKey> folders);
  Task<Result<FolderKey>> create_step(Connection& connection, std::optional<FolderKey> parent,
                                      std::string name);
  Task<Result<FolderKey>> rename_step(Connection& connection, FolderKey folder,
                                      std::optional<FolderKey> parent, std::string name);
  Task<Result<>> delete_step(Connection& connection, FolderKey folder);
  Task<Result<UidSet>> search_step(Connection& connection, FolderKey folder, Command command);
  Task<Result<FoundInFolder>> find_step(Connection& connection, FolderKey folder, MailQuery query,
                                        std::size_t hits_max);
  /// Those of `uids` that were received near `limit`, and outside of what the query wants.
  Task<Result<UidSet>> outside_step(Connection& connection, FolderKey folder, MailQuery query,
                                    Time limit, UidSet uids);
  Task<Result<MailChanges>> changes_step(Connection& connection, FolderKey folder, MailCursor since,
                                         UidSet known);
  Task<Result<MailChanges>> changes_by_modseq(Connection& connection, FolderKey folder,
                                              MailCursor since, MailboxStatus now, UidSet known);
  Task<Result<MailChanges>> changes_by_listing(Connection& connection, FolderKey folder,
                                               MailCursor since, MailboxStatus now, UidSet known);
  Task<Result<std::vector<Message>>> fetch_step(Connection& connection, FolderKey folder,
                                                std::uint32_t uid_validity, std::vector<Uid> uids);
  Task<Result<std::vector<MessageState>>> state_step(Connection& connection, FolderKey folder,
                                                     std::uint32_t uid_validity, UidSet uids);
  Task<Result<std::vector<std::string>>> read_step(Connection& connection, FolderKey folder,
                                                   std::uint32_t uid_validity,
                                                   std::vector<PartRange> ranges);
  Task<Result<std::optional<DecodedStretch>>> decoded_step(Connection& connection, FolderKey folder,
                                                           std::uint32_t uid_validity,
                                                           PartRange range);
  Task<Result<>> remove(Connection& connection, FolderKey folder, std::uint32_t uid_validity,
                        UidSet uids);
  Command search_command(Connection& connection) const;
  std::chrono::milliseconds limit() const { return pool_->settings().command_limit; }

  UserId user_;
  std::shared_ptr<Pool> pool_;
  Random& random_;
  std::shared_ptr<WatchBudget> budget_;
  std::shared_ptr<Aside> aside_;
  bool said_no_condstore_ = false;
  bool said_no_uidplus_ = false;
};

template <class T, class... Parameters, class... Arguments>
Task<T> ImapMail::reading(Task<T> (ImapMail::*step)(Connection&, Parameters...),
                          std::optional<FolderKey> preferred, Arguments... arguments) {
  for (;;) {
    Pool::Lease lease = co_await pool_->acquire(preferred);
    try {
      co_return co_await (this->*step)(*lease, arguments...);
    } catch (const Fault& fault) {
      if (fault.kind() != Fault::Kind::unavailable || !lease.reused()) throw;
    }
  }
}

/// States of the messages among the data, ascending; those flagged \Deleted are in `deleted`.
struct States {
  std::vector<MessageState> states;
  UidSet deleted;
};
States collect_states(std::vector<Completed>& completed);
/// Sets of at most a command line's length each.
std::vector<UidSet> pieces(const UidSet& uids);

}  // namespace godwit::backend::imap
