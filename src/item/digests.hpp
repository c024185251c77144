/// What a device holds of an item, property by property, without the values: enough to see who
/// changed what when both sides changed it (engine.md §1, §6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

/// By number of the property; a property that is empty is not there.
class PropertyDigests {
 public:
  PropertyDigests() = default;
  /// What `packed` wrote; nothing of what is damaged.
  explicit PropertyDigests(std::string_view packed);

  void set(std::size_t property, std::string_view value);
  /// As it is there.
  void take(std::size_t property, const PropertyDigests& from);
  /// 0 where the property is empty.
  std::uint32_t operator[](std::size_t property) const;
  /// Five bytes a property.
  std::string packed() const;
  /// Of the properties that are not empty, ascending.
  std::vector<std::uint8_t> numbers() const;
  friend bool operator==(const PropertyDigests&, const PropertyDigests&) = default;

 private:
  std::map<std::uint8_t, std::uint32_t> digests_;
};

/// Of one value; 0 for an empty one only.
std::uint32_t property_digest(std::string_view value);

/// A device's edit of an item that somebody else changed since the device got it, by digests alone.
struct DigestMerge {
  std::vector<std::uint8_t> repeated;  // what the device only says again: not its change
  bool conflict = false;               // both changed a property, to different values
  PropertyDigests held;                // what the device has after its edit
};
/// `base`: what the device held before; `current`: what is there; `after`: what would be there if
/// the whole edit were done; `says`: whether the edit speaks of a property at all.
DigestMerge merged(const PropertyDigests& base, const PropertyDigests& current,
                   const PropertyDigests& after, const std::function<bool(std::uint8_t)>& says);

/// For `merged`: a patch speaks of the properties that `keep` can take out of it.
template <class Patch>
std::function<bool(std::uint8_t)> says(const Patch& patch) {
  return [&patch](std::uint8_t number) {
    Patch without = patch;
    keep(without, {number});
    return !(without == patch);
  };
}

}  // namespace godwit
