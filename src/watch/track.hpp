/// The counted things of one user (collections, and the folder hierarchy), and who moved them: what
/// lets a device sleep through its own changes, also when it parks only after it made them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "watch/hub.hpp"

namespace godwit::watch {

class Tracks {
 public:
  /// Ranges of own changes remembered, of all things; older ones wake their maker once, which is
  /// harmless.
  static constexpr std::size_t own_ranges_max = 64;
  static constexpr std::uint32_t nobody = UINT32_MAX;     // of devices
  static constexpr std::uint32_t hierarchy = UINT32_MAX;  // of names: its additions alone count

  /// Frees what growing left over; of use when no more things are expected soon.
  void settle() { rows_.shrink_to_fit(); }
  /// Counted from the first time that it is asked for.
  Counter& counter(std::uint32_t name) {
    auto found = std::ranges::lower_bound(rows_, name, {}, &Row::name);
    if (found == rows_.end() || found->name != name) found = rows_.insert(found, Row{name, {}});
    return found->counter;
  }

  void add(std::uint32_t name, std::uint32_t device) {
    bump({name, device, 0, 0, true}, counter(name).added);
  }
  void change(std::uint32_t name, std::uint32_t device) {
    bump({name, device, 0, 0, false}, counter(name).other);
  }
  /// Nobody knows what moved: every collection counts as added to.
  void add_everywhere() {
    for (Row& row : rows_) {
      if (row.name != hierarchy) ++row.counter.added;
    }
  }

  /// Did somebody else than `device` add (or change) something since `seen`?
  bool added_since(std::uint32_t name, const Counter& seen, std::uint32_t device) {
    return foreign({name, device, seen.added, counter(name).added, true});
  }
  bool changed_since(std::uint32_t name, const Counter& seen, std::uint32_t device) {
    return foreign({name, device, seen.other, counter(name).other, false});
  }

 private:
  struct Row {
    std::uint32_t name;
    Counter counter;
  };
  /// Values `first`..`last` of one of the two numbers were reached by changes of `device`.
  struct Own {
    std::uint32_t name;
    std::uint32_t device;
    std::uint32_t first;
    std::uint32_t last;
    bool added;
    bool same_as(const Own& other) const noexcept {
      return name == other.name && device == other.device && added == other.added;
    }
  };

  void bump(Own change, std::uint32_t& number) {
    ++number;
    if (change.device == nobody) return;
    if (!own_) own_ = std::make_unique<std::vector<Own>>();
    for (Own& own : *own_) {
      if (own.same_as(change) && own.last + 1 == number) {
        own.last = number;
        return;
      }
    }
    if (own_->size() == own_ranges_max) own_->erase(own_->begin());
    change.first = change.last = number;
    own_->push_back(change);
  }

  /// `span.first` was seen, `span.last` is now.
  bool foreign(const Own& span) const noexcept {
    if (span.first == span.last) return false;
    if (span.first > span.last) return true;  // not a number of this process
    if (!own_) return true;
    std::uint32_t own_count = 0;
    for (const Own& own : *own_) {
      if (!own.same_as(span) || own.last <= span.first) continue;
      own_count += own.last - std::max(own.first, span.first + 1) + 1;
    }
    return own_count < span.last - span.first;
  }

  std::vector<Row> rows_;                  // sorted by name
  std::unique_ptr<std::vector<Own>> own_;  // most users never need it
};

}  // namespace godwit::watch
