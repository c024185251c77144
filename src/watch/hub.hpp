/// Who waits for what. A user has one counter per collection; a parked request keeps the counters
/// it was computed at and ends when one of them moves on (engine.md: "Waiting costs nothing").
/// Pure: time comes in by `tick`, ends go out by callbacks. Everything runs on the loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace godwit::watch {

/// Two numbers: additions wake at once, other changes at most once in a while.
struct Counter {
  std::uint32_t added = 0;
  std::uint32_t other = 0;
  friend bool operator==(const Counter&, const Counter&) = default;
};

enum class Wake : std::uint8_t {
  timed_out,   // the deadline passed: answer "no changes"
  changed,     // see `changed`
  hierarchy,   // the folder hierarchy is not what the device knows
  superseded,  // a newer Ping or Sync of the device came: answer "no changes"
  policy,      // policy change, wipe or block: the command must be run through its gate again
  shutdown,    // the server stops: answer "no changes"
};

struct Watched {
  CollectionId collection;
  Counter seen;  // read before the backend was asked
};

struct ParkRequest {
  UserId user;
  DeviceId device;
  std::vector<Watched> collections;
  Time deadline;
  bool hierarchy = true;  // end when the hierarchy changes
  /// What Hub::hierarchy said before the backend was asked; without it: as it is now.
  std::optional<std::uint32_t> hierarchy_seen{};
};

struct Ended {
  Wake wake;
  std::vector<CollectionId> changed;
};

/// Handle of a parked request; dropping it forgets the request without calling back.
class ParkHandle {
 public:
  virtual ~ParkHandle() = default;
};

class Hub {
 public:
  using Callback = std::move_only_function<void(Ended)>;
  struct Settings {
    std::chrono::seconds other_changes{
        60};  // least time between wakes by flags and removals; 0 = never
  };

  Hub(Clock& clock, Settings settings);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// The counter of a collection now; remember it before asking the backend what is there.
  Counter counter(const UserId& user, const CollectionId& collection);
  /// Counts hierarchy changes of a user.
  std::uint32_t hierarchy(const UserId& user);

  /// A change was seen. `by`: the device that made it, which is never woken by it.
  void mark_added(const UserId& user, const CollectionId& collection, const DeviceId* by = nullptr);
  void mark_other(const UserId& user, const CollectionId& collection, const DeviceId* by = nullptr);
  void mark_hierarchy(const UserId& user, const DeviceId* by = nullptr);
  /// A gap: every collection of the user counts as changed.
  void mark_all(const UserId& user);

  /// Parks; an older parked request of the device ends as superseded. Calls back at most once,
  /// never from within this call: when something changed already it calls back on the next tick of
  /// the loop.
  std::unique_ptr<ParkHandle> park(ParkRequest request, Callback callback);
  /// Ends the device's parked request, if any.
  void end(const UserId& user, const DeviceId& device, Wake wake);
  void end_all(Wake wake);

  /// Ends what is due; call about ten times a second.
  void tick();

  std::size_t parked() const;
  bool has_parked(const UserId& user) const;
  /// What the device's parked request waits for; empty where nothing is parked.
  std::vector<CollectionId> waits_for(const UserId& user, const DeviceId& device) const;
  /// Users with something parked now or within the last `grace`: whose changes must be watched.
  std::vector<UserId> watched_users(std::chrono::seconds grace) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace godwit::watch
