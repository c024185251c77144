/// How many items a request carries, by what is done with them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "wbxml/element.hpp"

namespace godwit::command {

struct Tally {
  std::uint32_t added = 0;
  std::uint32_t changed = 0;  // or moved
  std::uint32_t deleted = 0;
  std::uint32_t fetched = 0;
  friend bool operator==(const Tally&, const Tally&) = default;
};

/// What the device asks for: the commands of a Sync, Fetch of ItemOperations, MoveItems.
Tally asked_for(const wbxml::Element& request);
/// "added:3,deleted:1"; "0" of none.
std::string text(const Tally& tally);

/// Collections that a Sync or a Ping names; what is no id is left out.
std::vector<CollectionId> folders_named(const wbxml::Element& request);

}  // namespace godwit::command
