// DavItems: one look at all of a user's collections now and then, while somebody waits.
#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "backend/dav/items.hpp"
#include "backend/dav/shared.hpp"
#include "backend/watch_source.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend::dav {
namespace {

constexpr Log log("dav");

struct Seen {
  std::string name;
  std::string position;
  friend bool operator==(const Seen&, const Seen&) = default;
};
using Sweep = std::map<std::string, Seen, std::less<>>;  // by path

}  // namespace

/// Owned by the handle and by its coroutine; the handle says when it is over.
class Watcher : public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(Session session, ChangeListener& listener)
      : session_(std::move(session)),
        listener_(&listener),
        timer_(session_.core().shared->executor) {
    Core& core = session_.core();
    // What was seen before anybody waited tells nothing to those who will.
    if (core.listeners.empty()) core.positions.clear();
    core.listeners.push_back(listener_);
  }

  void end() {
    // Another watch of the same listener may have begun already.
    auto& listeners = session_.core().listeners;
    const auto own = std::ranges::find(listeners, listener_);
    if (own != listeners.end()) listeners.erase(own);
    listener_ = nullptr;
    timer_.cancel();
  }
  bool ended() const { return ended_; }

  static Task<> run(std::shared_ptr<Watcher> self) { co_await self->loop(); }

 private:
  bool over() const { return listener_ == nullptr; }

  Task<> loop() {
    auto pause = session_.settings().interval;
    while (!over()) {
      co_await sleep(jittered(pause));
      if (over()) co_return;
      bool good = false;
      try {
        co_await look();
        good = true;
      } catch (const Fault& fault) {
        log.debug("dav.watch_broke", {{"user", session_.core().user}, {"reason", fault.what()}});
      }
      if (session_.refused()) {
        // engine.md §3: one refusal ends it; the next request that waits begins anew.
        ended_ = true;
        co_return;
      }
      pause = good ? session_.settings().interval
                   : std::min(pause * 2, session_.settings().interval_max);
    }
  }

  Task<> look() {
    Sweep sweep;
    TakeFolder take_folder = [&](const Folder& folder, const wire::Properties& told) {
      const auto known = session_.core().folders.find(folder.path);
      const bool syncs = known != session_.core().folders.end() && known->second.syncs;
      sweep[folder.path] = {folder.name, syncs ? told.sync_token : told.ctag};
    };
    co_await look_at_folders(session_, wire::Wanted::positions, std::move(take_folder));
    if (over()) co_return;
    take(sweep);
    co_await look_at_silent(sweep);
  }

  void take(const Sweep& sweep) {
    Core& core = session_.core();
    bool other = sweep.size() != core.folders.size();
    for (const auto& [path, seen] : sweep) {
      const auto known = core.folders.find(path);
      other |= known == core.folders.end() || known->second.name != seen.name;
      if (!seen.position.empty()) core.observe(path, seen.position);
    }
    // Where nothing was listed since the start of the process, there is nothing to compare with.
    if (other && !core.folders.empty() && sweep != last_) core.tell_hierarchy();
    last_ = sweep;
  }

  /// Those that have neither ctag nor sync-token are listed.
  Task<> look_at_silent(const Sweep& sweep) {
    DavItems items(session_);
    for (const auto& [path, seen] : sweep) {
      if (!seen.position.empty()) continue;
      const auto keys = session_.core().keys.find(path);
      if (keys == session_.core().keys.end() || keys->second.empty()) continue;
      static_cast<void>(co_await items.cursor(*keys->second.begin()));
    }
  }

  Task<> sleep(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    try {
      co_await timer_.async_wait(boost::asio::use_awaitable);
    } catch (const boost::system::system_error& error) {
      if (error.code() != boost::asio::error::operation_aborted || !over()) throw;
    }
  }

  /// Up to a tenth less, so that users' looks do not march in step.
  std::chrono::milliseconds jittered(std::chrono::milliseconds time) {
    const auto tenth = static_cast<std::uint64_t>(time.count() / 10) + 1;
    return time - std::chrono::milliseconds(session_.core().shared->random.next() % tenth);
  }

  Session session_;
  ChangeListener* listener_;
  boost::asio::steady_timer timer_;
  Sweep last_;
  bool ended_ = false;
};

namespace {

class Handle final : public Watch, public WatchSource {
 public:
  explicit Handle(std::shared_ptr<Watcher> watcher) : watcher_(std::move(watcher)) {}
  ~Handle() override { watcher_->end(); }
  bool authoritative() const override { return false; }
  bool ended() const override { return watcher_->ended(); }
  std::string source() const override { return "sweep"; }

 private:
  std::shared_ptr<Watcher> watcher_;  // shared with its coroutine
};

}  // namespace

std::unique_ptr<Watch> DavItems::watch(ChangeListener& listener) {
  auto watcher = std::make_shared<Watcher>(session_, listener);
  net::spawn(session_.core().shared->executor, Watcher::run(watcher), "dav.watch");
  return std::make_unique<Handle>(std::move(watcher));
}

}  // namespace godwit::backend::dav
