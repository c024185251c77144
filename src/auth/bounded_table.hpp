/// A map of at most so many entries: when it is full, the one touched longest ago is forgotten.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace godwit::auth {

template <class Value>
class BoundedTable {
 public:
  struct Entry {
    std::string key;
    Value value;
  };

  /// `entries_max` of 0 means 1: what was touched last is always there.
  explicit BoundedTable(std::size_t entries_max)
      : entries_max_(entries_max == 0 ? 1 : entries_max) {}
  BoundedTable(const BoundedTable&) = delete;
  BoundedTable& operator=(const BoundedTable&) = delete;

  /// Makes the entry when there is none; it is the newest now.
  Value& touch(std::string_view key) {
    const auto found = index_.find(key);
    if (found != index_.end()) {
      entries_.splice(entries_.end(), entries_, found->second);
      return found->second->value;
    }
    while (entries_.size() >= entries_max_) drop_oldest();
    entries_.push_back(Entry{std::string(key), Value{}});
    index_.emplace(entries_.back().key, std::prev(entries_.end()));
    return entries_.back().value;
  }
  void erase(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    const auto position = found->second;
    index_.erase(found);  // its key is a view into the entry
    entries_.erase(position);
  }
  template <class Predicate>
  void erase_if(Predicate predicate) {
    for (auto it = entries_.begin(); it != entries_.end();) {
      const auto current = it++;
      if (!predicate(current->value)) continue;
      index_.erase(current->key);
      entries_.erase(current);
    }
  }
  void drop_oldest() {
    if (!entries_.empty()) erase(entries_.front().key);
  }

  Value* find(std::string_view key) {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &found->second->value;
  }
  const Value* oldest() const { return entries_.empty() ? nullptr : &entries_.front().value; }
  std::size_t size() const { return entries_.size(); }

 private:
  std::size_t entries_max_;
  std::list<Entry> entries_;  // the oldest first
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> index_;
};

}  // namespace godwit::auth
