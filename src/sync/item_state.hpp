/// One generation of a device's collection of text items: what it holds, with a digest of every
/// property, and what it is still owed (engine.md §1). An item's ServerId is made of its href, so
/// that it is the same for all devices and after key 0
/// (docs/adr/0010-item-ids-from-hrefs.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/items.hpp"
#include "base/result.hpp"
#include "wbxml/tag.hpp"

namespace godwit::sync {

struct ItemEntry {
  enum class Status : std::uint8_t {
    todo,   // to be added
    held,   // on the device as it is
    dirty,  // on the device, and another one by now
    gone,   // on the device, removed by now
    aside,  // not to be sent: it cannot be rendered, or the phone chokes on it
  };
  Status status = Status::todo;
  std::string etag;     // of the text that the device holds; of todo and aside: of the last seen
  std::string digests;  // PropertyDigests of what the device holds
  friend bool operator==(const ItemEntry&, const ItemEntry&) = default;
};

struct ItemState {
  bool started = false;  // false: key 0 was answered, nothing was listed yet
  std::string cursor;
  std::map<std::string, ItemEntry, std::less<>> items;  // by href
  /// [MS-ASCMD] Supported, as it came with key 0; nothing = it did not.
  std::optional<std::vector<wbxml::Tag>> supported;

  bool pending() const { return count_pending() > 0; }
  std::size_t count_pending() const;
  friend bool operator==(const ItemState&, const ItemState&) = default;
};

std::string pack(const ItemState& state);
Result<ItemState> unpack_item_state(std::string_view bytes);

/// Brings the state up to the collection. A stale cursor costs one full listing and nothing else.
/// Error: not_found.
Task<Result<>> refresh(backend::Items& items, FolderKey collection, ItemState& state);

/// `{collection}:{digest of the href}`, at most 64 characters.
std::string format_item_id(std::string_view collection, std::string_view href);
/// The held item of that id, or nullptr.
const std::string* find_href(const ItemState& state, std::string_view collection,
                             std::string_view id);

/// The hrefs of one status, at most `limit`.
std::vector<std::string> hrefs_of(const ItemState& state, ItemEntry::Status status,
                                  std::size_t limit);

}  // namespace godwit::sync
