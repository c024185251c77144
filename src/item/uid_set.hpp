/// A set of message UIDs as sorted ranges: small for mailboxes of any size.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit {

/// RFC 9051 2.3.1.1: 1 to 2^32-1, never used twice within one UIDVALIDITY.
using Uid = std::uint32_t;

struct UidRange {
  Uid first;
  Uid last;  // inclusive
  friend auto operator<=>(const UidRange&, const UidRange&) = default;
};

class UidSet {
 public:
  UidSet() = default;
  UidSet(std::initializer_list<UidRange> ranges) {
    for (const UidRange& range : ranges) add(range.first, range.last);
  }
  static UidSet of(std::span<const Uid> uids);
  /// RFC 9051 sequence-set without `*`: `1:5,7`. At most `ranges_max` ranges.
  static Result<UidSet> parse(std::string_view text, std::size_t ranges_max = 1'000'000);

  void add(Uid uid) { add(uid, uid); }
  void add(Uid first, Uid last);
  void add(const UidSet& other);
  void remove(Uid uid) { remove(uid, uid); }
  void remove(Uid first, Uid last);
  void remove(const UidSet& other);
  void clear() { ranges_.clear(); }

  bool contains(Uid uid) const;
  bool empty() const { return ranges_.empty(); }
  std::uint64_t count() const;
  Uid highest() const { return ranges_.empty() ? 0 : ranges_.back().last; }
  Uid lowest() const { return ranges_.empty() ? 0 : ranges_.front().first; }
  std::span<const UidRange> ranges() const { return ranges_; }

  UidSet intersect(const UidSet& other) const;
  UidSet minus(const UidSet& other) const;
  /// The `count` highest UIDs, highest first.
  std::vector<Uid> take_highest(std::size_t count) const;
  /// The `count` lowest UIDs, lowest first.
  std::vector<Uid> take_lowest(std::size_t count) const;
  std::vector<Uid> to_vector() const;
  /// `1:5,7`; empty for the empty set.
  std::string str() const;

  friend bool operator==(const UidSet&, const UidSet&) = default;

 private:
  std::vector<UidRange> ranges_;  // sorted, disjoint, never adjacent
};

}  // namespace godwit
