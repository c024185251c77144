/// What Godwit needs of the systems behind it. Expected outcomes are Results; a backend that is
/// down, slow or refuses the credentials throws Fault (base/fault.hpp). All calls run on the loop
/// thread and must complete promptly when cancelled.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/data_classes.hpp"
#include "backend/mail_query.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"
#include "item/folder.hpp"
#include "item/message.hpp"
#include "item/uid_set.hpp"

namespace godwit::backend {

/// Who is asking, after sign-in.
struct Account {
  UserId user;
  std::string login;                   // as the backend wants it
  Secret password;                     // of this request; empty with a master user
  std::string display_name;            // may be empty
  std::vector<std::string> addresses;  // the first is the primary one
  std::vector<std::string> send_as{};  // of others, whose mail the user may write
  DataClasses denied{};                // what the user is kept from
  /// The sign-in was by a bearer token, which opens nothing from then on. `password` is the token
  /// where the backend takes it.
  std::optional<Time> token_ends{};
};

struct MailboxStatus {
  std::uint32_t uid_validity = 0;
  Uid uid_next = 1;
  std::uint32_t messages = 0;
  std::uint64_t highest_modseq = 0;  // 0 where the backend has no CONDSTORE
  friend bool operator==(const MailboxStatus&, const MailboxStatus&) = default;
};

struct MailFolder {
  FolderKey key;
  std::optional<FolderKey> parent;  // nothing = at the top
  std::string name;                 // UTF-8, the last level only
  FolderRole role = FolderRole::none;
  bool selectable = true;               // false: holds only folders
  std::optional<MailboxStatus> status;  // where it comes for free
  std::string mailbox_id;               // RFC 8474 MAILBOXID; empty where unknown
};

/// Where a collection's change listing stands. Made by `Mail::changes`, kept by the engine.
struct MailCursor {
  MailboxStatus status;
  /// Servers without CONDSTORE: the backend's own compact listing to compare with. Else empty.
  std::string listing;
};

struct MailChanges {
  MailCursor cursor;                  // the position after these changes
  std::vector<MessageState> changed;  // new or with other flags since, ascending by UID
  UidSet vanished;                    // of the known ones, those that are gone
};

struct FlagChange {
  std::optional<bool> seen{}, answered{}, flagged{}, draft{}, forwarded{};
  std::optional<std::vector<std::string>> keywords{};  // all of them, replacing what was there
};

/// A stretch of a message: `section` as in Part, "" for the whole message, "HEADER" for its header
/// block. Bytes are as stored, Content-Transfer-Encoding not undone.
struct PartRange {
  Uid uid = 0;
  std::string section;
  std::uint64_t offset = 0;
  std::uint64_t length = UINT64_MAX;
};

/// A whole message on its way in; read from once, in order.
class MessageSource {
 public:
  virtual ~MessageSource() = default;
  virtual std::uint64_t size() const = 0;
  /// At most `length` bytes from `offset`; fewer only at the end.
  virtual std::string read(std::uint64_t offset, std::size_t length) const = 0;
};

class StringSource final : public MessageSource {
 public:
  explicit StringSource(std::string text) : text_(std::move(text)) {}
  std::uint64_t size() const override { return text_.size(); }
  std::string read(std::uint64_t offset, std::size_t length) const override {
    return offset >= text_.size() ? std::string() : text_.substr(offset, length);
  }

 private:
  std::string text_;
};

/// Told by a backend when something changed; on the loop thread.
class ChangeListener {
 public:
  enum class Kind : std::uint8_t {
    added,      // a message arrived or was moved in
    other,      // flags changed, something was removed
    hierarchy,  // folders were made, renamed, removed; `folder` is empty
    unknown,    // the watch had a gap: anything may have changed; `folder` may be empty
  };
  virtual ~ChangeListener() = default;
  virtual void changed(const UserId& user, const std::optional<FolderKey>& folder, Kind kind) = 0;
};

/// While it lives, changes of its user are told to the listener.
class Watch {
 public:
  virtual ~Watch() = default;
  /// True when every change is told and none can be missed now: nothing told = nothing changed.
  /// When it becomes true again after a gap, `unknown` was told.
  virtual bool authoritative() const = 0;
  /// True when it gave up (credentials refused): it will tell nothing any more.
  virtual bool ended() const { return false; }
};

/// One user's mail. Errors of all calls that name a folder: not_found (the folder is gone), stale
/// (its UIDVALIDITY is not the one given).
class Mail {
 public:
  virtual ~Mail() = default;

  virtual Task<std::vector<MailFolder>> folders() = 0;
  virtual Task<Result<MailboxStatus>> status(FolderKey folder) = 0;
  /// Of several folders, in the order asked; in one round where the backend can.
  virtual Task<std::vector<Result<MailboxStatus>>> statuses(std::vector<FolderKey> folders) {
    std::vector<Result<MailboxStatus>> out;
    out.reserve(folders.size());
    for (FolderKey& folder : folders) out.push_back(co_await status(std::move(folder)));
    co_return out;
  }

  /// Errors: conflict (a folder of that name exists there), not_found (no such parent), refused.
  virtual Task<Result<FolderKey>> create_folder(std::optional<FolderKey> parent,
                                                std::string name) = 0;
  virtual Task<Result<FolderKey>> rename_folder(FolderKey folder, std::optional<FolderKey> parent,
                                                std::string name) = 0;
  /// With everything below it.
  virtual Task<Result<>> delete_folder(FolderKey folder) = 0;

  /// The UIDs of all messages, or of those received on or after `since`.
  virtual Task<Result<UidSet>> search(FolderKey folder,
                                      std::optional<std::chrono::sys_days> since) = 0;
  /// What changed since `since`; `known` are the UIDs whose disappearance matters. A default cursor
  /// gives the present position and nothing else. Error: stale when UIDVALIDITY changed or
  /// positions went back.
  virtual Task<Result<MailChanges>> changes(FolderKey folder, MailCursor since, UidSet known) = 0;

  /// State, size, header and structure of those that still exist, ascending by UID.
  virtual Task<Result<std::vector<Message>>> fetch(FolderKey folder, std::uint32_t uid_validity,
                                                   std::vector<Uid> uids) = 0;
  /// State alone.
  virtual Task<Result<std::vector<MessageState>>> fetch_state(FolderKey folder,
                                                              std::uint32_t uid_validity,
                                                              std::vector<Uid> uids) = 0;
  /// The bytes asked for, in the order asked; an empty string for what is gone.
  virtual Task<Result<std::vector<std::string>>> read(FolderKey folder, std::uint32_t uid_validity,
                                                      std::vector<PartRange> ranges) = 0;

  /// Error: not_found when the message is gone.
  virtual Task<Result<>> store_flags(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                                     FlagChange change) = 0;
  /// The message's UID in `target`, or 0 when the server does not tell. Error: not_found when the
  /// message is gone. Never both copies, never none: without MOVE the original goes last.
  virtual Task<Result<Uid>> move(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                                 FolderKey target) = 0;
  /// Removes for good; those that are gone already are no error.
  virtual Task<Result<>> expunge(FolderKey folder, std::uint32_t uid_validity, UidSet uids) = 0;
  /// The new UID, or 0 when the server does not tell. Throws Fault::Kind::quota when the mailbox is
  /// full.
  virtual Task<Result<Uid>> append(FolderKey folder, std::shared_ptr<const MessageSource> message,
                                   Flags flags, Time received) = 0;
  /// UIDs from `first` up whose Message-ID header is `message_id`: how a recovered intent looks for
  /// its work.
  virtual Task<Result<UidSet>> find_message_id(FolderKey folder, Uid first,
                                               std::string message_id) = 0;

  /// Messages that the query describes, of all these folders; folders that are gone are left out.
  virtual Task<MailHits> find_messages(std::vector<FolderKey> folders, MailQuery query,
                                       std::size_t hits_max) = 0;

  /// Messages of a conversation (16 bytes: convert::conversation_id_of) in these folders, where the
  /// backend keeps them by it; nothing = it does not, and their headers tell.
  virtual Task<std::optional<MailHits>> find_conversation(std::vector<FolderKey> /*folders*/,
                                                          std::string /*id*/) {
    co_return std::nullopt;
  }
  /// What comes into the inbox of a conversation goes to `target` when it is delivered; nothing =
  /// it stays there again. False = the backend does not do it.
  virtual Task<bool> follow_conversation(std::string /*id*/, std::optional<FolderKey> /*target*/) {
    co_return false;
  }

  /// Begins to tell what changes. The listener outlives the watch.
  virtual std::unique_ptr<Watch> watch(ChangeListener& listener) = 0;
};

/// Sends mail on its way.
class Submission {
 public:
  struct Envelope {
    std::string from;             // address only
    std::vector<std::string> to;  // addresses only, each once
    std::string id;               // the intent's identity: the same mail is not accepted twice
    bool patient = false;  // nobody would try again: it waits where others are refused for now
  };
  virtual ~Submission() = default;
  /// Returns when the next hop (or the durable queue) has taken responsibility. Errors: refused
  /// (with the hop's words), not_found (a recipient does not exist), too_large. Throws Fault when
  /// nobody could take it.
  virtual Task<Result<>> submit(Account account, Envelope envelope,
                                std::shared_ptr<const MessageSource> message) = 0;
};

/// Checks credentials and opens what stands behind a user.
class Users {
 public:
  virtual ~Users() = default;
  /// `login` as the phone sent it. Error: refused (unknown user or wrong password, not told apart).
  virtual Task<Result<Account>> sign_in(std::string login, Secret password) = 0;
};

/// Accounts of users whose sign-in somebody else has checked.
class KnownUsers {
 public:
  virtual ~KnownUsers() = default;
  /// `password`: the user's own, where it is the backend's, too; else empty. Errors: not_found,
  /// refused (no login).
  virtual Task<Result<Account>> known(std::string login, Secret password) = 0;
};

class MailBackend {
 public:
  virtual ~MailBackend() = default;
  /// The user's mail; shared by all requests of that user.
  virtual std::shared_ptr<Mail> open(const Account& account) = 0;
};

/// Out-of-office as [MS-ASCMD] Settings Oof knows it.
struct OutOfOffice {
  enum class State : std::uint8_t { disabled, enabled, scheduled };
  struct Message {
    bool enabled = false;
    std::string text;
    bool html = false;
  };
  State state = State::disabled;
  Time start{};
  Time end{};
  Message internal, external_known, external_unknown;
};

class Vacation {
 public:
  virtual ~Vacation() = default;
  virtual Task<OutOfOffice> out_of_office(Account account) = 0;
  virtual Task<Result<>> set_out_of_office(Account account, OutOfOffice settings) = 0;
};

}  // namespace godwit::backend
