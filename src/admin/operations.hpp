/// What an administrator can ask of a running server; shared by the command line (over the control
/// socket) and, later, the web pages. Requests and replies are JSON, one line each:
///
///   {"operation": "user.add", "arguments": {"login": "ann@example.org", "password": "..."}}
///   {"ok": true, "result": {...}}
///   {"ok": false, "error": {"code": "conflict", "message": "..."}}
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/directory.hpp"
#include "backend/removed_item.hpp"
#include "backend/share.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"
#include "policy/audit.hpp"
#include "policy/device.hpp"
#include "profile/profiles.hpp"

namespace godwit::auth {
class AppPasswords;
}
namespace godwit::backend {
class KnownUsers;
}

namespace godwit::admin {

class Importer;
class Insight;
class PolicyEditor;
class Traces;

struct NewUser {
  std::string login;  // user@domain
  Secret password;
  std::string display_name;
  std::vector<std::string> aliases;
  std::uint64_t quota_bytes = 0;  // 0 = the configured one
  std::string origin = {};        // which entry of a directory; empty: added by hand
};

struct User {
  std::string login;
  std::string display_name;
  std::vector<std::string> aliases;
  std::uint64_t quota_bytes = 0;
  std::uint64_t used_bytes = 0;
  std::string origin = {};
};

/// Users of the embedded store brought in step with a directory. Logins, in order.
struct UserSync {
  std::vector<std::string> added, changed, removed;
  std::vector<std::string> adopted;  // were there already, and are the directory's from now on
  std::vector<std::string> gone;     // came from the directory, which has them no more; they stay
  bool held_back = false;            // `gone` may not be removed: they are too many, or
  bool elsewhere = false;            // other servers have a part of the directory
  /// Login, and what the directory calls the user now: an address of the same mailbox.
  std::vector<std::pair<std::string, std::string>> renamed;
  std::vector<std::string> unusable;  // entries of the directory that make no user, and why
  std::vector<std::pair<std::string, std::string>> failed;  // login, why
};

struct UserSyncOrder {
  bool dry_run = false;  // says what would be done
  /// Told of each change before it is made ("added", "adopted", "changed", "removed"): what throws
  /// here is not made. And once it is tried, of how it went.
  std::function<Task<>(std::string_view what, std::string login)> about_to;
  std::function<Task<>(std::string_view what, std::string login, Result<> done)> tried;
};

/// The users of the embedded store. Errors: conflict, not_found, refused (unknown domain, weak or
/// empty password), malformed. The implementation drops cached sign-ins.
class Accounts {
 public:
  virtual ~Accounts() = default;
  virtual Task<Result<>> add(NewUser user) = 0;
  virtual Task<std::vector<User>> list() = 0;
  virtual Task<Result<>> set_password(std::string login, Secret password) = 0;
  virtual Task<Result<>> remove(std::string login) = 0;
  /// Where the user came from, as NewUser has it.
  virtual Task<Result<std::string>> origin(std::string login) = 0;
  virtual Task<Result<>> set_origin(std::string login, std::string origin) = 0;
  /// The user's entry in the address list.
  virtual Task<Result<backend::Person>> person(std::string login) = 0;
  virtual Task<Result<>> change_person(std::string login, backend::PersonChange change) = 0;
  /// Errors: unsupported (no directory is configured), conflict (it runs already), refused (the
  /// directory says that there is nobody). Throws Fault when it cannot be read whole.
  virtual Task<Result<UserSync>> sync(UserSyncOrder order) = 0;
};

/// The groups of the embedded store. Errors as of Accounts, and too_large.
class Groups {
 public:
  virtual ~Groups() = default;
  virtual Task<Result<>> add(backend::Group group) = 0;
  /// Without members.
  virtual Task<std::vector<backend::Group>> list() = 0;
  virtual Task<Result<backend::Group>> show(std::string address) = 0;
  virtual Task<Result<>> change(std::string address, backend::GroupChange change) = 0;
  virtual Task<Result<>> add_members(std::string address, std::vector<std::string> members) = 0;
  virtual Task<Result<>> remove_members(std::string address, std::vector<std::string> members) = 0;
  virtual Task<Result<>> remove(std::string address) = 0;
};

/// Items that users of the embedded store removed lately. Errors: not_found, conflict (an item of
/// that name is there).
class RemovedItems {
 public:
  virtual ~RemovedItems() = default;
  virtual Task<Result<std::vector<backend::RemovedItem>>> list(std::string login) = 0;
  virtual Task<Result<>> restore(std::string login, std::int64_t number) = 0;
};

/// Folders and collections that users of the embedded store share with each other. Errors:
/// not_found, conflict (several are called so: name the class), refused.
class Shares {
 public:
  struct Place {
    std::string owner;
    std::string folder;
    std::optional<ItemClass> item_class{};
  };
  virtual ~Shares() = default;
  virtual Task<Result<>> share(Place place, std::string reader, backend::ShareRight right) = 0;
  virtual Task<Result<>> unshare(Place place, std::string reader) = 0;
  /// Of one user, as owner or reader, or of all.
  virtual Task<Result<std::vector<backend::Share>>> list(std::optional<std::string> user) = 0;
};

/// A mail that waits for the next mail server.
struct WaitingMail {
  std::string name;  // as logs name it
  std::string user;
  std::string from;
  std::vector<std::string> to;  // those who have not got it yet
  std::uint64_t bytes = 0;
  Time accepted{};
  Time next{};  // when it is tried again
  std::uint32_t attempts = 0;
  std::string reason;  // why it waits
};

/// What waits in all.
struct Backlog {
  std::uint64_t mails = 0;
  std::optional<Time> oldest{};  // when it was accepted
};

/// The queue of outgoing mail.
class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual Task<std::vector<WaitingMail>> list() = 0;
  virtual Task<Backlog> backlog() = 0;
  /// False: none of that name waits.
  virtual Task<bool> retry(std::string name) = 0;
  virtual Task<bool> remove(std::string name) = 0;
};

/// Who asks: a person, and where from; empty where the way in has no addresses.
struct Caller {
  std::string name = "administrator";
  std::string address;
};

struct Device {
  UserId user;
  DeviceId id;
  std::string type{};     // as the phone calls itself: "iPhone"
  std::string model{};    // empty where it did not say
  std::string agent{};    // User-Agent
  std::string version{};  // protocol version last used
  std::string state{};  // "allowed", "blocked", "wipe pending", "wiped", "account wipe failed" ...
  std::optional<Time> seen{};        // its last request
  bool wipes_account_alone = false;  // knows how to remove the account and nothing else
  /// Opens the device when its user forgot the password; kept where the policy asks for it.
  std::optional<Secret> recovery_password = {};  // by `show` alone
  /// What else is known, by name; by `show` alone.
  std::vector<std::pair<std::string, std::string>> facts = {};
};

/// A device of a user.
struct DeviceName {
  UserId user;
  DeviceId id;
};

/// What is to be done with which device, at whose word.
struct Order {
  UserId user;
  DeviceId device;
  Caller by;
};

/// What is done about what a device is recorded to have.
struct Repair {
  enum class What : std::uint8_t {
    resend,   // one item: removed from the device, then sent anew
    forget,   // one item: removed from the device, and kept from it until it changes
    rebuild,  // one folder: its record is held against what it has
  };
  What what = What::rebuild;
  std::string of;  // an item's ServerId or Message-ID; a folder's id or name
};

/// Devices of all users. Each order is an entry of the audit log, in one commit with what it does.
/// Errors: not_found; conflict (wiping what is wiped already; what does not fit its state).
class Devices {
 public:
  virtual ~Devices() = default;
  /// Of one user, or of all.
  virtual Task<std::vector<Device>> list(std::optional<UserId> user) = 0;
  virtual Task<Result<Device>> show(UserId user, DeviceId device) = 0;
  /// Of the account alone: refused (unsupported) for a device that does not know that.
  virtual Task<Result<>> wipe(Order order, policy::WipeScope scope) = 0;
  /// Takes an unanswered wipe back, or lets a wiped device in again.
  virtual Task<Result<>> release(Order order) = 0;
  /// Whatever rules say; ends a quarantine.
  virtual Task<Result<>> allow(Order order) = 0;
  virtual Task<Result<>> block(Order order) = 0;
  /// Takes `allow` and `block` back: rules decide.
  virtual Task<Result<>> unblock(Order order) = 0;
  /// What it is known to do its own way (profile/profiles.hpp); empty: as the profiles find.
  virtual Task<Result<>> set_profile(Order order, std::string name) = 0;
  virtual profile::ProfilesRef profiles() const = 0;
  /// Everything starts over with the device's next request: as though the account were new.
  virtual Task<Result<>> resync(Order order) = 0;
  /// Nothing is known of it any more, but what the audit log says. Refused while it is wiped.
  virtual Task<Result<>> forget(Order order) = 0;
};

/// What of the audit log is asked for; empty = whatever.
struct AuditQuery {
  std::string user{}, device{};
  std::optional<Time> since{};
  std::size_t entries_max = 1000;  // the newest ones
};

class Audit {
 public:
  virtual ~Audit() = default;
  /// Oldest first.
  virtual Task<std::vector<policy::AuditEntry>> list(AuditQuery query) = 0;
  /// Durable when it returns; the time is filled in.
  virtual Task<> add(policy::AuditEntry entry) = 0;
};

/// One policy, as an administrator sees it.
struct Policy {
  std::string name;
  std::string mode;  // "off", "loose", "strict"
  bool accept_partial = true;
  bool accept_external = true;
  std::vector<std::string> users, groups, domains;
  std::vector<std::string> assigned;                          // users to whom it was assigned
  std::vector<std::pair<std::string, std::string>> settings;  // in the order of the document
};

/// Whose policy is which. Errors: not_found.
class Policies {
 public:
  virtual ~Policies() = default;
  virtual Task<std::vector<Policy>> list() = 0;
  /// The name of the user's policy, and why: "default", "assigned", "user", "group".
  struct Answer {
    std::string name;
    std::string reason;
  };
  virtual Task<Answer> of_user(UserId user) = 0;
  /// An empty name takes the assignment back.
  virtual Task<Result<>> assign(UserId user, std::string name) = 0;
};

/// What rules would make of a device.
struct Hit {
  std::string user, device, type, agent;
  std::string now;   // its state
  std::string then;  // "allowed", "blocked", "quarantined"
  std::string rule;  // which one decides; empty = none
};

/// A user whose changes are watched, since requests of the user's devices wait.
struct WatchedUser {
  UserId user;
  std::string mail, items;  // how changes are learnt of: "store", "notify" ...; empty: not at all
  bool sees_all = false;    // of the mail's
  bool gave_up = false;     // the password was refused
  bool waited_for = false;  // by a request, now
  std::size_t folders = 0;
  std::chrono::seconds age{};
};

/// A request of a device that is not answered yet.
struct RunningRequest {
  UserId user;
  DeviceId device;
  std::string command;
  bool waits = false;                  // for a change; else it is worked at
  std::vector<std::string> folders{};  // collections that it waits for, or names
  std::chrono::milliseconds age{};
  std::uint64_t bytes_in = 0;
  std::chrono::milliseconds backend{};  // calls of backends that came to an end
};

/// A mail server, or another source, that tells of changes.
struct PushSource {
  std::string name;
  std::uint64_t told = 0;                          // events of users whose devices wait
  std::uint64_t unwatched = 0;                     // of users who do not wait, or do not exist
  std::uint64_t ignored = 0;                       // of nothing that concerns a mailbox
  std::uint64_t malformed = 0, limited = 0;        // requests
  std::optional<std::chrono::seconds> silent_for;  // nothing: silent since the start
  bool is_quiet = false;                           // taken for broken
};

struct PushSources {
  std::vector<PushSource> sources{};
  std::uint64_t refused = 0;  // requests that proved no source
};

/// What goes on just now.
class Activity {
 public:
  virtual ~Activity() = default;
  /// By user.
  virtual std::vector<WatchedUser> watched() const = 0;
  virtual PushSources push_sources() const = 0;
  /// The oldest first, at most `rows_max`; and how many there are.
  virtual std::pair<std::vector<RunningRequest>, std::size_t> running(
      std::size_t rows_max) const = 0;
};

struct Status {
  std::string version = {};
  std::string mode = {};     // "serving", "administration only", "draining"
  std::string problem = {};  // why administration only
  std::int64_t uptime_seconds = 0;
  std::uint64_t connections = 0;
  std::uint64_t parked = 0;
  std::vector<std::string> listening = {};
};

/// Answers requests. What is null is not there in this configuration, and said so.
class Operations {
 public:
  struct Parts {
    Accounts* accounts = nullptr;
    Devices* devices = nullptr;
    Importer* importer = nullptr;  // there where the devices are
    Outbox* outbox = nullptr;
    std::function<Status()> status;
    /// Drops what is cached about a user, and ends the user's waiting requests.
    std::function<void(const UserId&)> forget_user;
    /// Ends what the user signed in to with the own password: that is another now.
    std::function<void(const UserId&)> end_sessions = {};
    Groups* groups = nullptr;  // there where the accounts are
    auth::AppPasswords* app_passwords = nullptr;
    backend::KnownUsers* known_users = nullptr;  // there where app passwords are
    Policies* policies = nullptr;
    PolicyEditor* policy_editor = nullptr;  // there where the policies are
    Audit* audit = nullptr;
    /// Whom the rules of a configuration file, given as text, would keep out or let in who are not
    /// now. Null where there are no devices.
    std::function<Task<Result<std::vector<Hit>>>(std::string)> dry_run = {};
    Insight* insight = nullptr;  // there where phones are served
    /// What is going to happen, in words; makes its own entry in the audit log.
    std::function<Task<Result<std::string>>(Order, Repair)> repair = {};
    Caller caller = {};                     // of the request that runs
    RemovedItems* removed_items = nullptr;  // there where the accounts are
    Shares* shares = nullptr;               // likewise
    Activity* activity = nullptr;           // there where phones are served
    Traces* traces = nullptr;               // likewise
  };
  explicit Operations(Parts parts) : parts_(std::move(parts)) {}
  /// What was not there before may be now. What runs goes on with the parts it found.
  void replace(Parts parts) { parts_ = std::move(parts); }

  /// Never throws: every failure is a reply. `line` is at most `request_bytes_max` long.
  Task<std::string> run(std::string line, Caller caller = {});

  static constexpr std::size_t request_bytes_max = 1024 * 1024;

 private:
  Parts parts_;
};

}  // namespace godwit::admin
