#include "backend/item_history.hpp"

#include <algorithm>

namespace godwit::backend {

void ItemHistory::take(const std::map<std::string, std::string, std::less<>>& now,
                       std::string position) {
  ++change_;
  for (auto& [href, known] : items_) {
    if (known.etag.empty() || now.contains(href)) continue;
    known = {{}, change_};
    ++gone_;
  }
  for (const auto& [href, etag] : now) {
    Known& known = items_[href];
    if (known.etag == etag) continue;
    if (known.etag.empty() && known.change != 0) --gone_;
    known = {etag, change_};
  }
  position_ = std::move(position);
  std::erase_if(positions_, [&](const auto& each) { return each.first == position_; });
  positions_.emplace_back(position_, change_);
  if (positions_.size() > positions_max) positions_.pop_front();
  if (gone_ <= removed_known_max) return;
  std::erase_if(items_, [](const auto& each) { return each.second.etag.empty(); });
  gone_ = 0;
  positions_.assign(1, {position_, change_});
}

std::string_view ItemHistory::etag_of(std::string_view href) const {
  const auto found = items_.find(href);
  return found == items_.end() ? std::string_view() : found->second.etag;
}

Result<ItemChanges> ItemHistory::changes(const std::string& since) const {
  std::uint64_t known = 0;
  if (!since.empty()) {
    const auto at =
        std::ranges::find_if(positions_, [&](const auto& each) { return each.first == since; });
    if (at == positions_.end()) return fail(Errc::stale, "not a position that is remembered");
    known = at->second;
  }
  ItemChanges out{.cursor = position_, .changed = {}, .removed = {}};
  for (const auto& [href, item] : items_) {
    if (item.change <= known) continue;
    if (!item.etag.empty()) {
      out.changed.push_back({href, item.etag});
    } else if (!since.empty()) {
      out.removed.push_back(href);
    }
  }
  return out;
}

}  // namespace godwit::backend
