/// The classes of text items, one row each: how a text becomes an answer, and how a device's edit
/// becomes a text. Sync and its neighbours work on the rows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "convert/ical/context.hpp"
#include "eas/sync.hpp"
#include "eas/version.hpp"
#include "item/event.hpp"
#include "item/folder.hpp"
#include "profile/profiles.hpp"
#include "sync/item_state.hpp"
#include "wbxml/element.hpp"
#include "wbxml/writer.hpp"

namespace godwit::command {

/// What of the device's Options, and of its user, an item's rendering needs.
struct ItemOptions {
  eas::Version version;
  std::vector<eas::BodyPreference> bodies;
  convert::ical::Context user;   // the zone, the present time, the own addresses
  profile::Behaviour behaviour;  // of the device
};

struct RenderedItem {
  std::function<void(wbxml::Writer&)> write;   // the children of ApplicationData
  std::uint64_t size = 0;                      // bytes that `write` will about produce
  std::string digests;                         // PropertyDigests of what the device then holds
  sync::ItemDay lasts = sync::item_day_never;  // when it is over
};

/// An attachment that lies in an item.
struct ItemFile {
  std::string content_type;
  std::string content;
};

/// How many attachments of one content an item had.
struct CountedFile {
  std::string digest;  // of the content
  std::uint64_t count = 0;
  friend bool operator==(const CountedFile&, const CountedFile&) = default;
};

/// A device's Add or Change, or its removal of one occurrence.
struct ItemEdit {
  std::string_view text;       // as the backend has it now; empty = an Add
  const wbxml::Element* data;  // null: the occurrence is removed
  const ItemOptions& options;
  const std::optional<std::vector<wbxml::Tag>>& supported;
  /// What the device held before its edit, where the backend has another text by now.
  std::optional<std::string_view> base;
  bool client_wins = false;      // [MS-ASCMD] Conflict
  std::string_view uid;          // for an Add
  std::string_view id;           // ServerId, of which FileReferences are made
  std::string_view instance_id;  // 16.x: of the occurrence that is meant
  Time now;
  /// What an earlier attempt found before it wrote: what there is more of by now was added then.
  const std::vector<CountedFile>* files_before = nullptr;
};

/// An attachment that an edit added ([MS-ASAIRS] Add).
struct AddedFile {
  std::string client_id;
  std::string reference;
};

struct EditedItem {
  std::string text{};
  std::string digests{};   // of what the device holds now, if nobody tells it more
  bool conflict = false;   // nothing was done: status 7
  bool completed = false;  // an Add lacked what we made: the device must be told
  std::string uid{};       // 16.x: the answer to an Add has it
  std::vector<AddedFile> files{};
  std::vector<CountedFile> files_before{};  // of a Change that adds attachments
};

struct ItemKind {
  ItemClass item_class;
  std::string_view name;  // [MS-ASCMD] Class
  eas::Version since;
  bool takes_supported;
  /// Whether a FilterType may be asked for ([MS-ASCMD] FilterType).
  bool (*takes_filter)(std::uint8_t filter_type);
  /// Where the window begins that a FilterType asks for.
  sync::ItemDay (*floor)(std::uint8_t filter_type, Time now);
  /// Errors: unsupported (nothing that the class can hold), malformed, too_large.
  /// `id`: its ServerId.
  Result<RenderedItem> (*render)(std::string_view text, const ItemOptions& options,
                                 std::string_view id);
  /// Error: status 6.
  Result<EditedItem> (*edit)(const ItemEdit& edit);
  /// The attachment of that FileReference; null where the class has none. Errors: not_found,
  /// unsupported (it is no more than a link).
  Result<ItemFile> (*open)(std::string_view text, const ItemOptions& options, std::string_view id,
                           std::string_view reference) = nullptr;
};

/// Of classes without windows.
sync::ItemDay no_floor(std::uint8_t filter_type, Time now);

/// nullptr = items of that class are not synchronised.
const ItemKind* find_kind(ItemClass item_class);

/// Whether a body that came is no more than the beginning of one, as it was sent.
bool repeats_sent_part(const ItemBody& body, const std::string& text, const std::string& html,
                       const ItemOptions& options);
/// Body of an item by the device's preferences; `html` may be empty. One without any text says so:
/// that clears what the device had.
void write_item_body(const std::string& text, const std::string& html, const ItemOptions& options,
                     wbxml::Writer& writer);
/// What a device that was sent `text` may hold of it, by the same preferences.
std::string_view truncated_body(std::string_view text, const ItemOptions& options);

extern const ItemKind event_kind;
extern const ItemKind contact_kind;
extern const ItemKind task_kind;
extern const ItemKind note_kind;
extern const ItemKind recipient_kind;

}  // namespace godwit::command
