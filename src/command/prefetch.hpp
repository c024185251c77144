/// What a device is likely to ask for next, prepared while it reads the answer it has (engine.md
/// §4): messages of its next window. Kept in memory, within bounds, and only for a short time. They
/// are used where they are exactly what would be prepared anew; whatever else the device does next,
/// its answer is the same as without them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "command/session.hpp"
#include "net/job.hpp"
#include "render/render.hpp"

namespace godwit::command {

class Prefetches {
 public:
  struct Limits {
    std::size_t devices_max = 32;  // at a time; of others nothing is prefetched
    std::chrono::seconds keep{30};
  };
  explicit Prefetches(Limits limits) : limits_(limits) {}
  Prefetches() : Prefetches(Limits()) {}

  /// Begins to prepare `wanted.uids` for the session's device, as many as
  /// Settings::prefetch_bytes_max allows. `position`: where the mailbox stands. Does nothing while
  /// the last one for the device still runs, and where positions say nothing of flags (no
  /// mod-sequences).
  Task<> begin(Session& session, render::Request wanted, backend::MailboxStatus position);
  /// Waits until nothing is under way for the device in that collection, until `deadline` at most;
  /// then it is cancelled.
  Task<> settle(Session& session, const std::string& collection, Time deadline);
  /// The first messages of `wanted.uids`, as many as are there and still right. Each is given away
  /// once.
  std::vector<render::Prepared> take(Session& session, const render::Request& wanted,
                                     const backend::MailboxStatus& position);

  void drop(const UserId& user, const DeviceId& device) { devices_.erase({user, device}); }
  /// Forgets what devices did not come back for; call every few seconds.
  void sweep(Time now);
  /// Cancels all, and waits for that.
  Task<> stop();
  std::size_t size() const { return devices_.size(); }

 private:
  struct Work {
    render::Request request;
    backend::MailboxStatus position;
    std::vector<render::Prepared> items;
  };
  struct Device {
    std::shared_ptr<Work> work;  // shared with its coroutine
    std::unique_ptr<net::Job> job;
    Time until{};
  };
  using Name = std::pair<UserId, DeviceId>;

  static Name name(const Session& session) { return {session.account.user, session.device_id}; }
  static Task<> prepare(std::shared_ptr<Work> work, std::shared_ptr<backend::Mail> mail,
                        http::Spools& spools, store::Store& store, std::string user);

  Limits limits_;
  std::map<Name, Device> devices_;
};

/// What is kept of messages beside their mailbox, of those that have such; `pending` will be
/// written and counts already.
Task<std::map<Uid, KeptMail>> kept_of(store::Store& store, std::string user, std::string collection,
                                      std::uint32_t uid_validity, std::vector<Uid> uids,
                                      std::vector<store::Write> pending);

}  // namespace godwit::command
