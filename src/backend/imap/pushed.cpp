#include "backend/imap/pushed.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"
#include "imap/mailbox_name.hpp"

namespace godwit::backend::imap {
namespace {

using std::chrono::milliseconds;

constexpr Log log("imap");
constexpr milliseconds tick_interval{1'000};
constexpr std::size_t sweeps_max = 16;     // at a time: each may be a sign-in
constexpr std::uint8_t hints_max = 10;     // a second and user, before they become one
constexpr milliseconds retry_dead{1'000};  // a kept connection turned out dead
constexpr milliseconds retry_fault{60'000};

/// The name on the wire that a folder has as a key.
std::optional<FolderKey> key_of(const std::string& folder) {
  if (folder.empty()) return std::nullopt;
  // RFC 3501 5.1: INBOX in whatever case.
  auto key =
      FolderKey::parse(iequals(folder, "INBOX") ? "INBOX" : godwit::imap::encode_mailbox(folder));
  return key ? std::optional(*std::move(key)) : std::nullopt;
}

}  // namespace

PushedWatcher::PushedWatcher(UserId user, std::shared_ptr<Pool> pool, std::size_t source)
    : user_(std::move(user)), pool_(std::move(pool)), source_(static_cast<std::uint32_t>(source)) {
  pool_->begin_watch();
  // Who waits looked later than that: nothing is missed in between.
  Mailboxes told;
  for (const auto& [name, each] : pool_->told) told.emplace(name, Known::of(each));
  keep(told);
}

PushedWatcher::~PushedWatcher() { pool_->end_watch(); }

PushedWatcher::Mailboxes PushedWatcher::mailboxes() const {
  Mailboxes out;
  for (Unpacker in(seen_.view()); in.ok() && !in.at_end();) {
    std::string name = in.text();
    Known known;
    known.uid_validity = in.number_as<std::uint32_t>();
    known.uid_next = in.number_as<std::uint32_t>();
    known.messages = in.number_as<std::uint32_t>();
    known.highest_modseq = in.number();
    const auto unseen = in.optional_number();
    if (unseen) known.unseen = static_cast<std::uint32_t>(*unseen);
    out.emplace(std::move(name), known);
  }
  return out;
}

void PushedWatcher::keep(const Mailboxes& mailboxes) {
  Packer out;
  for (const auto& [name, known] : mailboxes) {
    out.text(name).number(known.uid_validity).number(known.uid_next).number(known.messages);
    out.number(known.highest_modseq).optional_number(known.unseen);
  }
  seen_ = SharedText(out.bytes());
}

bool PushedWatcher::take(const Hint& hint, Steady::time_point now) {
  hinted_ = true;
  if (now - second_ >= tick_interval) {
    second_ = now;
    hints_ = 0;
  }
  if (hints_ >= hints_max) {
    const bool first = !std::exchange(deferred_, true);
    return !first;
  }
  ++hints_;
  const auto key = key_of(hint.folder);
  // A folder by a name that we do not know it by: any of them.
  const bool known = key && mailboxes().contains(key->view());
  if (hint.kind == Kind::hierarchy || known) {
    listeners_.tell(user_, hint.kind == Kind::hierarchy ? std::nullopt : key, hint.kind);
  } else {
    listeners_.tell(user_, std::nullopt, Kind::unknown);
  }
  return true;
}

void PushedWatcher::tell_deferred() {
  if (std::exchange(deferred_, false)) listeners_.tell(user_, std::nullopt, Kind::unknown);
}

void PushedWatcher::take(const Swept& swept, bool condstore) {
  Mailboxes before = mailboxes();
  Mailboxes now;
  bool changed = false;
  bool folders_changed = swept.names.size() != before.size();
  for (const std::string& name : swept.names) {
    const auto known = before.find(name);
    now.emplace(name, known == before.end() ? Known() : known->second);
    if (known == before.end()) folders_changed = true;
  }
  std::vector<std::pair<FolderKey, Kind>> told;
  for (const godwit::imap::StatusEntry& entry : swept.statuses) {
    const auto known = now.find(entry.name);
    auto key = FolderKey::parse(entry.name);
    if (known == now.end() || !key) continue;
    const Known was = known->second;
    known->second.take(entry, condstore);
    if (known->second.same(was)) continue;
    changed = true;
    const bool is_new = !before.contains(entry.name);
    for (const Kind kind : differences(was, known->second, is_new, false)) {
      told.emplace_back(*key, kind);
    }
  }
  found_lost_ = !std::exchange(hinted_, false) && (changed || folders_changed);
  keep(now);
  // Whoever is told may end this watch.
  if (folders_changed && !before.empty()) listeners_.tell(user_, std::nullopt, Kind::hierarchy);
  for (const auto& [key, kind] : told) listeners_.tell(user_, key, kind);
}

void PushedWatcher::give_up() {
  ended_ = true;
  listeners_.tell(user_, std::nullopt, Kind::unknown);
}

milliseconds PushedWatcher::next_pause(milliseconds least, milliseconds most) {
  pause_ = found_lost_ ? least : std::clamp(pause_ * 3 / 2, least, most);
  return pause_;
}

PushedWatches::PushedWatches(std::shared_ptr<const Settings> settings, net::Executor executor,
                             Random& random)
    : settings_(std::move(settings)),
      executor_(std::move(executor)),
      random_(random),
      timer_(executor_),
      heard_(settings_->push_sources.size(), Steady::now()) {}

void PushedWatches::close() {
  closed_ = true;
  due_.clear();
  timer_.cancel();
}

/// From the start on it has as long as any to speak.
bool PushedWatches::is_fresh(std::size_t source) const {
  const milliseconds quiet = settings_->push_sources[source].quiet;
  return quiet.count() == 0 || Steady::now() - heard_[source] < quiet;
}

std::optional<std::size_t> PushedWatches::source_of(const UserId& user) const {
  const std::size_t at = user.view().rfind('@');
  const std::string domain =
      ascii_lower(at == std::string_view::npos ? std::string_view(settings_->domain)
                                               : user.view().substr(at + 1));
  for (std::size_t i = 0; i < settings_->push_sources.size(); ++i) {
    const auto& domains = settings_->push_sources[i].domains;
    const bool is_for = domains.empty() || std::ranges::find(domains, domain) != domains.end();
    if (is_for && is_fresh(i)) return i;
  }
  return std::nullopt;
}

std::unique_ptr<Watch> PushedWatches::join(UserId user, std::shared_ptr<Pool> pool,
                                           ChangeListener& listener) {
  auto watcher = pool->pushed.lock();
  if (!watcher || watcher->over()) {
    Pool& place = *pool;
    const std::size_t source = source_of(user).value_or(0);
    watcher = std::make_shared<PushedWatcher>(std::move(user), std::move(pool), source);
    place.pushed = watcher;
    const PushSource& told_by = settings_->push_sources[source];
    // The first comes with the others', or soon where the source does not tell of all.
    const milliseconds first = told_by.all_folders ? told_by.sweep : settings_->sweep_min;
    watcher->next_pause(first, first);
    schedule(watcher, spread(first));
  }
  return std::make_unique<WatchHandle<PushedWatcher>>(std::move(watcher), listener);
}

void PushedWatches::heard(std::size_t source) {
  if (source < heard_.size()) heard_[source] = Steady::now();
}

bool PushedWatches::hint(Pool& pool, const Hint& hint) {
  const auto watcher = pool.pushed.lock();
  if (!watcher || watcher->over()) return false;
  if (!watcher->take(hint, Steady::now())) {
    deferred_.push_back(watcher);
    arm();
  }
  return true;
}

milliseconds PushedWatches::pause_of(PushedWatcher& watcher) const {
  const PushSource& source = settings_->push_sources[watcher.source()];
  const bool slow = source.all_folders && is_fresh(watcher.source());
  return watcher.next_pause(settings_->sweep_min, slow ? source.sweep : settings_->sweep_max);
}

milliseconds PushedWatches::spread(milliseconds time) {
  const auto half = static_cast<std::uint64_t>(time.count() / 2);
  return time - milliseconds(half == 0 ? 0 : random_.next() % half);
}

void PushedWatches::schedule(const std::shared_ptr<PushedWatcher>& watcher, milliseconds in) {
  if (closed_) return;
  due_.emplace(Steady::now() + in, watcher);
  arm();
}

/// Runs only while somebody is watched.
void PushedWatches::arm() {
  if (armed_ || closed_ || (due_.empty() && deferred_.empty())) return;
  armed_ = true;
  milliseconds in = tick_interval;
  if (!due_.empty() && sweeping_ < sweeps_max) {
    const auto left = std::chrono::duration_cast<milliseconds>(due_.begin()->first - Steady::now());
    in = std::clamp(left, milliseconds(1), tick_interval);
  }
  timer_.expires_after(in);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self && !error) self->tick();
  });
}

void PushedWatches::tick() {
  armed_ = false;
  for (const auto& each : std::exchange(deferred_, {})) {
    if (const auto watcher = each.lock()) watcher->tell_deferred();
  }
  begin_sweeps();
  arm();
}

void PushedWatches::begin_sweeps() {
  const auto now = Steady::now();
  while (!due_.empty() && due_.begin()->first <= now && sweeping_ < sweeps_max) {
    auto watcher = due_.begin()->second.lock();
    due_.erase(due_.begin());
    if (!watcher || watcher->over()) continue;
    ++sweeping_;
    net::spawn(executor_, sweep(shared_from_this(), std::move(watcher)), "imap.push_sweep");
  }
}

Task<> PushedWatches::sweep(std::shared_ptr<PushedWatches> self,
                            std::shared_ptr<PushedWatcher> watcher) {
  const milliseconds pause = co_await self->sweep_one(*watcher);
  --self->sweeping_;
  if (!watcher->over()) self->schedule(watcher, self->spread(pause));
  self->begin_sweeps();
}

Task<milliseconds> PushedWatches::sweep_one(PushedWatcher& watcher) {
  bool reused = false;
  std::string reason;
  try {
    auto connection = co_await watcher.pool().acquire(std::nullopt);
    reused = connection.reused();
    // The status of the selected mailbox is what this session has seen of it.
    if (connection->selected()) co_await connection->run(Command("NOOP"), settings_->command_limit);
    const Swept swept = co_await sweep_mailboxes(*connection, settings_->command_limit);
    watcher.pool().learned(*connection);
    watcher.take(swept, connection->condstore());
    if (watcher.found_lost()) log.debug("imap.not_told", {{"user", watcher.user()}});
    co_return pause_of(watcher);
  } catch (const Fault& fault) {
    reason = fault.what();
    if (fault.kind() == Fault::Kind::sign_in_failed) watcher.give_up();
  } catch (const boost::system::system_error& failed) {
    reason = failed.what();
  }
  log.debug("imap.push_sweep_failed", {{"user", watcher.user()}, {"reason", reason}});
  co_return reused ? retry_dead : std::min(retry_fault, settings_->sweep_max);
}

}  // namespace godwit::backend::imap
