/// Where the items of a collection's state lie: chunks of some dozens, records of the store. A
/// request loads those that it needs and writes those that it changed, each under a new number, so
/// that the generation before stays as it is (engine.md §1).
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"
#include "sync/item_state.hpp"
#include "sync/relationship.hpp"

namespace godwit::sync {

/// Items of a chunk, about; a collection is split anew when its chunks hold four times as many.
inline constexpr std::size_t items_of_chunk = 48;

class ItemChunks {
 public:
  /// `name`: of the relationship, `{device}/{collection}`.
  ItemChunks(store::Store& store, std::string user, std::string name)
      : store_(store), user_(std::move(user)), name_(std::move(name)) {}

  /// A chunk was not there, or damaged: the state is not to be used. Somebody else may have
  /// replaced it meanwhile.
  bool lost() const { return lost_; }

  Task<> load(ItemState& state, std::set<std::size_t> places);
  Task<> load_all(ItemState& state);
  /// Those of the hrefs, of the ServerIds.
  Task<> load_hrefs(ItemState& state, const std::vector<std::string>& hrefs);
  Task<> load_ids(ItemState& state, const std::vector<std::string>& ids);
  /// The hrefs of one status, at most `limit`; their chunks are loaded.
  Task<std::vector<std::string>> find(ItemState& state, ItemEntry::Status status,
                                      std::size_t limit);

  /// Brings the state up to the collection, and to the window that begins with `floor`. A stale
  /// cursor costs one full listing and nothing else. Error: not_found.
  Task<Result<>> refresh(backend::Items& items, FolderKey collection, ItemState& state,
                         ItemDay floor);

  /// Numbers the chunks that changed, and returns their writes.
  std::vector<store::Write> save(ItemState& state) const;
  /// Removes the chunks that the stored relationship has and the new one has not.
  std::vector<store::Write> collect(const Relationship& stored, const Relationship& next) const;
  /// Removes all: those of a relationship that begins anew.
  Task<std::vector<store::Write>> clear() const;

 private:
  store::Key key(std::uint64_t number) const;
  Task<> grow(ItemState& state, std::size_t items);
  Task<> move_window(ItemState& state, ItemDay floor);

  store::Store& store_;
  std::string user_;
  std::string name_;
  bool lost_ = false;
};

}  // namespace godwit::sync
