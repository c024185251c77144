/// Opens the store of devices, at the start and again when it could not be used then.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "app/config.hpp"
#include "app/damage.hpp"
#include "base/fault.hpp"
#include "store/store.hpp"

namespace godwit::app {

/// Pauses between attempts: doubled from the first to the last.
inline constexpr std::chrono::seconds opening_pause_first{1};
inline constexpr std::chrono::seconds opening_pause_max{30};

class Opening {
 public:
  /// `damage` outlives the stores.
  Opening(Config config, Damage& damage) : config_(std::move(config)), damage_(damage) {}

  /// Blocks; from any thread, one at a time. Makes the embedded databases that never were there.
  /// Throws Fault.
  std::unique_ptr<store::Store> store();

 private:
  Config config_;
  Damage& damage_;
  std::set<std::string> seen_;  // databases that were there: one that is gone is not made anew
};

/// Whether another attempt may do without anybody touching what is stored: a server that is down, a
/// file that another process has locked. Not so a damaged file of ours or one of another schema: it
/// is left alone, because who mends it may be putting a copy in its place.
bool may_pass(const Fault& fault);
/// What the administrator is to do.
std::string remedy_for(const Fault& fault);

}  // namespace godwit::app
