/// What an empty Sync or Ping repeats ([MS-ASCMD] Empty Sync, Ping). In memory only: a device that
/// gets 13 or 3 after a restart sends the whole request again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/mail_query.hpp"
#include "base/id.hpp"

namespace godwit::command {

struct CachedCollection {
  std::string id;
  std::string sync_key;
  bool get_changes = true;
  bool deletes_as_moves = true;
  std::optional<std::uint32_t> window;
};

struct CachedSync {
  std::vector<CachedCollection> collections;
  std::optional<std::int64_t> wait_minutes;
  std::optional<std::int64_t> heartbeat_seconds;
  std::optional<std::uint32_t> window;
};

struct CachedPing {
  std::optional<std::uint32_t> heartbeat_seconds;
  std::vector<std::string> folders;  // collection ids; empty = never sent
};

/// What a search found, for the pages that a device asks for next. Lost with a restart: then the
/// search is done again.
struct FoundMail {
  std::string query;  // what was looked for, as bytes to compare
  backend::MailHits hits;
};

/// Bounded: the entries used longest ago are forgotten.
class RequestCache {
 public:
  explicit RequestCache(std::size_t devices_max = 200'000) : devices_max_(devices_max) {}

  struct Entry {
    std::optional<CachedSync> sync;
    CachedPing ping;
    /// By collection: the key that the device proved to hold, by presenting it or by speaking on
    /// after it came, on the same connection (engine.md §3). Lost with a restart: then one Sync too
    /// many.
    std::map<std::string, std::string> proven;
    std::map<std::string, std::pair<std::uint64_t, std::string>> offered;  // connection, key
    std::weak_ptr<FoundMail> searched;                                     // by Search
    std::weak_ptr<FoundMail> found;                                        // by Find
  };
  /// The device's entry, made when there is none.
  Entry& entry(const UserId& user, const DeviceId& device);
  void forget(const UserId& user, const DeviceId& device);
  /// The newest results stay; each is some kilobytes.
  void keep(std::shared_ptr<FoundMail> results);

 private:
  using Name = std::pair<UserId, DeviceId>;
  struct Slot {
    Name name;
    Entry entry;
  };
  std::size_t devices_max_;
  std::list<Slot> slots_;  // most recently used first
  std::map<Name, std::list<Slot>::iterator> index_;
  std::deque<std::shared_ptr<FoundMail>> results_;  // shared with who is reading a page of them
};

}  // namespace godwit::command
