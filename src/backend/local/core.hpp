/// What the parts of the embedded store share: private to this folder.
#pragma once

#include <boost/intrusive/set.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "backend/local/blobs.hpp"
#include "backend/local/content.hpp"
#include "backend/local/local.hpp"
#include "backend/local/share_rows.hpp"
#include "convert/time_zone/zone.hpp"
#include "net/worker.hpp"
#include "sqlite/group_commit.hpp"

namespace godwit::backend::local {

/// The paths inside the store's folder.
std::string database_path(const std::string& folder);
std::string blobs_path(const std::string& folder);
sqlite::OpenOptions open_options(const LocalOptions& options, sqlite::Access access);

/// Who is to be told, by user. Loop thread only.
class Watches {
 public:
  explicit Watches(const Sharers& sharers) : sharers_(sharers) {}
  /// Stands in the list as long as it lives: no memory but its own.
  class Entry : public boost::intrusive::set_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>,
                    boost::intrusive::optimize_size<true>> {
   public:
    Entry(Watches& list, const UserId& user, ChangeListener& listener)
        : user_(user), listener_(&listener) {
      list.entries_.insert(*this);
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    friend class Watches;
    UserId user_;
    ChangeListener* listener_;
  };
  /// What `user` did, or what happened to what is the user's: also to those who share it.
  void tell(const UserId& user, const std::optional<FolderKey>& folder, ChangeListener::Kind kind);
  /// Nobody else.
  void tell_alone(const UserId& user, const std::optional<FolderKey>& folder,
                  ChangeListener::Kind kind);

 private:
  struct UserOf {
    using type = UserId;
    const UserId& operator()(const Entry& entry) const noexcept { return entry.user_; }
  };
  boost::intrusive::multiset<Entry, boost::intrusive::key_of_value<UserOf>,
                             boost::intrusive::constant_time_size<false>>
      entries_;
  const Sharers& sharers_;
};

/// Jobs on the gates refer to it by plain pointer: its destructor waits for them, and must not run
/// on one of their threads.
struct Core {
  Core(LocalOptions given, FileLayer& file_layer, const Clock& a_clock);

  LocalOptions options;
  const Clock& clock;
  convert::Zone zone;  // of calendars
  BlobStore blobs;
  Sharers sharers;
  Watches watches{sharers};       // of mail
  Watches item_watches{sharers};  // of collections
  sqlite::GroupCommitter database;
  Gate files_gate;
  Gate hash_gate;
};

/// Tell the listener what happens to the user's mail, or collections, as long as they live.
std::unique_ptr<Watch> open_mail_watch(std::shared_ptr<Core> core, const UserId& user,
                                       ChangeListener& listener);
std::unique_ptr<Watch> open_item_watch(std::shared_ptr<Core> core, const UserId& user,
                                       ChangeListener& listener);

/// Runs `job` on the writer and returns when it is durable. A caller that is cancelled meanwhile
/// waits to the end all the same (a commit is short): what was changed must be told.
template <class Job>
auto commit(std::shared_ptr<Core> core, Job job)
    -> Task<std::invoke_result_t<Job&, sqlite::Database&>> {
  namespace asio = boost::asio;
  using Value = std::invoke_result_t<Job&, sqlite::Database&>;
  std::exception_ptr failure;
  std::optional<Value> value;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  try {
    value.emplace(co_await core->database.write(std::move(job)));
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  if (failure) std::rethrow_exception(failure);
  co_return std::move(*value);
}

/// A message on its way into a mailbox: its blobs stay while this lives.
struct Upload {
  explicit Upload(BlobStore& blobs) : pins(blobs) {}
  Pins pins;
  Content content;
};
Task<std::shared_ptr<Upload>> upload(std::shared_ptr<Core> core,
                                     std::shared_ptr<const MessageSource> source);

/// Takes back an upload that no row came to name.
Task<> withdraw(std::shared_ptr<Core> core, std::shared_ptr<Upload> uploaded);

/// Removes those of these blobs that no row names (any more). A failure is logged: the next sweep
/// finds them.
Task<std::uint64_t> remove_unused(std::shared_ptr<Core> core, std::vector<std::string> hashes);

}  // namespace godwit::backend::local
