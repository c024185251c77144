/// One counted thing of a user (a collection, or the folder hierarchy), and who moved it: what lets
/// a device sleep through its own changes, also when it parks only after it made them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "watch/hub.hpp"

namespace godwit::watch {

class Track {
 public:
  /// Ranges of own changes remembered; older ones wake their maker once, which is harmless.
  static constexpr std::size_t own_ranges_max = 16;
  static constexpr std::uint32_t nobody = UINT32_MAX;

  const Counter& counter() const noexcept { return counter_; }

  void add(std::uint32_t device) { bump(counter_.added, true, device); }
  void change(std::uint32_t device) { bump(counter_.other, false, device); }

  /// Did somebody else than `device` add (or change) something since `seen`?
  bool added_since(const Counter& seen, std::uint32_t device) const noexcept {
    return foreign(seen.added, counter_.added, true, device);
  }
  bool changed_since(const Counter& seen, std::uint32_t device) const noexcept {
    return foreign(seen.other, counter_.other, false, device);
  }

 private:
  /// Values `first`..`last` of one of the two numbers were reached by changes of `device`.
  struct Own {
    std::uint32_t device;
    std::uint32_t first;
    std::uint32_t last;
    bool added;
  };

  void bump(std::uint32_t& number, bool added, std::uint32_t device) {
    ++number;
    if (device == nobody) return;
    if (!own_) own_ = std::make_unique<std::vector<Own>>();
    for (Own& own : *own_) {
      if (own.device == device && own.added == added && own.last + 1 == number) {
        own.last = number;
        return;
      }
    }
    if (own_->size() == own_ranges_max) own_->erase(own_->begin());
    own_->push_back({device, number, number, added});
  }

  bool foreign(std::uint32_t seen, std::uint32_t now, bool added,
               std::uint32_t device) const noexcept {
    if (seen == now) return false;
    if (seen > now) return true;  // not a number of this process: nothing is known since
    if (!own_) return true;
    std::uint32_t own_count = 0;
    for (const Own& own : *own_) {
      if (own.device != device || own.added != added || own.last <= seen) continue;
      own_count += own.last - std::max(own.first, seen + 1) + 1;
    }
    return own_count < now - seen;
  }

  Counter counter_;
  std::unique_ptr<std::vector<Own>> own_;  // most collections never need it
};

}  // namespace godwit::watch
