/// [MS-ASCMD] ItemOperations: the request, read and checked, and what its operations come to.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "command/session.hpp"
#include "eas/sync.hpp"
#include "render/render.hpp"

namespace godwit::command {

// [MS-ASCMD] Status (ItemOperations).
namespace operation_status {
inline constexpr std::uint16_t ok = 1;
inline constexpr std::uint16_t protocol_error = 2;
inline constexpr std::uint16_t server_error = 3;
inline constexpr std::uint16_t bad_link = 4;
inline constexpr std::uint16_t not_found = 6;
inline constexpr std::uint16_t bad_range = 8;
inline constexpr std::uint16_t unknown_store = 9;
inline constexpr std::uint16_t empty_file = 10;
inline constexpr std::uint16_t too_large = 11;
inline constexpr std::uint16_t conversion_failed = 14;
inline constexpr std::uint16_t bad_attachment = 15;
inline constexpr std::uint16_t access_denied = 16;
inline constexpr std::uint16_t partial_success = 17;
}  // namespace operation_status

/// The recipient information cache: a collection of no items that a mailbox holds.
inline constexpr std::string_view recipient_cache_id = "RI";

struct FetchOperation {
  std::string store;
  std::string collection_id, server_id;  // an item
  std::optional<std::string> file_reference;
  std::optional<std::string> long_id;
  std::optional<std::string> link_id;
  std::optional<render::ByteRange> range;
  eas::SyncOptions options;
  std::vector<wbxml::Tag> schema;  // the properties wanted; empty = all
};

struct EmptyOperation {
  std::string collection_id;
  bool delete_subfolders = false;
};

struct MoveOperation {
  std::string conversation_id;  // bytes
  std::string target_folder;
  bool move_always = false;
  bool malformed = false;  // MoveAlways with content: Status 2 of the Move
};

using Operation = std::variant<FetchOperation, EmptyOperation, MoveOperation>;

/// The operations in the order of the request. Errors: malformed (Status 2 at the root), too_large
/// (11).
Result<std::vector<Operation>> read_item_operations(const wbxml::Element& root,
                                                    eas::Version version);

/// What a Fetch came to.
struct Fetched {
  std::uint16_t status = operation_status::ok;
  std::function<void(wbxml::Writer&)> properties{};  // null: none
  std::vector<std::shared_ptr<const http::Body>> parts{};
  std::string_view item_class = "Email";
};
/// `first_part`: the number of the next binary part of a multipart answer; nothing = data inline.
Task<Fetched> fetch(Session& session, const sync::FolderTable& table,
                    const FetchOperation& operation, std::optional<std::uint32_t> first_part);

/// Removes what the folder holds, once, however often the request comes.
Task<std::uint16_t> empty_folder(Session& session, const sync::FolderTable& table,
                                 EmptyOperation operation);

/// [MS-ASCMD] Delivery of Content Requested by Fetch: the document and its parts as one body.
std::shared_ptr<const http::Body> multipart_body(
    http::Spools& spools, const std::shared_ptr<const http::Body>& document,
    const std::vector<std::shared_ptr<const http::Body>>& parts);

}  // namespace godwit::command
