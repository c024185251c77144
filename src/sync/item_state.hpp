/// One generation of a device's collection of text items: what it holds, with a digest of every
/// property, and what it is still owed (engine.md §1). An item's ServerId is made of its href, so
/// that it is the same for all devices and after key 0
/// (docs/adr/0010-item-ids-from-hrefs.md). The items lie in chunks, each a record of its own that
/// is loaded when it is needed and written when it changed (sync/item_chunks.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backend/items.hpp"
#include "base/result.hpp"
#include "wbxml/tag.hpp"

namespace godwit::sync {

/// A day, counted from 1970, on which an item is over; of a window: the first that counts.
using ItemDay = std::int32_t;
inline constexpr ItemDay item_day_first = std::numeric_limits<ItemDay>::min();
inline constexpr ItemDay item_day_never = std::numeric_limits<ItemDay>::max();

struct ItemEntry {
  enum class Status : std::uint8_t {
    todo,     // to be added
    held,     // on the device as it is
    dirty,    // on the device, and another one by now
    gone,     // on the device, removed by now
    aside,    // not to be sent: it cannot be rendered, or the phone chokes on it
    outside,  // not on the device: it lies before the window ([MS-ASCMD] FilterType)
    soft,     // on the device, and before the window by now
  };
  Status status = Status::todo;
  std::string etag{};              // of the text that the device holds; of others: of the last seen
  std::string digests{};           // PropertyDigests of what the device holds
  ItemDay lasts = item_day_never;  // of held, outside and soft
  friend bool operator==(const ItemEntry&, const ItemEntry&) = default;
};
inline constexpr std::size_t item_status_count = 7;

/// Some of the items. `number` names the record, 0 = there is none.
struct ItemChunk {
  std::uint64_t number = 0;
  std::array<std::uint32_t, item_status_count> counts{};
  ItemDay first_held = item_day_never;    // the earliest day on which one is over
  ItemDay last_outside = item_day_first;  // the latest
  // Not stored here:
  bool loaded = false;
  std::string bytes{};  // as it was loaded
  friend bool operator==(const ItemChunk&, const ItemChunk&) = default;
};

struct ItemState {
  bool started = false;  // false: key 0 was answered, nothing was listed yet
  std::string cursor;
  std::uint8_t filter_type = 0;    // [MS-ASCMD] FilterType, as the last Sync had it
  ItemDay floor = item_day_first;  // of its window
  /// [MS-ASCMD] Supported, as it came with key 0; nothing = it did not.
  std::optional<std::vector<wbxml::Tag>> supported;
  /// ServerIds of what is to be removed from the device, and then added anew, or set aside
  /// (repair.hpp).
  std::set<std::string, std::less<>> again, leave;
  std::uint64_t next_number = 1;                        // of a chunk
  std::vector<ItemChunk> chunks;                        // a power of two of them, or none
  std::map<std::string, ItemEntry, std::less<>> items;  // by href; of loaded chunks

  bool pending() const { return count_pending() > 0; }
  std::size_t size() const;
  /// What the device is owed.
  std::size_t count_pending() const;
  /// Of all chunks, loaded or not.
  std::size_t count(ItemEntry::Status status) const;
  friend bool operator==(const ItemState&, const ItemState&) = default;
};

/// Without the items: those lie in the chunks, whose numbers are in it.
std::string pack(const ItemState& state);
Result<ItemState> unpack_item_state(std::string_view bytes);
/// Numbers of the chunks that a packed state needs; none of what is damaged.
std::set<std::uint64_t> chunk_numbers(std::string_view packed_state);

/// What the backend told.
void note_changed(ItemState& state, backend::ItemTag tag);
void note_removed(ItemState& state, std::string_view href);

/// `{collection}:{digest of the href}`, at most 64 characters.
std::string format_item_id(std::string_view collection, std::string_view href);
/// The held item of that id, or nullptr; its chunk must be loaded.
const std::string* find_href(const ItemState& state, std::string_view collection,
                             std::string_view id);
bool is_on_device(ItemEntry::Status status);

/// The chunk of an href, and of a ServerId (the first one when it is none of ours). There must be
/// chunks.
std::size_t chunk_of(const ItemState& state, std::string_view href);
std::size_t chunk_of_id(const ItemState& state, std::string_view id);

}  // namespace godwit::sync
