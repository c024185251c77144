/// The journal of what devices asked for (engine.md §2): the intent is durable before the action,
/// so that whoever finds it after a crash looks for the work in the backend instead of doing it
/// twice.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "store/store.hpp"

namespace godwit::sync {

struct Intent {
  std::string
      name;  // unique for what is to be done: device, relationship, generation, command, item
  std::string detail;  // how the work would show in the backend
};

struct OpenIntent {
  std::string name;
  std::string detail;          // of the first attempt when recovered
  std::uint64_t revision = 0;  // of its record
  bool recovered = false;      // an earlier attempt was cut short: look before you act
};

class Journal {
 public:
  struct Settings {
    std::string owner;       // this process
    bool sole_owner = true;  // no other node shares the store: a foreign owner is a dead one
    std::chrono::seconds lease{120};  // longer than any backend command
  };
  Journal(store::Store& store, const Clock& clock, Settings settings)
      : store_(store), clock_(clock), settings_(std::move(settings)) {}

  /// One durable commit for all of them. Throws Fault::Kind::busy when another node works on one.
  Task<std::vector<OpenIntent>> open(std::string user, std::vector<Intent> intents);
  /// The intent is about something else from now on: one durable commit, never both or neither.
  Task<OpenIntent> amend(std::string user, OpenIntent intent, std::string detail);
  /// The write that ends an intent: part of the commit that stores its outcome.
  static store::Write close(const std::string& user, const OpenIntent& intent);
  /// Ends whatever is open below a prefix: the relationship that could ask again is gone.
  Task<std::vector<store::Write>> closing(std::string user, std::string prefix);

 private:
  std::uint64_t lease_until() const;

  store::Store& store_;
  const Clock& clock_;
  Settings settings_;
};

}  // namespace godwit::sync
