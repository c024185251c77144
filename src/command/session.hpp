/// One request of one device on its way through a command: who, what version, and the few things
/// that commands share, loaded when first asked for.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/directory.hpp"
#include "backend/free_busy.hpp"
#include "backend/items.hpp"
#include "backend/spent.hpp"
#include "base/clock.hpp"
#include "base/language.hpp"
#include "command/answer.hpp"
#include "command/request_cache.hpp"
#include "command/tally.hpp"
#include "command/watching.hpp"
#include "convert/ical/context.hpp"
#include "eas/request_line.hpp"
#include "http/message.hpp"
#include "net/keyed_lock.hpp"
#include "policy/book.hpp"
#include "policy/device.hpp"
#include "policy/device_rules.hpp"
#include "profile/profiles.hpp"
#include "store/store.hpp"
#include "sync/folder_table.hpp"
#include "sync/journal.hpp"
#include "watch/hub.hpp"
#include "wbxml/element.hpp"
#include "wbxml/writer.hpp"

namespace godwit::command {

class CertificateCheck;
class Languages;
class MergedItems;
class Membership;
class Prefetches;
class Running;

/// What the admin may set (docs/guide.md); units in the names.
struct Settings {
  std::uint32_t window_default = 100;
  std::uint32_t window_max = 512;
  std::uint32_t heartbeat_seconds_min = 60;
  std::uint32_t heartbeat_seconds_max = 3540;  // [MS-ASCMD] HeartbeatInterval: at most 3540
  std::uint32_t ping_folders_max = 300;
  std::uint64_t answer_bytes_max = 4 * 1024 * 1024;  // of one Sync answer, one item excepted
  std::uint64_t prefetch_bytes_max = 1024 * 1024;    // of a device's next window; 0 = none
  std::chrono::seconds answer_time_max{25};          // then MoreAvailable (engine.md §1)
  std::uint64_t message_bytes_max = 50 * 1024 * 1024;
  /// Where phones find us, beside default.eas below each; in any case, with a slash behind or not.
  std::vector<std::string> paths = {"/Microsoft-Server-ActiveSync", "/opush/ActiveSyncServlet"};
  /// IANA name: of floating and all-day events, and of zones that nobody knows.
  std::string time_zone = "UTC";
  Language language = Language::english;  // of mails to whom neither device nor directory name one
  profile::ProfilesRef profiles = profile::shipped_profiles();
  policy::Settings provisioning;
  policy::Book policies;
  policy::DeviceRules device_rules;
};

/// The systems around the commands. Outlive every session.
struct Services {
  Clock& clock;
  Random& random;
  store::Store& store;
  watch::Hub& hub;
  Watching& watching;
  backend::MailBackend& mail;
  backend::ItemsBackend* items;  // null where no backend has collections of items
  backend::Submission& submission;
  backend::Vacation* vacation;     // null where no backend offers out-of-office
  backend::Directory* directory;   // null where there is no address list
  backend::FreeBusy* free_busy;    // null where nobody knows
  CertificateCheck* certificates;  // null where certificates cannot be checked
  http::Spools& spools;
  net::KeyedLocks& locks;
  sync::Journal& journal;
  RequestCache& request_cache;
  Prefetches& prefetches;
  Membership& membership;
  Languages& languages;
  Running& running;
  const Settings& settings;
};

class Session {
 public:
  Session(Services& services, http::Request request, eas::RequestLine line, eas::Version version,
          backend::Account account, DeviceId device_id);

  Services& services;
  http::Request request;
  eas::RequestLine line;
  eas::Version version;
  backend::Account account;
  DeviceId device_id;
  policy::Device device;                    // as stored, or fresh
  policy::PolicyRef policy;                 // of the user; comes with the device
  std::uint64_t device_revision = 0;        // 0 = not stored yet
  std::uint64_t connection = 0;             // http::Request::connection
  std::optional<std::uint32_t> policy_key;  // as sent
  wbxml::Element document;                  // the request; a root without a tag when it has no body
  bool has_document = false;
  profile::Behaviour behaviour;   // of its device
  bool leaves_no_record = false;  // its device is not saved, nor told of
  Tally asked, sent;              // items that the device names, and that the answer carries

  Time now() const { return services.clock.now(); }
  /// As set, or less where the device takes no more.
  std::chrono::milliseconds answer_time_max() const;
  std::uint32_t window_max() const;
  std::string user() const { return account.user.str(); }
  backend::Mail& mail();
  std::shared_ptr<backend::Mail> shared_mail();
  /// As the device is shown them, once the folders were read. Null where there are none.
  backend::Items* items();
  /// As they are.
  backend::Items* plain_items();
  /// Hands a mail out, as backend::Submission does.
  Task<Result<>> submit(backend::Submission::Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message);
  /// What the user's backends were asked so far; null: nothing, or there is no clock before them.
  const backend::Spent* mail_spent() const;
  const backend::Spent* items_spent() const;
  const backend::Spent& submission_spent() const { return submission_spent_; }
  /// Whose calendars are read and written.
  convert::ical::Context calendar() const;

  store::Key key(store::Kind kind, std::string name) const {
    return {user(), kind, std::move(name)};
  }
  /// Loads `device`, and finds `policy`; a record that cannot be read counts as none.
  Task<> load_device();
  /// Stores `device` when it differs from what is stored, and `along` with it, all or nothing.
  /// False: somebody else changed it meanwhile.
  Task<bool> save_device(std::vector<store::Write> along = {});

  /// The user's folder identities as last reconciled, without asking the backend; without those
  /// that the device is shown in another.
  Task<sync::FolderTable> folder_table();
  /// The same after asking the backend; the record is brought up to date. `renamed`: what we have
  /// just renamed.
  Task<sync::FolderTable> listed_folders(std::optional<sync::RenamedFolder> renamed = {});
  /// The same with the mail folders that the backend just listed.
  Task<sync::FolderTable> reconciled(std::vector<backend::MailFolder> listed,
                                     std::optional<sync::RenamedFolder> renamed = {});
  /// All of the user's folders, as one of the three read them last.
  const sync::FolderTable& whole_table() const { return whole_table_; }
  /// The folder in which the device is shown a collection; null: in none.
  const sync::FolderRow* shown_row(const FolderKey& collection) const;
  /// What the device calls an item; empty: it is not shown its collection.
  std::string item_id(const FolderKey& collection, std::string href);
  /// Whether an item that the device knows by a name in a folder lies in another, and where.
  std::pair<FolderKey, std::string> item_place(FolderKey shown_in, std::string href);

 private:
  const sync::FolderTable& keep(sync::FolderTable table);
  /// Of the classes that we synchronise; nothing when the backend cannot be asked now.
  Task<std::optional<std::vector<backend::ItemCollection>>> listed_collections();

  std::shared_ptr<backend::Mail> mail_;
  std::shared_ptr<backend::Items> items_;
  std::shared_ptr<MergedItems> merged_;  // null: not merged, or not asked for yet
  sync::FolderTable whole_table_, shown_table_;
  std::optional<policy::Device> stored_device_;
  backend::Spent submission_spent_;
};

/// A document in the making: `writer` writes, `finish` makes the answer.
class DocumentWriter {
 public:
  explicit DocumentWriter(http::Spools& spools) : sink_(spools.writer()), writer_(*sink_) {}
  wbxml::Writer& out() { return writer_; }
  Document finish() { return {sink_->finish()}; }

 private:
  std::unique_ptr<http::BodyWriter> sink_;
  wbxml::Writer writer_;
};

/// `<root><status>n</status></root>`: most commands' failure.
Answer status_answer(Session& session, wbxml::Tag root, wbxml::Tag status, std::uint32_t value);

}  // namespace godwit::command
