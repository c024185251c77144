#include "backend/imap/pool.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend::imap {
namespace {

using Steady = std::chrono::steady_clock;
constexpr Log log("imap");

bool is_or_below(const FolderKey& key, const FolderKey& top, char delimiter) {
  if (key == top) return true;
  return delimiter != 0 && key.view().starts_with(top.str() + delimiter);
}

}  // namespace

struct Pool::Idle {
  std::unique_ptr<Connection> connection;
  Steady::time_point until;
};

struct Pool::Waiter {
  explicit Waiter(const net::Executor& executor) : timer(executor) {}
  boost::asio::steady_timer timer;
  bool woken = false;
};

struct Pool::Reaper {
  explicit Reaper(const net::Executor& executor) : timer(executor) {}
  boost::asio::steady_timer timer;
  bool waiting = false;
};

Pool::Pool(std::shared_ptr<const Settings> settings, net::Executor executor,
           Credentials credentials)
    : settings_(std::move(settings)),
      executor_(std::move(executor)),
      credentials_(std::move(credentials)),
      used_(Steady::now()),
      reaper_(std::make_unique<Reaper>(executor_)) {}

Pool::~Pool() = default;

Task<std::unique_ptr<Connection>> Pool::open() {
  if (refused_) {
    throw Fault(Fault::Kind::sign_in_failed, settings_->host + ": refused the credentials before");
  }
  if (credentials_.token_ends && settings_->clock != nullptr &&
      settings_->clock->now() >= *credentials_.token_ends) {
    throw Fault(Fault::Kind::sign_in_failed, settings_->host + ": the token has expired");
  }
  if (credentials_.password.empty()) {
    throw Fault(Fault::Kind::unavailable, settings_->host + ": the password is not kept any more");
  }
  auto self = shared_from_this();
  Credentials used = credentials_;
  try {
    co_return co_await Connection::open(*settings_, used);
  } catch (const Fault& fault) {
    // Another sign-in may have brought new credentials while this one was under way.
    if (fault.kind() == Fault::Kind::sign_in_failed && used.login == credentials_.login &&
        used.password == credentials_.password) {
      refused_ = true;
      close_all();
      log.warning("imap.credentials_refused", {{"login", credentials_.login}});
    }
    throw;
  }
}

Task<Pool::Lease> Pool::acquire(std::optional<FolderKey> preferred) {
  auto self = shared_from_this();
  if (refused_) {
    throw Fault(Fault::Kind::sign_in_failed, settings_->host + ": refused the credentials before");
  }
  for (;;) {
    if (auto idle = take_idle(preferred)) co_return Lease(self, std::move(idle), true);
    if (count_ < settings_->connections_per_user_max) break;
    co_await wait_for_room();
  }
  ++count_;
  std::unique_ptr<Connection> opened;
  try {
    opened = co_await open();
  } catch (const std::exception&) {
    --count_;
    wake_one();
    throw;
  }
  co_return Lease(self, std::move(opened), false);
}

Task<> Pool::wait_for_room() {
  auto waiter = std::make_shared<Waiter>(executor_);
  waiter->timer.expires_after(settings_->command_limit);
  waiters_.push_back(waiter);
  boost::system::error_code error;
  try {
    co_await waiter->timer.async_wait(boost::asio::use_awaitable);
  } catch (const boost::system::system_error& failed) {
    error = failed.code();
  }
  std::erase(waiters_, waiter);
  if (waiter->woken) co_return;
  if (error) throw boost::system::system_error(error);  // the caller was cancelled
  throw Fault(Fault::Kind::busy, "all IMAP connections of the user are in use");
}

std::unique_ptr<Connection> Pool::take_idle(const std::optional<FolderKey>& preferred) {
  for (auto each = idle_.begin(); each != idle_.end();) {
    if (each->connection->reusable()) {
      ++each;
      continue;
    }
    each = idle_.erase(each);
    --count_;
  }
  auto found = idle_.end();
  for (auto each = idle_.begin(); each != idle_.end(); ++each) {
    const auto& selected = each->connection->selected();
    if (preferred && selected && selected->key == *preferred) {
      found = each;
      break;
    }
    // Better a new connection than to lose another folder's selection, as long as there is room.
    const bool room = count_ < settings_->connections_per_user_max;
    if (!selected || !preferred || !room) found = each;
  }
  if (found == idle_.end()) return nullptr;
  auto connection = std::move(found->connection);
  idle_.erase(found);
  return connection;
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  if (!connection) return;
  used_ = Steady::now();
  if (connection->broken() || refused_) {
    --count_;
  } else {
    idle_.push_front({std::move(connection), used_ + settings_->idle_close});
  }
  schedule_reaper();
  wake_one();
}

void Pool::adopt(std::unique_ptr<Connection> connection) {
  if (count_ >= settings_->connections_per_user_max) return;
  ++count_;
  give_back(std::move(connection));
}

void Pool::wake_one() {
  for (const auto& waiter : waiters_) {
    if (waiter->woken) continue;
    waiter->woken = true;
    waiter->timer.cancel();
    return;
  }
}

void Pool::set_credentials(Credentials credentials, bool proved) {
  const bool same =
      credentials.login == credentials_.login && credentials.password == credentials_.password;
  if (same && !proved) return;
  // Tokens follow each other; what was opened by one is the same user's. Of two devices' the one
  // that lasts longer is kept.
  const bool follows =
      credentials.login == credentials_.login && credentials.token_ends && credentials_.token_ends;
  const bool usable = !refused_ && !credentials_.password.empty();
  if (follows && usable && *credentials.token_ends < *credentials_.token_ends) return;
  if (!same && !follows) close_all();  // made with what no longer counts
  credentials_ = std::move(credentials);
  refused_ = false;
  used_ = Steady::now();
  schedule_reaper();
}

void Pool::end_watch() {
  --watches_;
  used_ = Steady::now();
  schedule_reaper();
}

void Pool::forget(const FolderKey& key) {
  std::erase_if(told, [&](const auto& each) {
    return each.first == key.view() ||
           (each.first.starts_with(key.view()) && each.first.size() > key.view().size());
  });
  for (auto each = idle_.begin(); each != idle_.end();) {
    const auto& selected = each->connection->selected();
    if (!selected || !is_or_below(selected->key, key, each->connection->delimiter())) {
      ++each;
      continue;
    }
    each = idle_.erase(each);
    --count_;
  }
}

void Pool::close_all() {
  count_ -= idle_.size();
  idle_.clear();
}

void Pool::schedule_reaper() {
  // What was refused is kept, to know it again.
  const bool wipes = count_ == 0 && watches_ == 0 && !refused_ && !credentials_.password.empty();
  if (idle_.empty() && !wipes) return;
  const auto due = wipes ? used_ + settings_->password_keep : idle_.back().until;
  // It may wait for a password's time when the first connection comes to rest.
  if (reaper_->waiting && reaper_->timer.expiry() <= due) return;
  reaper_->waiting = true;
  reaper_->timer.expires_at(due);
  reaper_->timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self && !error) self->reap();
  });
}

void Pool::reap() {
  reaper_->waiting = false;
  const auto now = Steady::now();
  while (!idle_.empty() && idle_.back().until <= now) {
    idle_.pop_back();
    --count_;
  }
  const bool unused = count_ == 0 && watches_ == 0 && !refused_;
  if (unused && used_ + settings_->password_keep <= now) credentials_.password = Secret();
  schedule_reaper();
}

}  // namespace godwit::backend::imap
