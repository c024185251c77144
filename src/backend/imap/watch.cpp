#include "backend/imap/watch.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <map>
#include <string>

#include "backend/imap/folder_tree.hpp"
#include "backend/imap/listeners.hpp"
#include "backend/imap/mail.hpp"
#include "backend/imap/mailbox_sweep.hpp"
#include "backend/imap/pushed.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend::imap {
namespace {

using namespace godwit::imap;
using Kind = ChangeListener::Kind;

constexpr Log log("imap");
constexpr std::size_t notify_others_max = 500;  // names in one command
constexpr std::chrono::milliseconds retry_min{1'000};
constexpr std::chrono::milliseconds retry_max{60'000};
constexpr const char* connecting = "connecting";

/// Gives the place of a NOTIFY connection back.
class NotifyPlace {
 public:
  NotifyPlace(std::shared_ptr<WatchBudget> budget, std::size_t most) : budget_(std::move(budget)) {
    taken_ = budget_->notify_connections < most;
    if (taken_) ++budget_->notify_connections;
  }
  ~NotifyPlace() { release(); }
  NotifyPlace(const NotifyPlace&) = delete;
  NotifyPlace& operator=(const NotifyPlace&) = delete;
  bool taken() const { return taken_; }
  void release() {
    if (taken_) --budget_->notify_connections;
    taken_ = false;
  }

 private:
  std::shared_ptr<WatchBudget> budget_;
  bool taken_ = false;
};

}  // namespace

/// Owned by the handle and by its coroutine; the handle says when it is over.
class Watcher : public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(UserId user, std::shared_ptr<Pool> pool, Random& random,
          std::shared_ptr<WatchBudget> budget)
      : user_(std::move(user)),
        pool_(std::move(pool)),
        random_(random),
        budget_(std::move(budget)),
        timer_(pool_->executor()) {
    pool_->begin_watch();
    begin_knowing();
  }

  void join(ChangeListener& listener) { listeners_.join(listener); }
  /// With the last listener it ends.
  void leave(const ChangeListener& listener) {
    listeners_.leave(listener);
    if (listeners_.empty()) end();
  }
  bool over() const { return over_; }
  bool authoritative() const { return authoritative_; }
  bool ended() const { return ended_; }
  std::string source_name() const { return source_; }

  static Task<> run(std::shared_ptr<Watcher> self) { co_await self->loop(); }

 private:
  void end() {
    if (over_) return;
    pool_->end_watch();
    over_ = true;
    authoritative_ = false;
    timer_.cancel();
    if (connection_) connection_->close();
  }

  Task<> loop() {
    auto pause = retry_min;
    while (!over()) {
      std::optional<Fault::Kind> fault;
      const auto began = std::chrono::steady_clock::now();
      try {
        co_await session();
      } catch (const Fault& failed) {
        fault = failed.kind();
        log.debug("imap.watch_broke", {{"user", user_}, {"reason", failed.what()}});
      } catch (const boost::system::system_error& failed) {
        log.debug("imap.watch_broke", {{"user", user_}, {"reason", failed.what()}});
      }
      authoritative_ = false;
      source_ = connecting;
      connection_.reset();
      if (over()) co_return;
      if (fault == Fault::Kind::sign_in_failed) {
        // One refusal ends it; whoever waits asks again, and learns of it.
        ended_ = true;
        tell(std::nullopt, Kind::unknown);
        co_return;
      }
      gap_ = true;
      if (std::chrono::steady_clock::now() - began > retry_max) pause = retry_min;
      co_await sleep(jittered(pause));
      pause = std::min(pause * 2, retry_max);
    }
  }

  Task<> session() {
    connection_ = co_await pool_->open();
    if (over()) co_return;
    begin_again();
    NotifyPlace place(budget_, pool_->settings().notify_connections_max);
    if (place.taken() && connection_->has("NOTIFY") && co_await begin_notify()) {
      co_await follow_notify();
      co_return;
    }
    place.release();
    if (connection_->has("IDLE")) {
      co_await follow_idle();
    } else {
      co_await follow_sweeps();
    }
  }

  /// The first look is compared with what the engine was told before the watch began: who waits
  /// looked later, so that nothing is missed in between, whoever asks meanwhile.
  void begin_knowing() {
    for (const auto& [name, told] : pool_->told) {
      known_.emplace(name, Known::of(told));
      names_.push_back(name);
    }
  }

  /// After a connection was lost there is nothing to compare with, as flags may have changed
  /// unseen.
  void begin_again() {
    baseline_ = gap_;
    if (!gap_) return;
    known_.clear();
    names_.clear();
  }

  void begun() {
    began_ = true;
    baseline_ = false;
    if (!gap_) return;
    gap_ = false;
    tell(std::nullopt, Kind::unknown);
  }

  // NOTIFY: one connection for all mailboxes.

  Task<bool> begin_notify() {
    constexpr Words own =
        "NOTIFY SET (personal (MessageNew MessageExpunge FlagChange MailboxName "
        "SubscriptionChange))";
    const std::vector<std::string> others = co_await foreign_mailboxes();
    bool all = others.size() <= notify_others_max;
    Command command(own);
    if (!others.empty() && all) {
      // RFC 5465 6: those of others by name, for no filter of their namespaces is known everywhere.
      command.words("(mailboxes").open();
      for (const std::string& name : others) command.mailbox(name, connection_->utf8());
      command.close().words("(MessageNew MessageExpunge FlagChange))");
    }
    auto completed = co_await connection_->run(std::move(command), limit());
    if (!completed.ok() && !others.empty()) {
      all = false;
      completed = co_await connection_->run(Command(own), limit());
    }
    if (!completed.ok()) co_return false;
    // Asked for after the notifications began: what happens in between is told by one or both.
    co_await sweep();
    for (const Response& each : completed.data) take(each);
    begun();
    // Without CONDSTORE changes of some flags are not told.
    authoritative_ = connection_->condstore() && all;
    co_return true;
  }

  Task<std::vector<std::string>> foreign_mailboxes() {
    std::vector<std::string> out;
    const bool none = pool_->settings().shared.which == SharedRule::Which::none;
    if (none || connection_->foreign().empty()) co_return out;
    const auto listed = co_await connection_->run(Command("LIST \"\" \"*\""), limit() * 4);
    for (const Response& each : listed.data) {
      const auto* entry = std::get_if<ListEntry>(&each);
      if (!entry || entry->has("\\noselect") || entry->has("\\nonexistent")) continue;
      if (is_foreign(entry->name, connection_->foreign())) out.push_back(entry->name);
    }
    co_return out;
  }

  /// A server may fail to tell, unnoticed by anybody: so what it told is held against a sweep now
  /// and then.
  Task<> follow_notify() {
    source_ = "notify";
    auto next_sweep = std::chrono::steady_clock::now() + pool_->settings().sweep_max;
    while (!over()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          next_sweep - std::chrono::steady_clock::now());
      if (left > std::chrono::milliseconds(0)) {
        auto response = co_await connection_->next_unasked(left, limit());
        if (over()) co_return;
        if (!response) continue;
        check_overflow(*response);
        take(*response);
      } else {
        co_await sweep();
        next_sweep = std::chrono::steady_clock::now() + jittered(pool_->settings().sweep_max);
      }
    }
  }

  void check_overflow(const Response& response) const {
    const auto* status = std::get_if<StatusResponse>(&response);
    if (!status) return;
    // RFC 5465 5.8: from here on it tells nothing any more. BYE: nor anything else.
    if (status->code.name == "NOTIFICATIONOVERFLOW" || status->kind == StatusResponse::Kind::bye) {
      throw Fault(Fault::Kind::unavailable, "the server ended its notifications");
    }
  }

  // IDLE on INBOX, and sweeps of the rest.

  Task<> follow_idle() {
    const auto inbox = FolderKey::parse("INBOX");
    const Completed selected = co_await connection_->select(*inbox, limit());
    const bool has_inbox = selected.ok();
    source_ = "idle";
    co_await sweep();
    begun();
    auto next_sweep = std::chrono::steady_clock::now() + sweep_pause();
    while (!over()) {
      if (!has_inbox || !co_await connection_->begin_idle(limit())) {
        co_await follow_sweeps();
        co_return;
      }
      const auto renew = std::chrono::steady_clock::now() + pool_->settings().idle_renew;
      co_await idle_until(*inbox, std::min(renew, next_sweep));
      if (over()) co_return;
      const Completed ended = co_await connection_->end_idle(limit());
      for (const Response& each : ended.data) take_selected(*inbox, each);
      if (std::chrono::steady_clock::now() < next_sweep) continue;
      co_await sweep();
      next_sweep = std::chrono::steady_clock::now() + sweep_pause();
    }
  }

  Task<> idle_until(FolderKey inbox, std::chrono::steady_clock::time_point end) {
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      if (left <= std::chrono::milliseconds(0) || over()) co_return;
      const auto response = co_await connection_->next_unasked(left, limit());
      if (response && !over()) take_selected(inbox, *response);
    }
  }

  void take_selected(const FolderKey& inbox, const Response& response) {
    check_overflow(response);
    if (std::holds_alternative<Exists>(response)) {
      tell(inbox, Kind::added);
    } else if (std::holds_alternative<Expunged>(response) ||
               std::holds_alternative<Vanished>(response) ||
               std::holds_alternative<FetchEntry>(response)) {
      tell(inbox, Kind::other);
    }
  }

  Task<> follow_sweeps() {
    source_ = "sweep";
    while (!over()) {
      co_await sweep();
      begun();
      co_await sleep(sweep_pause());
    }
  }

  /// One round over all mailboxes.
  Task<> sweep() {
    Swept swept = co_await sweep_mailboxes(*connection_, limit());
    if (over()) co_return;
    changed_ = false;
    for (const StatusEntry& each : swept.statuses) take_status(each);
    compare_hierarchy(std::move(swept.names));
    pause_ = changed_ ? pool_->settings().sweep_min
                      : std::min(pause_ * 3 / 2, pool_->settings().sweep_max);
  }

  void compare_hierarchy(std::vector<std::string> names) {
    if (names != names_ && !baseline_) {
      changed_ = true;
      if (!names_.empty()) tell(std::nullopt, Kind::hierarchy);
    }
    std::erase_if(known_,
                  [&](const auto& each) { return !std::ranges::binary_search(names, each.first); });
    names_ = std::move(names);
  }

  // Both.

  void take(const Response& response) {
    if (const auto* entry = std::get_if<StatusEntry>(&response)) take_status(*entry);
    if (std::holds_alternative<ListEntry>(response) && !baseline_) {
      tell(std::nullopt, Kind::hierarchy);
    }
  }

  void take_status(const StatusEntry& entry) {
    auto key = FolderKey::parse(entry.name);
    if (!key) return;
    const auto [found, is_new] = known_.try_emplace(entry.name);
    const Known before = found->second;
    Known& now = found->second;
    now.take(entry, connection_->condstore());
    if (baseline_ || now.same(before)) return;
    changed_ = true;
    for (const Kind kind : differences(before, now, is_new, began_)) tell(*key, kind);
  }

  void tell(const std::optional<FolderKey>& folder, Kind kind) {
    listeners_.tell(user_, folder, kind);
  }

  Task<> sleep(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    try {
      co_await timer_.async_wait(boost::asio::use_awaitable);
    } catch (const boost::system::system_error& error) {
      if (error.code() != boost::asio::error::operation_aborted || !over()) throw;
    }
  }

  /// Spread by a tenth each way, so that users' sweeps do not march in step.
  std::chrono::milliseconds jittered(std::chrono::milliseconds time) {
    const auto tenth = time.count() / 10;
    if (tenth <= 0) return time;
    const auto spread =
        static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(2 * tenth + 1));
    return time + std::chrono::milliseconds(spread - tenth);
  }
  std::chrono::milliseconds sweep_pause() { return jittered(pause_); }
  std::chrono::milliseconds limit() const { return pool_->settings().command_limit; }

  UserId user_;
  std::shared_ptr<Pool> pool_;
  Listeners listeners_;
  bool over_ = false;  // nobody listens any more
  Random& random_;
  std::shared_ptr<WatchBudget> budget_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<Connection> connection_;
  std::map<std::string, Known, std::less<>> known_;
  std::vector<std::string> names_;
  std::chrono::milliseconds pause_ = pool_->settings().sweep_min;
  const char* source_ = connecting;
  bool authoritative_ = false;
  bool ended_ = false;
  bool gap_ = false;
  bool baseline_ = false;
  bool began_ = false;
  bool changed_ = false;
};

std::unique_ptr<Watch> join_watch(UserId user, std::shared_ptr<Pool> pool, ChangeListener& listener,
                                  Random& random, std::shared_ptr<WatchBudget> budget) {
  auto watcher = pool->watcher.lock();
  const bool watched = watcher && !watcher->over() && !watcher->ended();
  if (!watched && budget->pushed && budget->pushed->covers(user)) {
    return budget->pushed->join(std::move(user), std::move(pool), listener);
  }
  if (watched) {
    return std::make_unique<WatchHandle<Watcher>>(std::move(watcher), listener);
  }
  const auto executor = pool->executor();
  Pool& place = *pool;
  watcher = std::make_shared<Watcher>(std::move(user), std::move(pool), random, std::move(budget));
  place.watcher = watcher;
  auto handle = std::make_unique<WatchHandle<Watcher>>(watcher, listener);
  net::spawn(executor, Watcher::run(std::move(watcher)), "imap.watch");
  return handle;
}

}  // namespace godwit::backend::imap
