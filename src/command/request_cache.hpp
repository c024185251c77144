/// What an empty Sync or Ping repeats ([MS-ASCMD] Empty Sync, Ping), and which keys devices proved
/// to hold. In memory only: a device that gets 13 or 3 after a restart sends the whole request
/// again. Every device that ever spoke may have an entry for long, so entries are packed: some 400
/// bytes with eight folders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/mail_query.hpp"
#include "base/bounded_table.hpp"
#include "base/id.hpp"
#include "base/pack.hpp"
#include "base/shared_text.hpp"
#include "item/uid_set.hpp"
#include "sync/sync_key.hpp"

namespace godwit::command {

struct CachedCollection {
  std::string id;
  std::string sync_key;
  bool get_changes = true;
  bool deletes_as_moves = true;
  std::optional<std::uint32_t> window;
  bool conversations = false;
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

/// Packed requests: what waits keeps the same text as the cache.
SharedText pack(const CachedSync& sync);
CachedSync unpack_sync(const SharedText& packed);
SharedText pack(const CachedPing& ping);
CachedPing unpack_ping(const SharedText& packed);

/// What a search found, for the pages that a device asks for next. Lost with a restart: then the
/// search is done again.
struct FoundMail {
  std::string query;  // what was looked for, as bytes to compare
  backend::MailHits hits;
};

/// Bounded: the entries used longest ago are forgotten.
class RequestCache {
 public:
  explicit RequestCache(std::size_t devices_max = 200'000) : entries_(devices_max) {}

  class Entry {
   public:
    SharedText sync;  // empty = nothing to repeat
    SharedText ping;
    bool owes_mail = true;  // of a meeting; false once looked (organizer.hpp)
    struct Rare {
      std::weak_ptr<FoundMail> searched;  // by Search
      std::weak_ptr<FoundMail> found;     // by Find
      /// By collection: what the device itself moved there since it synced it last. It is owed to
      /// the device, but does not end its Ping.
      std::map<std::string, UidSet> own;
    };
    /// What few devices have.
    Rare& rare() {
      if (!rare_) rare_ = std::make_unique<Rare>();
      return *rare_;
    }
    /// Null when there is nothing.
    Rare* rare_if_any() const { return rare_.get(); }

    /// The device presented the key.
    void note_proven(std::string_view collection, const sync::SyncKey& key);
    /// Our answer on that connection carried the key.
    void note_offered(std::string_view collection, const sync::SyncKey& key,
                      std::uint64_t connection);
    /// The device proved to hold the key's state: it presented the key, or it speaks on after the
    /// answer with it, on the same connection (engine.md §3). Lost with a restart: then one Sync
    /// too many.
    bool proved(std::string_view collection, const sync::SyncKey& key,
                std::uint64_t connection) const;

   private:
    struct Known {
      std::string_view collection{};
      std::uint64_t relationship = 0;
      std::uint32_t proven = 0;      // generation
      std::uint32_t offered = 0;     // generation; 0 = none that is not proven
      std::uint64_t connection = 0;  // of `offered`
    };
    static Known next(Unpacker& in);
    Known find(std::string_view collection) const;
    void put(const Known& known);
    SharedText known_;  // packed, one after another
    std::unique_ptr<Rare> rare_;
  };

  /// The device's entry, made when there is none.
  Entry& entry(const UserId& user, const DeviceId& device) {
    return entries_.touch({user, device});
  }
  /// The same ids as the device's entry has them, if it has one: equal texts in memory once.
  DeviceId shared(const UserId& user, DeviceId device) const {
    const Name* const name = entries_.find_key({user, device});
    return name == nullptr ? device : name->second;
  }
  void forget(const UserId& user, const DeviceId& device) { entries_.erase({user, device}); }
  /// The newest results stay; each is some kilobytes.
  void keep(std::shared_ptr<FoundMail> results);

 private:
  using Name = std::pair<UserId, DeviceId>;
  struct NameHash {
    std::size_t operator()(const Name& name) const noexcept {
      return std::hash<UserId>{}(name.first) * 31 + std::hash<DeviceId>{}(name.second);
    }
  };
  BoundedTable<Name, Entry, NameHash> entries_;
  std::deque<std::shared_ptr<FoundMail>> results_;  // shared with who is reading a page of them
};

}  // namespace godwit::command
