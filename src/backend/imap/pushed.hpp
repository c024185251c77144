/// Watches without a connection: a source tells of changes (backend/hints.hpp), and a slow sweep
/// finds what it did not tell. One timer and a bounded number of sweeps for all users.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/hints.hpp"
#include "backend/imap/listeners.hpp"
#include "backend/imap/mailbox_sweep.hpp"
#include "backend/imap/pool.hpp"
#include "base/shared_text.hpp"

namespace godwit::backend::imap {

/// One user's: what was seen last, packed, since there may be many of them.
class PushedWatcher {
 public:
  using Steady = std::chrono::steady_clock;
  using Kind = ChangeListener::Kind;

  PushedWatcher(UserId user, std::shared_ptr<Pool> pool, std::size_t source);
  ~PushedWatcher();
  PushedWatcher(const PushedWatcher&) = delete;
  PushedWatcher& operator=(const PushedWatcher&) = delete;

  void join(ChangeListener& listener) { listeners_.join(listener); }
  void leave(const ChangeListener& listener) { listeners_.leave(listener); }
  /// Hints may be lost: so nothing told is not the same as nothing changed.
  bool authoritative() const { return false; }
  bool ended() const { return ended_; }
  static std::string source_name() { return "pushed"; }
  bool over() const { return listeners_.empty() || ended_; }

  const UserId& user() const { return user_; }
  Pool& pool() const { return *pool_; }
  std::size_t source() const { return source_; }

  /// False: it came right after many others; from now on all that come are told by
  /// `tell_deferred`, as one.
  bool take(const Hint& hint, Steady::time_point now);
  void tell_deferred();
  /// Compares with what was seen last, and tells. How many changes nobody had hinted at.
  void take(const Swept& swept, bool condstore);
  /// Credentials were refused: who waits asks again, and learns of it.
  void give_up();

  /// When the next sweep is due; adaptive between `least` and `most`.
  std::chrono::milliseconds next_pause(std::chrono::milliseconds least,
                                       std::chrono::milliseconds most);
  /// The last sweep found what no hint had told of.
  bool found_lost() const { return found_lost_; }

 private:
  using Mailboxes = std::map<std::string, Known, std::less<>>;
  Mailboxes mailboxes() const;
  void keep(const Mailboxes& mailboxes);

  UserId user_;
  std::shared_ptr<Pool> pool_;
  Listeners listeners_;
  SharedText seen_;
  Steady::time_point second_{};  // in which hints are counted
  std::chrono::milliseconds pause_{0};
  std::uint32_t source_;
  std::uint8_t hints_ = 0;
  bool hinted_ = false;  // since the last sweep
  bool deferred_ = false;
  bool found_lost_ = false;
  bool ended_ = false;
};

class PushedWatches : public std::enable_shared_from_this<PushedWatches> {
 public:
  /// `random` outlives it.
  PushedWatches(std::shared_ptr<const Settings> settings, net::Executor executor, Random& random);

  /// Whether a source that was heard of lately tells of the user's changes.
  bool covers(const UserId& user) const { return source_of(user).has_value(); }
  /// For a user that is covered.
  std::unique_ptr<Watch> join(UserId user, std::shared_ptr<Pool> pool, ChangeListener& listener);
  void heard(std::size_t source);
  /// False: nobody watches there.
  bool hint(Pool& pool, const Hint& hint);
  /// Nothing is begun any more.
  void close();

 private:
  using Steady = std::chrono::steady_clock;

  bool is_fresh(std::size_t source) const;
  std::optional<std::size_t> source_of(const UserId& user) const;
  void schedule(const std::shared_ptr<PushedWatcher>& watcher, std::chrono::milliseconds in);
  std::chrono::milliseconds pause_of(PushedWatcher& watcher) const;
  /// Spread, so that users' sweeps do not march in step.
  std::chrono::milliseconds spread(std::chrono::milliseconds time);
  void arm();
  void tick();
  void begin_sweeps();
  static Task<> sweep(std::shared_ptr<PushedWatches> self, std::shared_ptr<PushedWatcher> watcher);
  Task<std::chrono::milliseconds> sweep_one(PushedWatcher& watcher);

  std::shared_ptr<const Settings> settings_;
  net::Executor executor_;
  Random& random_;
  boost::asio::steady_timer timer_;
  std::vector<Steady::time_point> heard_;
  std::multimap<Steady::time_point, std::weak_ptr<PushedWatcher>> due_;
  std::vector<std::weak_ptr<PushedWatcher>> deferred_;
  std::size_t sweeping_ = 0;
  bool armed_ = false;
  bool closed_ = false;
};

}  // namespace godwit::backend::imap
