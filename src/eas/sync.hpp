/// The Sync request ([MS-ASCMD] Sync), typed and checked. What breaks a rule that Microsoft's
/// schema or tests hold servers to is Errc::malformed: Status 4 at the top of the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "eas/version.hpp"
#include "wbxml/element.hpp"

namespace godwit::eas {

inline constexpr std::uint32_t window_items_default = 100;  // [MS-ASCMD] WindowSize: when absent
inline constexpr std::uint32_t window_items_max = 512;      // larger values and 0 mean 512
inline constexpr std::size_t sync_commands_max = 200;     // Add+Change+Delete+Fetch of one request
inline constexpr std::size_t sync_collections_max = 300;  // of one request

/// [MS-ASAIRS] BodyPreference and BodyPartPreference.
struct BodyPreference {
  std::uint8_t type = 1;
  std::optional<std::uint64_t> truncation_size;
  bool all_or_none = false;
  std::uint16_t preview = 0;
  friend bool operator==(const BodyPreference&, const BodyPreference&) = default;
};

/// One Options block; sticky per collection.
struct SyncOptions {
  std::string item_class;  // empty = the folder's own
  std::uint8_t filter_type = 0;
  std::uint8_t conflict = 1;  // 0 client wins, 1 server wins
  std::uint8_t mime_support = 0;
  std::optional<std::uint8_t> mime_truncation;
  std::vector<BodyPreference> bodies;
  std::vector<BodyPreference> body_parts;  // 14.1+; more than one, or a type other than 2: 164
  friend bool operator==(const SyncOptions&, const SyncOptions&) = default;
};

struct SyncCommand {
  enum class Kind : std::uint8_t { add, change, remove, fetch };
  Kind kind;
  std::string id;  // ClientId of an Add, else ServerId
  std::string item_class;
  bool send = false;                     // 16.x: send the draft now
  std::string instance_id;               // 16.x
  const wbxml::Element* data = nullptr;  // ApplicationData, in the parsed document
};

struct SyncCollection {
  std::string item_class;
  std::string sync_key;
  std::string id;
  std::optional<std::vector<wbxml::Tag>> supported;  // [MS-ASCMD] Supported
  bool deletes_as_moves = true;
  std::optional<bool> get_changes;
  std::optional<std::uint32_t> window;  // already clamped to window_items_max
  std::optional<std::uint8_t> conversation_mode;
  std::optional<std::vector<SyncOptions>> options;  // nothing = the stored ones go on
  std::vector<SyncCommand> commands;

  bool is_initial() const { return sync_key == "0"; }
  bool wants_changes() const { return get_changes.value_or(!is_initial()); }
};

struct SyncRequest {
  std::vector<SyncCollection> collections;
  std::optional<std::int64_t> wait_minutes;
  std::optional<std::int64_t> heartbeat_seconds;
  std::optional<std::uint32_t> window;
  bool partial = false;
  bool has_collections = false;
};

/// `root` must outlive the result. Error: malformed (Status 4), incomplete (13).
Result<SyncRequest> read_sync(const wbxml::Element& root, Version version);

/// An Options block (also that of GetItemEstimate and, without Class, of ItemOperations).
Result<SyncOptions> read_sync_options(const wbxml::Element& element, Version version);
/// [MS-ASAIRS] BodyPreference: strict order of children, booleans that are booleans.
Result<BodyPreference> read_body_preference(const wbxml::Element& element);

}  // namespace godwit::eas
