/// What a collection held at its last positions, in memory: for backends that see what is there and
/// are asked what changed. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "backend/items.hpp"

namespace godwit::backend {

class ItemHistory {
 public:
  static constexpr std::size_t positions_max = 64;        // that changes can be told from
  static constexpr std::size_t removed_known_max = 1000;  // items that are gone

  /// The collection holds exactly these, etags by hrefs; equal positions mean equal items.
  void take(const std::map<std::string, std::string, std::less<>>& now, std::string position);

  /// As it was taken last; empty: it never was.
  const std::string& position() const { return position_; }
  /// Empty: there is no such item.
  std::string_view etag_of(std::string_view href) const;
  /// Error: stale.
  Result<ItemChanges> changes(const std::string& since) const;

 private:
  struct Known {
    std::string etag;  // empty: it is gone
    std::uint64_t change = 0;
  };
  std::string position_;
  std::map<std::string, Known, std::less<>> items_;
  std::size_t gone_ = 0;
  std::uint64_t change_ = 0;
  std::deque<std::pair<std::string, std::uint64_t>> positions_;
};

}  // namespace godwit::backend
