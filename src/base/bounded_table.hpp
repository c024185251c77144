/// A map of at most so many entries: when it is full, the one touched longest ago is forgotten. One
/// allocation an entry.
#pragma once

#include <cstddef>
#include <functional>
#include <unordered_map>
#include <utility>

namespace godwit {

template <class Key, class Value, class Hash = std::hash<Key>>
class BoundedTable {
 public:
  /// `entries_max` of 0 means 1: what was touched last is always there.
  explicit BoundedTable(std::size_t entries_max)
      : entries_max_(entries_max == 0 ? 1 : entries_max) {}
  BoundedTable(const BoundedTable&) = delete;
  BoundedTable& operator=(const BoundedTable&) = delete;

  /// Makes the entry when there is none; it is the newest now. Stays where it is until it is
  /// forgotten.
  Value& touch(const Key& key) {
    auto found = entries_.find(key);
    if (found == entries_.end()) {
      make_room();
      found = entries_.try_emplace(key).first;
    } else {
      unlink(*found);
    }
    link_newest(*found);
    return found->second.value;
  }
  /// In place of what is there; it is the newest now.
  void put(const Key& key, Value value) {
    erase(key);
    make_room();
    link_newest(*entries_.try_emplace(key, Slot{std::move(value)}).first);
  }
  void erase(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    unlink(*found);
    entries_.erase(found);
  }
  template <class Predicate>
  void erase_if(Predicate predicate) {
    for (auto it = entries_.begin(); it != entries_.end();) {
      const auto current = it++;
      if (!predicate(current->second.value)) continue;
      unlink(*current);
      entries_.erase(current);
    }
  }
  void drop_oldest() {
    if (oldest_ != nullptr) erase(Key(oldest_->first));
  }

  /// The key as the table holds it; null when there is none.
  const Key* find_key(const Key& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->first;
  }
  Value* find(const Key& key) {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second.value;
  }
  const Value* oldest() const { return oldest_ == nullptr ? nullptr : &oldest_->second.value; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Slot;
  using Entry = std::pair<const Key, Slot>;
  struct Slot {
    Value value;
    Entry* older = nullptr;
    Entry* newer = nullptr;
  };

  void make_room() {
    while (entries_.size() >= entries_max_) drop_oldest();
  }
  void link_newest(Entry& entry) {
    entry.second.older = newest_;
    entry.second.newer = nullptr;
    (newest_ == nullptr ? oldest_ : newest_->second.newer) = &entry;
    newest_ = &entry;
  }
  void unlink(Entry& entry) {
    Entry* const older = entry.second.older;
    Entry* const newer = entry.second.newer;
    (older == nullptr ? oldest_ : older->second.newer) = newer;
    (newer == nullptr ? newest_ : newer->second.older) = older;
  }

  std::size_t entries_max_;
  std::unordered_map<Key, Slot, Hash> entries_;
  Entry* oldest_ = nullptr;
  Entry* newest_ = nullptr;
};

}  // namespace godwit
