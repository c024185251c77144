/// What a device holds of a collection, and what its user did that the server has not heard yet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/node.hpp"

namespace godwit::client {

/// An item's properties by path: `Subject`, `Read`, `Flag/Status`, `Body/Data`; the second of equal
/// siblings is `Categories/Category#2`.
using Item = std::map<std::string, std::string, std::less<>>;

/// Lays ApplicationData over an item: each property in it replaces the one held, others stay.
void merge_properties(Item& item, const Node& application_data);

/// Lays what one occurrence has of its own over the series' Exceptions, from 16.0 on; without
/// `data` it is taken out.
void merge_occurrence(Item& item, std::string_view instance_id, const std::vector<Node>& data);

/// Something that the device's user did.
struct Command {
  enum class Kind : std::uint8_t { add, change, remove, fetch };
  Kind kind = Kind::change;
  std::uint64_t number = 0;  // by which an answer finds what it answers
  std::string server_id;     // but for add
  std::string client_id;     // of add
  std::string item_class;    // of add; empty = the folder's own
  std::string instance_id;   // of change, remove: the occurrence that is meant (16.x)
  std::vector<Node> data;    // children of ApplicationData
  bool send = false;         // of a draft: [MS-ASEMAIL] Send
  Item before;               // of remove: what comes back when the server refuses
};

struct Collection {
  std::string id;
  std::string sync_key = "0";
  std::map<std::string, Item> items;  // by ServerId
  std::vector<Command> pending;       // in the order made; the next Sync carries them
  std::uint64_t commands_made = 0;
  /// What was held before a restart with key 0: a ServerId must come back as the same item.
  std::map<std::string, Item> before_restart;
  /// FileReferences of attachments that the device added to drafts, by their ClientIds.
  std::map<std::string, std::string> added_files;
  unsigned empty_more = 0;  // answers in a row with MoreAvailable and nothing else
};

struct Folder {
  std::string id;
  std::string parent_id;
  std::string name;
  int type = 0;
  friend bool operator==(const Folder&, const Folder&) = default;
};

/// [MS-ASCMD] Class of what a folder of that Type holds.
std::string_view class_of_type(int type);

/// What a Sync request says about one collection.
struct SyncOptions {
  std::optional<unsigned> window_size;
  std::optional<bool> get_changes;
  std::optional<bool> deletes_as_moves;
  /// Children of Options; nothing = no Options at all (the server keeps the last ones).
  std::optional<std::vector<Node>> options;
  bool send_pending = true;
};

/// Options of a mail folder. `body_type` 1 plain, 2 HTML, 4 MIME; nothing of `truncation` = whole.
std::vector<Node> mail_options(int filter, int body_type, std::optional<std::uint64_t> truncation);

/// What a whole Sync request says beside its collections.
struct SyncRequest {
  std::optional<unsigned> wait_minutes;
  std::optional<unsigned> heartbeat_seconds;
  std::optional<unsigned> window_size;
  bool partial = false;
};

}  // namespace godwit::client
