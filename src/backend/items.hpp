/// Collections of text items: events, contacts, tasks and notes, each one iCalendar or vCard text
/// that is kept whole. Shaped so that CalDAV and CardDAV (RFC 4791, 6352, 6578) can stand behind it
/// as well as a database. Errors and faults as in backend.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"

namespace godwit::backend {

/// Keys of collections share one space with those of mail folders (sync/folder_table.hpp): they
/// begin with this, which no mail folder's key does: no level of a mailbox name is empty.
inline constexpr std::string_view item_key_mark = "//";
inline bool is_item_key(std::string_view key) { return key.starts_with(item_key_mark); }

inline constexpr std::size_t item_text_bytes_max = std::size_t{10} * 1024 * 1024;
inline constexpr std::size_t href_bytes_max = 512;

struct ItemCollection {
  FolderKey key;
  ItemClass item_class = ItemClass::contacts;  // never email
  std::string name;                            // UTF-8
  FolderRole role = FolderRole::none;          // calendar, contacts, tasks, notes: the default one
  bool read_only = false;
  bool foreign = false;  // another user's
  friend bool operator==(const ItemCollection&, const ItemCollection&) = default;
};

/// A state of one item, by its name in the collection.
struct ItemTag {
  std::string href;
  std::string etag;  // another one whenever the text is another
  friend auto operator<=>(const ItemTag&, const ItemTag&) = default;
};

struct ItemChanges {
  std::string cursor;                // the position after these changes
  std::vector<ItemTag> changed;      // new or with another text, each once
  std::vector<std::string> removed;  // hrefs; may name what the asker never knew
  bool more = false;                 // ask again from `cursor`
};

struct ItemText {
  std::string href;
  std::string etag;
  std::string text;
};

/// What an item must be for a write to happen.
struct ItemCondition {
  /// Nothing = it must not exist (If-None-Match: *); else its present etag (If-Match).
  std::optional<std::string> etag;
};

/// One user's collections. Errors of all calls that name a collection: not_found (it is gone).
class Items {
 public:
  virtual ~Items() = default;

  virtual Task<std::vector<ItemCollection>> collections() = 0;
  /// Whether what a mail says of a meeting comes into the calendar when it is delivered.
  virtual bool places_meetings() const { return false; }
  /// Addresses by which a server that schedules knows the user: its writes of meetings that one of
  /// them organizes or attends tell the others (RFC 6638 3.2). Empty: it tells nobody.
  virtual Task<std::vector<std::string>> scheduling_addresses() {
    co_return std::vector<std::string>();
  }
  /// Errors: conflict (one of that class and name exists), refused (not a name, not that class).
  virtual Task<Result<FolderKey>> create_collection(ItemClass item_class, std::string name) = 0;
  /// The key stays. Errors: conflict, refused.
  virtual Task<Result<>> rename_collection(FolderKey collection, std::string name) = 0;
  /// With all items. Error: refused (a default collection).
  virtual Task<Result<>> delete_collection(FolderKey collection) = 0;

  /// The present position, without the changes: equal to an earlier one = nothing changed.
  virtual Task<Result<std::string>> cursor(FolderKey collection) = 0;
  /// What changed since a cursor; an empty one means since ever. Error: stale (the cursor is not
  /// one of this collection, or too old: begin with an empty one).
  virtual Task<Result<ItemChanges>> changes(FolderKey collection, std::string since) = 0;
  /// Those that still exist, in the order asked.
  virtual Task<Result<std::vector<ItemText>>> fetch(FolderKey collection,
                                                    std::vector<std::string> hrefs) = 0;

  /// Of a calendar: all items that have an event of that UID, and perhaps others.
  virtual Task<Result<std::vector<ItemText>>> find_uid(FolderKey collection, std::string uid) = 0;

  /// The new etag; empty, which no item has, when another text was stored. Errors: conflict (the
  /// condition fails), refused (read-only, or not taken), too_large. Throws Fault::Kind::quota.
  virtual Task<Result<std::string>> put(FolderKey collection, std::string href, std::string text,
                                        ItemCondition condition) = 0;
  /// What is gone already is no error. `etag` nothing = whatever it is. Errors: conflict, refused.
  virtual Task<Result<>> remove(FolderKey collection, std::string href,
                                std::optional<std::string> etag) = 0;

  /// As Mail::watch; null: nobody tells of changes. All are Kind::added: none of them can wait.
  virtual std::unique_ptr<Watch> watch(ChangeListener& listener) = 0;
};

class ItemsBackend {
 public:
  virtual ~ItemsBackend() = default;
  /// Shared by all requests of that user.
  virtual std::shared_ptr<Items> open_items(const Account& account) = 0;
};

}  // namespace godwit::backend
