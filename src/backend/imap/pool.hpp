/// One user's connections: bounded, kept selected, closed when unused. One refusal of the
/// credentials ends all attempts until somebody signs in anew.
#pragma once

#include <chrono>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "backend/imap/connection.hpp"
#include "net/loop.hpp"

namespace godwit::backend::imap {

class Watcher;
class PushedWatcher;

class Pool : public std::enable_shared_from_this<Pool> {
 public:
  /// A connection for as long as it lives; goes back when it is still good.
  class Lease {
   public:
    Lease(std::shared_ptr<Pool> pool, std::unique_ptr<Connection> connection, bool reused)
        : pool_(std::move(pool)), connection_(std::move(connection)), reused_(reused) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_) pool_->give_back(std::move(connection_));
    }
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }
    /// It was idle for a while: a server that closed it meanwhile is no failure.
    bool reused() const { return reused_; }

   private:
    std::shared_ptr<Pool> pool_;
    std::unique_ptr<Connection> connection_;
    bool reused_;
  };

  Pool(std::shared_ptr<const Settings> settings, net::Executor executor, Credentials credentials);
  ~Pool();

  /// A connection, if possible one that has `preferred` selected. Throws Fault: sign_in_failed at
  /// once when they were refused before; busy when all are in use for too long; unavailable when
  /// the password is not kept any more.
  Task<Lease> acquire(std::optional<FolderKey> preferred);
  /// A connection outside of the bound, for a watch.
  Task<std::unique_ptr<Connection>> open();
  /// Takes in one that was opened by a sign-in.
  void adopt(std::unique_ptr<Connection> connection);
  /// Credentials that were proved, or are other than those that were refused.
  void set_credentials(Credentials credentials, bool proved);
  const Credentials& credentials() const { return credentials_; }
  bool refused() const { return refused_; }
  /// No kept connection has this mailbox, or one below it, selected any more.
  void forget(const FolderKey& key);
  void close_all();
  /// A watch needs the credentials as long as it runs.
  void begin_watch() { ++watches_; }
  void end_watch();
  /// Somebody learned of messages on some connection: others must look before they fetch them.
  void learned(Connection& connection) { connection.synced = ++news_; }
  bool is_current(const Connection& connection) const { return connection.synced == news_; }
  void looked(Connection& connection) const { connection.synced = news_; }
  /// What the engine was told last of each mailbox: a watch begins there, so that nothing is missed
  /// between that and its first look.
  struct Told {
    MailboxStatus status;
    std::optional<std::uint32_t> unseen;  // without CONDSTORE: the one sign of a changed flag
  };
  std::map<std::string, Told, std::less<>> told;
  /// What watches the user's mailboxes, while somebody listens.
  std::weak_ptr<Watcher> watcher;
  /// The same, where a source tells of them: no connection.
  std::weak_ptr<PushedWatcher> pushed;
  const Settings& settings() const { return *settings_; }
  const net::Executor& executor() const { return executor_; }

 private:
  struct Idle;
  struct Waiter;
  struct Reaper;

  Task<> wait_for_room();
  void give_back(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> take_idle(const std::optional<FolderKey>& preferred);
  void wake_one();
  void schedule_reaper();
  void reap();

  std::shared_ptr<const Settings> settings_;  // what is under way may outlive the server
  net::Executor executor_;
  Credentials credentials_;
  bool refused_ = false;
  std::size_t watches_ = 0;
  std::chrono::steady_clock::time_point used_{};
  std::uint64_t news_ = 0;
  std::size_t count_ = 0;  // leased, idle and being opened
  std::list<Idle> idle_;   // the latest used first
  std::deque<std::shared_ptr<Waiter>> waiters_;
  std::unique_ptr<Reaper> reaper_;
};

}  // namespace godwit::backend::imap
