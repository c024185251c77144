#include "item/uid_set.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace godwit {

UidSet UidSet::of(std::span<const Uid> uids) {
  std::vector<Uid> sorted(uids.begin(), uids.end());
  std::ranges::sort(sorted);
  UidSet set;
  for (const Uid uid : sorted) set.add(uid);
  return set;
}

Result<UidSet> UidSet::parse(std::string_view text, std::size_t ranges_max) {
  UidSet set;
  std::size_t count = 0;
  while (!text.empty()) {
    if (++count > ranges_max) return fail(Errc::too_large, "too many UID ranges");
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const auto colon = part.find(':');
    const auto first = parse_number<Uid>(part.substr(0, colon));
    const auto last =
        colon == std::string_view::npos ? first : parse_number<Uid>(part.substr(colon + 1));
    if (!first || !last || *first == 0 || *last == 0) return fail(Errc::malformed, "bad UID set");
    set.add(std::min(*first, *last), std::max(*first, *last));
  }
  return set;
}

void UidSet::add(Uid first, Uid last) {
  // The common case: appending in ascending order.
  if (ranges_.empty() || first > ranges_.back().last) {
    if (!ranges_.empty() && ranges_.back().last + 1 == first) {
      ranges_.back().last = last;
    } else {
      ranges_.push_back({first, last});
    }
    return;
  }
  const auto touches_after = [](const UidRange& range, Uid value) {
    return static_cast<std::uint64_t>(range.last) + 1 < value;
  };
  const auto begin = std::lower_bound(ranges_.begin(), ranges_.end(), first, touches_after);
  auto end = begin;
  UidRange merged{first, last};
  while (end != ranges_.end() && end->first <= static_cast<std::uint64_t>(last) + 1) {
    merged.first = std::min(merged.first, end->first);
    merged.last = std::max(merged.last, end->last);
    ++end;
  }
  ranges_.insert(ranges_.erase(begin, end), merged);
}

void UidSet::add(const UidSet& other) {
  for (const UidRange& range : other.ranges_) add(range.first, range.last);
}

void UidSet::remove(Uid first, Uid last) {
  const auto begin = std::ranges::lower_bound(ranges_, first, {}, &UidRange::last);
  if (begin == ranges_.end() || begin->first > last) return;
  std::vector<UidRange> kept;
  auto end = begin;
  while (end != ranges_.end() && end->first <= last) {
    if (end->first < first) kept.push_back({end->first, first - 1});
    if (end->last > last) kept.push_back({last + 1, end->last});
    ++end;
  }
  ranges_.insert(ranges_.erase(begin, end), kept.begin(), kept.end());
}

void UidSet::remove(const UidSet& other) { *this = minus(other); }

bool UidSet::contains(Uid uid) const {
  const auto at = std::ranges::lower_bound(ranges_, uid, {}, &UidRange::last);
  return at != ranges_.end() && at->first <= uid;
}

std::uint64_t UidSet::count() const {
  std::uint64_t total = 0;
  for (const UidRange& range : ranges_) total += std::uint64_t{range.last} - range.first + 1;
  return total;
}

UidSet UidSet::intersect(const UidSet& other) const {
  UidSet out;
  auto a = ranges_.begin();
  auto b = other.ranges_.begin();
  while (a != ranges_.end() && b != other.ranges_.end()) {
    const Uid first = std::max(a->first, b->first);
    const Uid last = std::min(a->last, b->last);
    if (first <= last) out.add(first, last);
    (a->last < b->last ? a : b)++;
  }
  return out;
}

UidSet UidSet::minus(const UidSet& other) const {
  UidSet out;
  auto b = other.ranges_.begin();
  for (UidRange range : ranges_) {
    while (b != other.ranges_.end() && b->last < range.first) ++b;
    auto cut = b;
    bool rest = true;
    while (cut != other.ranges_.end() && cut->first <= range.last) {
      if (cut->first > range.first) out.add(range.first, cut->first - 1);
      if (cut->last >= range.last) {
        rest = false;
        break;
      }
      range.first = cut->last + 1;
      ++cut;
    }
    if (rest) out.add(range.first, range.last);
  }
  return out;
}

std::vector<Uid> UidSet::take_highest(std::size_t count) const {
  std::vector<Uid> out;
  for (auto range = ranges_.rbegin(); range != ranges_.rend(); ++range) {
    for (Uid uid = range->last;; --uid) {
      if (out.size() == count) return out;
      out.push_back(uid);
      if (uid == range->first) break;
    }
  }
  return out;
}

std::vector<Uid> UidSet::take_lowest(std::size_t count) const {
  std::vector<Uid> out;
  for (const UidRange& range : ranges_) {
    for (Uid uid = range.first;; ++uid) {
      if (out.size() == count) return out;
      out.push_back(uid);
      if (uid == range.last) break;
    }
  }
  return out;
}

std::vector<Uid> UidSet::to_vector() const {
  return take_lowest(static_cast<std::size_t>(count()));
}

std::string UidSet::str() const {
  std::string out;
  for (const UidRange& range : ranges_) {
    if (!out.empty()) out += ',';
    out += std::to_string(range.first);
    if (range.last != range.first) out += ':' + std::to_string(range.last);
  }
  return out;
}

}  // namespace godwit
