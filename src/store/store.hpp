/// The state that outlives a request: devices, sync relationships, journal, policies. It is kept as
/// records with revisions, so that one small interface serves one node on SQLite and many nodes on
/// PostgreSQL (docs/adr/0003-records-with-revisions.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"

namespace godwit::store {

/// What a record is about. Numbers are stored: append only.
enum class Kind : std::uint16_t {
  meta = 0,           // user "": facts about the store itself
  device = 1,         // name: device id
  hierarchy = 2,      // name: device id. The FolderSync relationship
  collection = 3,     // name: device id / collection id. A Sync relationship
  folders = 4,        // name: "". The user's table of folder identities
  intent = 5,         // name: device id / digest. The journal
  request_cache = 6,  // name: device id. What an empty Sync or Ping repeats
  sent = 7,           // name: device id / client id. Outcomes of sending
  item = 8,       // name: collection id / server id. What a backend cannot hold (follow-up dates)
  set_aside = 9,  // name: device id / collection id / server id
  device_password = 10,  // name: device id. The recovery password ([MS-ASCMD] DevicePassword)
  last_change = 11,      // name: device id / command. What it came to the last time
  item_chunk = 12,       // name: device id / collection id / number. Items of a relationship
  policy = 13,           // name: "". The name of the policy that an administrator assigned
  audit = 14,            // user "", name: time and number. What was decided, by whom
  app_password = 16,     // name: 8 hexadecimal digits
};

struct Key {
  std::string user;
  Kind kind;
  std::string name;
  friend auto operator<=>(const Key&, const Key&) = default;
};

struct Record {
  Key key;
  std::uint64_t revision = 0;  // 1 for a new record, one more for every write
  std::string value;
};

/// One write of a batch.
struct Write {
  Key key;
  /// The revision the record must have now: 0 = it must not exist; nothing = whatever it is.
  std::optional<std::uint64_t> expected;
  /// Nothing = remove it (its revision count starts again at 1 when it is written anew).
  std::optional<std::string> value;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual Task<std::optional<Record>> get(Key key) = 0;
  /// Each in the order asked.
  virtual Task<std::vector<std::optional<Record>>> get_many(std::vector<Key> keys) = 0;
  /// Records of one user and kind whose name begins with `prefix`, by name; at most `limit`, names
  /// above `after`.
  virtual Task<std::vector<Record>> list(std::string user, Kind kind, std::string prefix,
                                         std::string after, std::size_t limit) = 0;
  /// Records of one kind of all users, by (user, name); at most `limit`, beginning above
  /// (`after.user`, `after.name`).
  virtual Task<std::vector<Record>> list_all(Kind kind, Key after, std::size_t limit) = 0;
  /// All writes or none; durable when it returns true. False: some record had another revision,
  /// nothing was written. A key may occur once. Throws Fault (quota: disk full; corrupt;
  /// unavailable; busy; timed_out: whether it was written is unknown).
  virtual Task<bool> commit(std::vector<Write> batch) = 0;
};

}  // namespace godwit::store
