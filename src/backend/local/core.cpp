#include "backend/local/core.hpp"

#include <algorithm>

#include "backend/local/items.hpp"
#include "backend/local/limits.hpp"
#include "backend/local/mail.hpp"
#include "backend/local/schema.hpp"
#include "backend/watch_source.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend {

namespace local {

namespace {

constexpr Log store_log("local.store");
constexpr std::size_t gate_queue_max = 1000;

sqlite::CommitterOptions committer_options(const LocalOptions& options) {
  return {.database = open_options(options, sqlite::Access::read_write),
          .readers = options.readers};
}

unsigned hash_threads(const LocalOptions& options) {
  const std::uint64_t threads =
      options.hash_memory_budget_bytes / std::max<std::uint64_t>(options.hash_memory_bytes, 1);
  return static_cast<unsigned>(std::clamp<std::uint64_t>(threads, 1, 64));
}

/// `list` is one of `core`. Every user who waits has two watches: they are kept small.
class LocalWatch final : public Watch, public WatchSource {
 public:
  LocalWatch(std::shared_ptr<Core> core, Watches& list, const UserId& user,
             ChangeListener& listener)
      : core_(std::move(core)), entry_(list, user, listener) {}

  bool authoritative() const override { return true; }
  std::string source() const override { return "store"; }

 private:
  std::shared_ptr<Core> core_;
  Watches::Entry entry_;
};

/// A restored backup may have positions that were used by what came after it: all of them end.
void end_old_positions(sqlite::Database& database, Time now) {
  {
    auto row = database.query("SELECT value FROM meta WHERE name = 'restored'");
    if (!row.step()) return;
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  sqlite::transaction(database, [&] {
    database.run("UPDATE mailbox SET uid_validity = max(uid_validity + 1, ?)", seconds.count());
    database.run("UPDATE collection SET epoch = max(epoch + 1, ?)", seconds.count());
    database.run("DELETE FROM meta WHERE name = 'restored'");
  });
  store_log.warning("store.restored", {{"effect", "all folders get a new UIDVALIDITY"}});
}

/// Opens it once by itself: the schema must be right before anybody works on it.
LocalOptions prepared(LocalOptions options, FileLayer& files, Time now) {
  files.make_folders(options.folder);
  sqlite::Database database(open_options(options, sqlite::Access::create));
  sqlite::require_schema(database, migrations);
  end_old_positions(database, now);
  return options;
}

}  // namespace

std::string database_path(const std::string& folder) { return folder + "/mail.sqlite"; }

std::string blobs_path(const std::string& folder) { return folder + "/blobs"; }

sqlite::OpenOptions open_options(const LocalOptions& options, sqlite::Access access) {
  return {.path = database_path(options.folder),
          .access = access,
          .vfs = options.vfs,
          .damaged = options.damaged};
}

void Watches::tell(const UserId& user, const std::optional<FolderKey>& folder,
                   ChangeListener::Kind kind) {
  tell_alone(user, folder, kind);
  std::vector<UserId> others;
  if (folder) {
    const auto found = sharers_.of_folder.find(folder->view());
    if (found != sharers_.of_folder.end()) others = found->second;
  } else {
    const auto found = sharers_.of_owner.find(user);
    if (found != sharers_.of_owner.end()) others = found->second;
  }
  for (const UserId& other : others) {
    if (other != user) tell_alone(other, folder, kind);
  }
}

void Watches::tell_alone(const UserId& user, const std::optional<FolderKey>& folder,
                         ChangeListener::Kind kind) {
  std::vector<ChangeListener*> listeners;
  const auto [begin, end] = entries_.equal_range(user);
  for (auto at = begin; at != end; ++at) listeners.push_back(at->listener_);
  for (ChangeListener* const listener : listeners) {
    // A listener may end watches, its own included.
    const auto [first, last] = entries_.equal_range(user);
    const bool alive =
        std::any_of(first, last, [&](const Entry& entry) { return entry.listener_ == listener; });
    if (alive) listener->changed(user, folder, kind);
  }
}

Core::Core(LocalOptions given, FileLayer& file_layer, const Clock& a_clock)
    : options(prepared(std::move(given), file_layer, a_clock.now())),
      clock(a_clock),
      zone(convert::Zone::named(options.time_zone).value_or(convert::Zone::utc())),
      blobs(file_layer, blobs_path(options.folder)),
      database(committer_options(options)),
      files_gate("local files", options.file_threads, gate_queue_max),
      hash_gate("password hashes", hash_threads(options), gate_queue_max) {
  blobs.prepare();
  sqlite::Database shares(open_options(options, sqlite::Access::read_write));
  sharers = read_sharers(shares);
}

std::unique_ptr<Watch> open_mail_watch(std::shared_ptr<Core> core, const UserId& user,
                                       ChangeListener& listener) {
  Watches& list = core->watches;
  return std::make_unique<LocalWatch>(std::move(core), list, user, listener);
}

std::unique_ptr<Watch> open_item_watch(std::shared_ptr<Core> core, const UserId& user,
                                       ChangeListener& listener) {
  Watches& list = core->item_watches;
  return std::make_unique<LocalWatch>(std::move(core), list, user, listener);
}

Task<std::shared_ptr<Upload>> upload(std::shared_ptr<Core> core,
                                     std::shared_ptr<const MessageSource> source) {
  auto work = [core = core.get(), source] {
    auto made = std::make_shared<Upload>(core->blobs);
    made->content = store_content(core->blobs, made->pins, *source);
    return made;
  };
  co_return co_await blocking(core->files_gate, std::move(work));
}

Task<> withdraw(std::shared_ptr<Core> core, std::shared_ptr<Upload> uploaded) {
  std::vector<std::string> hashes;
  for (const auto& [hash, size] : uploaded->content.blobs) hashes.push_back(hash);
  uploaded.reset();  // the last one: nothing is pinned any more
  co_await remove_unused(std::move(core), std::move(hashes));
}

Task<std::uint64_t> remove_unused(std::shared_ptr<Core> core, std::vector<std::string> hashes) {
  if (hashes.empty()) co_return 0;
  auto job = [core = core.get(),
              hashes = std::move(hashes)](sqlite::Database& database) -> std::uint64_t {
    const auto unused = [&](const std::string& hash) {
      auto row = database.query("SELECT 1 FROM blob WHERE hash = ?", sqlite::Blob{hash});
      return !row.step();
    };
    try {
      return core->blobs.remove(hashes, unused);
    } catch (const Fault& fault) {
      store_log.warning("store.blobs_left", {{"error", fault.what()}});
      return 0;
    }
  };
  co_return co_await core->database.read(std::move(job));
}

}  // namespace local

LocalStore::LocalStore(LocalOptions options, FileLayer& files, const Clock& clock)
    : core_(std::make_shared<local::Core>(std::move(options), files, clock)) {}

LocalStore::~LocalStore() = default;

std::shared_ptr<Mail> LocalStore::open(const Account& account) {
  return std::make_shared<local::LocalMail>(core_, account.user);
}

std::shared_ptr<Items> LocalStore::open_items(const Account& account) {
  return std::make_shared<local::LocalItems>(core_, account.user);
}

Task<std::uint64_t> LocalStore::sweep(const bool* stopping) {
  const std::shared_ptr<local::Core> core = core_;
  std::uint64_t removed = 0;
  for (unsigned n = 0; n < local::BlobStore::folders; ++n) {
    if (stopping != nullptr && *stopping) break;
    auto work = [core = core.get(), n] { return core->blobs.list(n); };
    auto hashes = co_await blocking(core->files_gate, std::move(work));
    removed += co_await local::remove_unused(core, std::move(hashes));
  }
  co_return removed;
}

}  // namespace godwit::backend
