#include "command/prefetch.hpp"

#include <algorithm>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "item/email.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("prefetch");

/// The same messages come out the same.
bool renders_alike(const render::Request& a, const render::Request& b) {
  return a.folder == b.folder && a.uid_validity == b.uid_validity &&
         a.collection_id == b.collection_id && a.form == b.form && a.options == b.options &&
         !a.multipart && !b.multipart;
}

bool kept_alike(const render::Request& a, const render::Request& b, Uid uid) {
  const auto in_a = a.kept.find(uid);
  const auto in_b = b.kept.find(uid);
  if (in_a == a.kept.end() || in_b == b.kept.end()) {
    return in_a == a.kept.end() && in_b == b.kept.end();
  }
  return in_a->second == in_b->second;
}

}  // namespace

Task<> Prefetches::begin(Session& session, render::Request wanted,
                         backend::MailboxStatus position) {
  const std::uint64_t bytes_max = session.services.settings.prefetch_bytes_max;
  if (bytes_max == 0 || wanted.uids.empty() || position.highest_modseq == 0) co_return;
  const auto known = devices_.find(name(session));
  if (known != devices_.end() && known->second.job && !known->second.job->ended()) co_return;
  if (known == devices_.end() && devices_.size() >= limits_.devices_max) co_return;
  wanted.memory_max = bytes_max;
  auto work = std::make_shared<Work>(Work{std::move(wanted), position, {}});
  auto job = co_await net::Job::begin(prepare(work, session.shared_mail(), session.services.spools,
                                              session.services.store, session.user()),
                                      "prefetch");
  devices_.insert_or_assign(name(session),
                            Device{std::move(work), std::move(job), session.now() + limits_.keep});
}

Task<> Prefetches::prepare(std::shared_ptr<Work> work, std::shared_ptr<backend::Mail> mail,
                           http::Spools& spools, store::Store& store, std::string user) {
  try {
    render::Request& request = work->request;
    request.kept = co_await kept_of(store, user, request.collection_id, request.uid_validity,
                                    request.uids, {});
    render::Renderer renderer(std::move(mail), spools);
    auto batch = co_await renderer.prepare(request);
    if (batch) work->items = std::move(batch->items);
  } catch (const Fault& fault) {
    // The device's next request finds out by itself.
    logger.debug("prefetch.failed", {{"user", user}, {"why", fault.what()}});
  }
}

Task<> Prefetches::settle(Session& session, const std::string& collection, Time deadline) {
  const auto known = devices_.find(name(session));
  if (known == devices_.end() || known->second.work->request.collection_id != collection) co_return;
  const auto left = std::max(deadline - session.now(), std::chrono::milliseconds(0));
  // Only the device's own requests, which take turns, end or replace what is waited for here, and
  // sweep and drop, which cancel it: then it has ended, too.
  const auto job = known->second.job.get();
  if (!co_await job->wait(left)) drop(session.account.user, session.device_id);
}

std::vector<render::Prepared> Prefetches::take(Session& session, const render::Request& wanted,
                                               const backend::MailboxStatus& position) {
  std::vector<render::Prepared> taken;
  const auto known = devices_.find(name(session));
  if (known == devices_.end()) return taken;
  Work& work = *known->second.work;
  const bool usable = known->second.job->ended() && work.position == position &&
                      renders_alike(work.request, wanted);
  if (!usable) return taken;
  for (const Uid uid : wanted.uids) {
    const auto item = std::ranges::find(work.items, uid, &render::Prepared::uid);
    if (item == work.items.end() || !item->write) break;
    if (!kept_alike(work.request, wanted, uid)) break;
    taken.push_back(std::move(*item));
    work.items.erase(item);
  }
  return taken;
}

void Prefetches::sweep(Time now) {
  std::erase_if(devices_, [now](const auto& each) { return each.second.until <= now; });
}

Task<> Prefetches::stop() {
  constexpr std::chrono::seconds patience{2};
  const auto devices = std::exchange(devices_, {});
  for (const auto& [name, device] : devices) device.job->cancel();
  for (const auto& [name, device] : devices) co_await device.job->wait(patience);
}

Task<std::map<Uid, KeptMail>> kept_of(store::Store& store, std::string user, std::string collection,
                                      std::uint32_t uid_validity, std::vector<Uid> uids,
                                      std::vector<store::Write> pending) {
  std::vector<store::Key> keys;
  keys.reserve(uids.size());
  for (const Uid uid : uids) {
    keys.push_back({user, store::Kind::item, sync::format_mail_id(collection, uid_validity, uid)});
  }
  const auto records = co_await store.get_many(keys);
  std::map<Uid, KeptMail> kept;
  for (std::size_t i = 0; i < uids.size(); ++i) {
    std::optional<std::string> value;
    if (records[i]) value = records[i]->value;
    for (const store::Write& write : pending) {
      if (write.key == keys[i]) value = write.value;
    }
    if (!value) continue;
    if (auto read = unpack_kept(*value)) kept.emplace(uids[i], std::move(*read));
  }
  co_return kept;
}

}  // namespace godwit::command
