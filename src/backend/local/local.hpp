/// The embedded store of mail, events, contacts, tasks and notes: one SQLite database and a folder
/// of content-addressed blobs. Opened once per process; its users, delivery and out-of-office
/// (users.hpp, delivery.hpp, vacation.hpp) work on the same object.
///
/// What a call has answered is durable. Changes are told to the watches of the user right after
/// they are committed, whoever made them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/items.hpp"
#include "backend/shared_rule.hpp"
#include "base/files.hpp"

namespace godwit::backend {

namespace local {
struct Core;
}

struct LocalOptions {
  std::string folder;                // holds mail.sqlite and blobs/
  std::vector<std::string> domains;  // mail domains, lower case; the first is the primary one
  std::uint64_t quota_bytes = 0;     // of users without a quota of their own; 0 = no limit
  std::string time_zone = "UTC";     // IANA name: of calendars where they name none
  std::string automatic_reply = "Automatic reply: ";   // before the subject that is answered
  SharedRule shared{.which = SharedRule::Which::all};  // what of others' users see
  std::string vfs = {};                                // of SQLite; empty: the system's
  unsigned readers = 2;                                // threads that read the database and blobs
  unsigned file_threads = 2;                           // threads that write blobs
  /// What one password hash costs (argon2id), and what all at once may take.
  std::uint64_t hash_memory_bytes = std::uint64_t{64} * 1024 * 1024;
  std::uint64_t hash_passes = 2;
  std::uint64_t hash_memory_budget_bytes = std::uint64_t{128} * 1024 * 1024;
  std::function<void(const std::string& what)> damaged = {};  // sqlite::OpenOptions
};

class LocalStore final : public MailBackend, public ItemsBackend {
 public:
  /// Blocks. The folder is made; the schema must be there (administration.hpp). Throws Fault, also
  /// sqlite::SchemaMismatch. `files` and `clock` outlive the store.
  LocalStore(LocalOptions options, FileLayer& files, const Clock& clock);
  ~LocalStore() override;

  std::shared_ptr<Mail> open(const Account& account) override;
  std::shared_ptr<Items> open_items(const Account& account) override;

  /// Removes blobs that no message needs: what a kill left behind. Costs a look at every blob; run
  /// it once after the start. Returns how many it removed.
  /// `stopping`, when given, is looked at between folders: true ends it early.
  Task<std::uint64_t> sweep(const bool* stopping = nullptr);

  /// Brings mail from before the full-text index into it; run it once after the start. Searches
  /// find the newest first meanwhile. Returns how many contents came in.
  Task<std::uint64_t> index_old_mail(const bool* stopping = nullptr);

  /// Records the conversations of mail from before they were kept; run it once after the start.
  /// Until it is done they are not known. Returns of how many contents.
  Task<std::uint64_t> thread_old_mail(const bool* stopping = nullptr);

  const std::shared_ptr<local::Core>& core() const { return core_; }

 private:
  std::shared_ptr<local::Core> core_;
};

}  // namespace godwit::backend
