/// A mail backend held in memory, for tests and the simulator: the full promises of backend.hpp,
/// and the hands of "somebody else" who edits the mailbox, breaks calls and loses answers. Its
/// coroutines never suspend. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/memory/memory_items.hpp"
#include "base/fault.hpp"

namespace godwit::backend {

/// One user's mail. The calls of `Mail` can be made to fail; the others are the test's own hands.
class MemoryMail final : public Mail, public std::enable_shared_from_this<MemoryMail> {
 public:
  enum class Keys : std::uint8_t {
    stable,  // a folder keeps its key for ever, as in the embedded store
    names,   // the key is the path, as with IMAP: renaming a folder changes it
  };
  /// When a call that fails does so.
  enum class Mishap : std::uint8_t {
    before,  // nothing was done
    after,   // it was done, the answer is lost
  };

  MemoryMail(UserId user, const Clock& clock, Keys keys);
  ~MemoryMail() override;

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
  std::unique_ptr<Watch> watch(ChangeListener& listener) override;

  // What somebody else does. Each call is one change (one modseq) and tells the watches.

  /// The folder at this path of names; nothing when there is none.
  std::optional<FolderKey> find_folder(const std::vector<std::string>& path) const;
  std::optional<FolderKey> find_folder(FolderRole role) const;
  /// Received now unless told otherwise. The folder must exist, as for all calls below.
  Uid deliver(const FolderKey& folder, std::string message, Flags flags = {},
              std::optional<Time> received = std::nullopt);
  /// All under one modseq.
  UidSet deliver_together(const FolderKey& folder, const std::vector<std::string>& messages);
  void set_flags(const FolderKey& folder, const UidSet& uids, const Flags& flags);
  void remove(const FolderKey& folder, const UidSet& uids);
  FolderKey add_folder(std::optional<FolderKey> parent, std::string name,
                       FolderRole role = FolderRole::none);
  FolderKey rename(const FolderKey& folder, std::string name);
  void remove_folder(const FolderKey& folder);
  void set_selectable(const FolderKey& folder, bool selectable);
  /// As after a restored or rebuilt mailbox: new UIDVALIDITY, UIDs from 1 in the old order.
  void change_uid_validity(const FolderKey& folder);
  /// All messages of a folder with their state, ascending by UID: what the device must end with.
  std::vector<MessageState> states(const FolderKey& folder) const;
  /// The whole message, or nothing.
  std::optional<std::string> text(const FolderKey& folder, Uid uid) const;
  /// Octets the user may hold; over it append throws Fault::Kind::quota.
  void set_quota(std::uint64_t bytes) { quota_ = bytes; }

  // Breaking calls of `Mail`.

  /// The next `calls` calls throw Fault.
  void fail_next(unsigned calls, Fault::Kind kind = Fault::Kind::unavailable,
                 Mishap when = Mishap::before);
  /// The next `move` throws, whatever is called before it.
  void fail_next_move(Fault::Kind kind) { move_failure_ = kind; }
  /// The same of `changes`.
  void fail_next_changes(Fault::Kind kind) { changes_failure_ = kind; }
  /// Done once, as the next `fetch` or `fetch_state` begins: somebody else is quicker.
  void before_next_fetch(std::function<void()> meanwhile) { meanwhile_ = std::move(meanwhile); }
  /// `fetch` leaves these out, whatever their folder, though everything else shows them.
  void withhold(UidSet uids) { withheld_ = std::move(uids); }
  /// Messages of the folder can be read and nothing else.
  void set_read_only(const FolderKey& folder, bool read_only);
  /// How many calls of `Mail` there were, `watch` not counted.
  std::uint64_t calls() const { return calls_; }
  /// False: watches say that they may miss changes, and they do: nothing is told. True again: that
  /// there was a gap is told.
  void set_watch_authoritative(bool authoritative);
  const UserId& user() const { return user_; }

 private:
  struct Content;
  struct Stored;
  struct Folder;
  class MemoryWatch;

  void begin_call();
  void end_call();
  Folder* find(const FolderKey& key) const;
  Folder& get(const FolderKey& key) const;
  Result<Folder*> checked(const FolderKey& key) const;
  Result<Folder*> checked(const FolderKey& key, std::uint32_t uid_validity) const;
  FolderKey key_of(const Folder& folder) const;
  Folder* child(const Folder* parent, std::string_view name) const;
  bool is_below(const Folder& folder, const Folder& ancestor) const;
  Result<Folder*> make(const std::optional<FolderKey>& parent, std::string name, FolderRole role);
  Result<FolderKey> rename_now(const FolderKey& key, const std::optional<FolderKey>& parent,
                               std::string name);
  Result<> delete_now(const FolderKey& key);
  Result<MailChanges> changes_now(const FolderKey& key, const MailCursor& since,
                                  const UidSet& known) const;
  Result<> store_flags_now(const FolderKey& key, std::uint32_t uid_validity, Uid uid,
                           const FlagChange& change);
  Result<Uid> move_now(const FolderKey& key, std::uint32_t uid_validity, Uid uid,
                       const FolderKey& target);
  Uid put(Folder& folder, std::shared_ptr<const Content> content, Flags flags, Time received);
  void take(Folder& folder, const UidSet& uids);
  void tell(const Folder* folder, ChangeListener::Kind kind);

  UserId user_;
  const Clock& clock_;
  Keys keys_;
  std::vector<std::unique_ptr<Folder>> folders_;
  std::vector<MemoryWatch*> watches_;
  std::uint64_t next_folder_ = 1;
  std::uint32_t next_validity_ = 0;
  std::uint64_t quota_ = UINT64_MAX;
  std::uint64_t used_ = 0;
  std::uint64_t calls_ = 0;
  unsigned failing_ = 0;
  Fault::Kind failure_ = Fault::Kind::unavailable;
  Mishap mishap_ = Mishap::before;
  std::optional<Fault::Kind> move_failure_, changes_failure_;
  std::function<void()> meanwhile_;
  UidSet withheld_;
  bool authoritative_ = true;
};

/// The users, their mail and their collections.
class MemoryServer final : public MailBackend, public ItemsBackend, public Users {
 public:
  explicit MemoryServer(const Clock& clock, MemoryMail::Keys keys = MemoryMail::Keys::stable);

  /// `address` is the canonical name; signs in as the address or its local part.
  Account add_user(const std::string& address, std::string password, std::string display_name = {});
  /// Another address of the user's, not one to sign in with.
  void add_alias(const UserId& user, const std::string& address);
  /// The user may write mail as that address.
  void add_send_as(const UserId& user, const std::string& address);
  /// What the user is kept from, from the next sign-in on.
  void deny(const UserId& user, DataClasses classes);
  MemoryMail& mail(const UserId& user);
  MemoryItems& items(const UserId& user);

  std::shared_ptr<Mail> open(const Account& account) override;
  std::shared_ptr<Items> open_items(const Account& account) override;
  Task<Result<Account>> sign_in(std::string login, Secret password) override;

 private:
  struct User {
    Account account;
    Secret password;
    std::shared_ptr<MemoryMail> mail;
    std::shared_ptr<MemoryItems> items;
  };

  const Clock& clock_;
  MemoryMail::Keys keys_;
  std::map<UserId, User> users_;
};

}  // namespace godwit::backend
