/// What an administrator does to what a device is recorded to have, without a new key: one item is
/// removed from the device and sent anew, or removed and kept from it; a folder's record is held
/// against the folder. Both generations are changed, in one commit, so that it counts whichever key
/// the device presents next; a Sync that runs meanwhile loses its commit and is asked again
/// (docs/adr/0025-repair-by-both-generations.md).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "store/store.hpp"

namespace godwit::sync {

/// Why an item is set aside that was taken off the device.
inline constexpr const char* left_by_repair = "an administrator took it off the device";

struct RepairOrder {
  enum class Kind : std::uint8_t {
    resend,   // remove it from the device, then add it anew; what was set aside is tried again
    forget,   // remove it from the device, and keep it from there until it changes
    rebuild,  // hold the record against the whole folder
  };
  Kind kind = Kind::rebuild;
  std::string user;
  std::string device;
  std::string collection{};
  bool is_mail = false;
  std::string item{};  // ServerId; empty for `rebuild`
};

/// What is going to happen, in words. `more` goes with the commit. Errors: not_found (the device
/// does not synchronize the collection; no such item), conflict (a Sync is quicker each time; the
/// item lies outside of the window).
Task<Result<std::string>> repair(store::Store& store, RepairOrder order,
                                 std::function<std::vector<store::Write>()> more);

}  // namespace godwit::sync
