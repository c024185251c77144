#include "watch/hub.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>

#include "watch/track.hpp"
#include "watch/wheel.hpp"

namespace godwit::watch {
namespace {

// 4,096 slots of 128 ms: one turn is 8.7 minutes, so that a Ping of an hour is looked at 7 times.
constexpr std::chrono::milliseconds wheel_slot{128};
constexpr std::size_t wheel_slots = 4096;

struct User;

struct HubState;

struct Item {
  std::uint32_t collection;  // its interned name
  Counter seen;
};

/// A parked request, owned by whoever parked it. Its items lie behind it.
class Entry final : public ParkHandle, public WheelNode {
 public:
  static std::unique_ptr<Entry> make(const std::vector<Item>& items) {
    return std::unique_ptr<Entry>(new (Room{items.size()}) Entry(items));
  }
  ~Entry() override;
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  std::span<Item> items() noexcept { return {reinterpret_cast<Item*>(this + 1), count_}; }
  std::span<const Item> items() const noexcept {
    return {reinterpret_cast<const Item*>(this + 1), count_};
  }

  HubState* hub = nullptr;  // while the hub knows it
  User* user = nullptr;     // null once ended
  std::uint32_t device = 0;
  std::uint32_t hierarchy_seen = 0;
  Time deadline;
  Hub::Callback callback;
  bool hierarchy = true;
  bool ready = false;  // in the queue of ends

 private:
  struct Room {
    std::size_t items;
  };
  static void* operator new(std::size_t size, Room room) {
    return ::operator new(size + room.items * sizeof(Item));
  }
  static void operator delete(void* memory, Room) { ::operator delete(memory); }
  explicit Entry(const std::vector<Item>& items)
      : count_(static_cast<std::uint32_t>(items.size())) {
    std::ranges::uninitialized_copy(items, this->items());
  }

  std::uint32_t count_;

 public:
  static void operator delete(void* memory) { ::operator delete(memory); }
};
static_assert(alignof(Item) <= alignof(Entry));

struct Device {
  DeviceId id;
  Time other_woken{};  // when it was last woken by a change that was no addition
  Entry* parked = nullptr;
};

struct User {
  std::uint32_t device(const DeviceId& wanted) {
    for (std::size_t i = 0; i < devices.size(); ++i) {
      if (devices[i].id == wanted) return static_cast<std::uint32_t>(i);
    }
    devices.push_back({wanted});
    return static_cast<std::uint32_t>(devices.size() - 1);
  }
  std::uint32_t device_or_nobody(const DeviceId* wanted) {
    return wanted == nullptr ? Tracks::nobody : device(*wanted);
  }

  std::vector<Device> devices;
  Tracks tracks;
  std::uint32_t parked = 0;
  Time last_parked{};
};

struct HubState {
  HubState(Clock& a_clock, Hub::Settings the_settings)
      : clock(a_clock), settings(the_settings), wheel(clock.now(), wheel_slot, wheel_slots) {}

  struct End {
    Entry* entry;  // null when it was dropped meanwhile
    Ended ended;
  };

  /// Stays where it is.
  User& user(const UserId& id) { return users[id]; }

  /// Users number their collections alike, so that few names serve all.
  std::uint32_t name(const CollectionId& collection) {
    const auto next = static_cast<std::uint32_t>(names.size());
    const auto [found, added] = names.emplace(collection, next);
    if (added) name_texts.push_back(&found->first);
    return found->second;
  }

  bool hierarchy_moved(const Entry& entry) const {
    return entry.hierarchy && entry.user->tracks.added_since(
                                  Tracks::hierarchy, {entry.hierarchy_seen, 0}, entry.device);
  }
  static bool added(const Entry& entry) {
    return std::ranges::any_of(entry.items(), [&entry](const Item& item) {
      return entry.user->tracks.added_since(item.collection, item.seen, entry.device);
    });
  }
  /// [MS-ASCMD] Ping: changes other than additions need not wake at all; never, if so configured.
  bool changed(const Entry& entry) const {
    return settings.other_changes.count() != 0 &&
           std::ranges::any_of(entry.items(), [&entry](const Item& item) {
             return entry.user->tracks.changed_since(item.collection, item.seen, entry.device);
           });
  }
  Time other_due(const Entry& entry) const {
    return entry.user->devices[entry.device].other_woken + settings.other_changes;
  }

  std::vector<CollectionId> changed_collections(const Entry& entry) const;
  /// Ends the entry when something it must end for is there, else schedules it.
  void review(Entry& entry, Time now);
  void schedule(Entry& entry, Time now);
  void mark(const UserId& user_id, const CollectionId& collection, const DeviceId* by, bool is_new);
  static void move_along(Entry& entry);
  void detach(Entry& entry);
  void finish(Entry& entry, Wake wake);
  void deliver();
  void forget(Entry& entry);

  Clock& clock;
  Hub::Settings settings;
  TimerWheel wheel;
  std::unordered_map<UserId, User> users;
  std::unordered_map<CollectionId, std::uint32_t> names;
  std::vector<const CollectionId*> name_texts;  // by number; keys of `names`
  std::deque<End> ends;
  std::size_t parked = 0;
  bool delivering = false;
};

Entry::~Entry() {
  if (hub != nullptr) hub->forget(*this);
}

std::vector<CollectionId> HubState::changed_collections(const Entry& entry) const {
  std::vector<CollectionId> changed;
  const bool with_other = settings.other_changes.count() != 0;
  for (const Item& item : entry.items()) {
    Tracks& tracks = entry.user->tracks;
    if (tracks.added_since(item.collection, item.seen, entry.device) ||
        (with_other && tracks.changed_since(item.collection, item.seen, entry.device))) {
      changed.push_back(*name_texts[item.collection]);
    }
  }
  return changed;
}

void HubState::review(Entry& entry, Time now) {
  if (hierarchy_moved(entry)) return finish(entry, Wake::hierarchy);
  if (added(entry)) return finish(entry, Wake::changed);
  if (changed(entry) && other_due(entry) <= now) {
    entry.user->devices[entry.device].other_woken = now;
    return finish(entry, Wake::changed);
  }
  if (entry.deadline <= now) return finish(entry, Wake::timed_out);
  schedule(entry, now);
}

void HubState::schedule(Entry& entry, Time now) {
  Time due = entry.deadline;
  if (hierarchy_moved(entry) || added(entry)) {
    due = now;
  } else if (changed(entry)) {
    due = std::min(due, std::max(now, other_due(entry)));
  }
  wheel.schedule(entry, due);
}

void HubState::mark(const UserId& user_id, const CollectionId& collection, const DeviceId* by,
                    bool is_new) {
  User& owner = user(user_id);
  const auto device = owner.device_or_nobody(by);
  const auto number = name(collection);
  is_new ? owner.tracks.add(number, device) : owner.tracks.change(number, device);
  const Time now = clock.now();
  for (Device& each : owner.devices) {
    if (each.parked == nullptr) continue;
    const auto items = each.parked->items();
    if (std::ranges::find(items, number, &Item::collection) == items.end()) continue;
    move_along(*each.parked);
    review(*each.parked, now);
  }
  deliver();
}

/// A parked device keeps up with its own changes, so that the list of them may stay short.
void HubState::move_along(Entry& entry) {
  Tracks& tracks = entry.user->tracks;
  for (Item& item : entry.items()) {
    const Counter now = tracks.counter(item.collection);
    if (!tracks.added_since(item.collection, item.seen, entry.device)) item.seen.added = now.added;
    if (!tracks.changed_since(item.collection, item.seen, entry.device)) {
      item.seen.other = now.other;
    }
  }
  if (!tracks.added_since(Tracks::hierarchy, {entry.hierarchy_seen, 0}, entry.device)) {
    entry.hierarchy_seen = tracks.counter(Tracks::hierarchy).added;
  }
}

void HubState::detach(Entry& entry) {
  if (entry.user == nullptr) return;
  Device& device = entry.user->devices[entry.device];
  if (device.parked == &entry) device.parked = nullptr;
  entry.user->last_parked = clock.now();
  --entry.user->parked;
  --parked;
  entry.user = nullptr;
  entry.unlink();
}

void HubState::finish(Entry& entry, Wake wake) {
  Ended ended{wake, {}};
  if (wake == Wake::changed) ended.changed = changed_collections(entry);
  detach(entry);
  entry.ready = true;
  ends.push_back({&entry, std::move(ended)});
}

void HubState::deliver() {
  if (delivering) return;
  delivering = true;
  while (!ends.empty()) {
    End end = std::move(ends.front());
    ends.pop_front();
    if (end.entry == nullptr) continue;
    end.entry->ready = false;
    end.entry->hub = nullptr;
    // Moved out: the callback may drop the handle.
    Hub::Callback callback = std::move(end.entry->callback);
    callback(std::move(end.ended));
  }
  delivering = false;
}

void HubState::forget(Entry& entry) {
  detach(entry);
  if (!entry.ready) return;
  const auto queued = std::ranges::find(ends, &entry, &End::entry);
  if (queued != ends.end()) queued->entry = nullptr;
}

}  // namespace

struct Hub::State : HubState {
  using HubState::HubState;
};

Hub::Hub(Clock& clock, Settings settings) : state_(std::make_shared<State>(clock, settings)) {}

Hub::~Hub() {
  for (auto& [id, user] : state_->users) {
    for (Device& device : user.devices) {
      if (device.parked == nullptr) continue;
      device.parked->hub = nullptr;
      device.parked->unlink();
    }
  }
  for (State::End& end : state_->ends) {
    if (end.entry != nullptr) end.entry->hub = nullptr;
  }
}

Counter Hub::counter(const UserId& user, const CollectionId& collection) {
  return state_->user(user).tracks.counter(state_->name(collection));
}

std::uint32_t Hub::hierarchy(const UserId& user) {
  return state_->user(user).tracks.counter(Tracks::hierarchy).added;
}

void Hub::mark_added(const UserId& user, const CollectionId& collection, const DeviceId* by) {
  state_->mark(user, collection, by, true);
}

void Hub::mark_other(const UserId& user, const CollectionId& collection, const DeviceId* by) {
  state_->mark(user, collection, by, false);
}

void Hub::mark_hierarchy(const UserId& user, const DeviceId* by) {
  User& owner = state_->user(user);
  owner.tracks.add(Tracks::hierarchy, owner.device_or_nobody(by));
  const Time now = state_->clock.now();
  for (Device& device : owner.devices) {
    if (device.parked == nullptr) continue;
    State::move_along(*device.parked);
    state_->review(*device.parked, now);
  }
  state_->deliver();
}

void Hub::mark_all(const UserId& user) {
  User& owner = state_->user(user);
  owner.tracks.add_everywhere();
  const Time now = state_->clock.now();
  for (Device& device : owner.devices) {
    if (device.parked != nullptr) state_->review(*device.parked, now);
  }
  state_->deliver();
}

std::unique_ptr<ParkHandle> Hub::park(ParkRequest request, Callback callback) {
  State& state = *state_;
  User& owner = state.user(request.user);
  const auto device = owner.device(request.device);
  owner.devices[device].id = request.device;  // one text with whoever waits
  // Told on the next tick, so that no callback runs within this call.
  if (owner.devices[device].parked != nullptr) {
    state.finish(*owner.devices[device].parked, Wake::superseded);
  }
  std::vector<Item> items;
  items.reserve(request.collections.size());
  for (const Watched& watched : request.collections) {
    items.push_back({state.name(watched.collection), watched.seen});
    static_cast<void>(owner.tracks.counter(items.back().collection));  // from now on counted
  }
  const Counter hierarchy = owner.tracks.counter(Tracks::hierarchy);
  owner.tracks.settle();
  auto entry = Entry::make(items);
  entry->hub = &state;
  entry->user = &owner;
  entry->device = device;
  entry->hierarchy = request.hierarchy;
  entry->hierarchy_seen = request.hierarchy_seen.value_or(hierarchy.added);
  entry->deadline = request.deadline;
  entry->callback = std::move(callback);
  owner.devices[device].parked = entry.get();
  ++owner.parked;
  ++state.parked;
  const Time now = state.clock.now();
  owner.last_parked = now;
  State::move_along(*entry);
  state.schedule(*entry, now);
  return entry;
}

void Hub::end(const UserId& user, const DeviceId& device, Wake wake) {
  const auto found = state_->users.find(user);
  if (found == state_->users.end()) return;
  for (Device& each : found->second.devices) {
    if (each.id == device && each.parked != nullptr) state_->finish(*each.parked, wake);
  }
  state_->deliver();
}

void Hub::end_all(Wake wake) {
  for (auto& [id, user] : state_->users) {
    for (Device& device : user.devices) {
      if (device.parked != nullptr) state_->finish(*device.parked, wake);
    }
  }
  state_->deliver();
}

void Hub::tick() {
  State& state = *state_;
  const Time now = state.clock.now();
  state.wheel.expire(
      now, [&state, now](WheelNode& node) { state.review(static_cast<Entry&>(node), now); });
  state.deliver();
}

std::size_t Hub::parked() const { return state_->parked; }

bool Hub::has_parked(const UserId& user) const {
  const auto found = state_->users.find(user);
  return found != state_->users.end() && found->second.parked != 0;
}

std::vector<CollectionId> Hub::waits_for(const UserId& user, const DeviceId& device) const {
  std::vector<CollectionId> out;
  const auto found = state_->users.find(user);
  if (found == state_->users.end()) return out;
  for (const Device& each : found->second.devices) {
    if (each.id != device || each.parked == nullptr) continue;
    for (const Item& item : std::as_const(*each.parked).items()) {
      out.push_back(*state_->name_texts[item.collection]);
    }
  }
  return out;
}

std::vector<UserId> Hub::watched_users(std::chrono::seconds grace) const {
  std::vector<UserId> watched;
  const Time since = state_->clock.now() - grace;
  for (const auto& [id, user] : state_->users) {
    if (user.parked != 0 || (user.last_parked != Time{} && user.last_parked >= since)) {
      watched.push_back(id);
    }
  }
  return watched;
}

}  // namespace godwit::watch
