#include "backend/joined_items.hpp"

#include <algorithm>
#include <set>

#include "backend/watch_source.hpp"

namespace godwit::backend {
namespace {

class JoinedWatch final : public Watch, public WatchSource {
 public:
  explicit JoinedWatch(std::vector<std::unique_ptr<Watch>> all) : all_(std::move(all)) {}
  bool authoritative() const override {
    return std::ranges::all_of(all_, [](const auto& each) { return each->authoritative(); });
  }
  bool ended() const override {
    return std::ranges::any_of(all_, [](const auto& each) { return each->ended(); });
  }
  std::string source() const override {
    std::set<std::string> sources;
    for (const auto& each : all_) sources.insert(source_of(*each));
    std::string out;
    for (const std::string& each : sources) {
      if (!out.empty()) out += '+';
      out += each;
    }
    return out;
  }

 private:
  std::vector<std::unique_ptr<Watch>> all_;
};

}  // namespace

Items& JoinedItems::part_of(const FolderKey& collection) const {
  const std::string_view key = collection.view();
  for (const Part& each : parts_) {
    const bool below = key.starts_with(each.mark) &&
                       (key.size() == each.mark.size() || key[each.mark.size()] == '/');
    if (!each.mark.empty() && below) return *each.items;
  }
  return *parts_.back().items;
}

Task<std::vector<ItemCollection>> JoinedItems::collections() {
  std::vector<ItemCollection> out;
  for (std::size_t i = parts_.size(); i-- > 0;) {
    for (ItemCollection& each : co_await parts_[i].items->collections()) {
      out.push_back(std::move(each));
    }
  }
  if (arrange_) arrange_(out);
  co_return out;
}

bool JoinedItems::places_meetings() const {
  return std::ranges::any_of(parts_,
                             [](const Part& each) { return each.items->places_meetings(); });
}

Task<std::vector<std::string>> JoinedItems::scheduling_addresses() {
  std::vector<std::string> out;
  for (const Part& each : parts_) {
    for (std::string& address : co_await each.items->scheduling_addresses()) {
      out.push_back(std::move(address));
    }
  }
  co_return out;
}

Task<Result<FolderKey>> JoinedItems::create_collection(ItemClass item_class, std::string name) {
  for (const ItemCollection& each : co_await collections()) {
    if (each.item_class != item_class || each.read_only) continue;
    co_return co_await part_of(each.key).create_collection(item_class, std::move(name));
  }
  for (const Part& each : parts_) {
    auto made = co_await each.items->create_collection(item_class, name);
    if (made || made.error().code != Errc::refused) co_return made;
  }
  co_return fail(Errc::refused, "there is no place for such a collection");
}

Task<Result<>> JoinedItems::rename_collection(FolderKey collection, std::string name) {
  return part_of(collection).rename_collection(collection, std::move(name));
}

Task<Result<>> JoinedItems::delete_collection(FolderKey collection) {
  return part_of(collection).delete_collection(collection);
}

Task<Result<std::string>> JoinedItems::cursor(FolderKey collection) {
  return part_of(collection).cursor(collection);
}

Task<Result<ItemChanges>> JoinedItems::changes(FolderKey collection, std::string since) {
  return part_of(collection).changes(collection, std::move(since));
}

Task<Result<std::vector<ItemText>>> JoinedItems::fetch(FolderKey collection,
                                                       std::vector<std::string> hrefs) {
  return part_of(collection).fetch(collection, std::move(hrefs));
}

Task<Result<std::vector<ItemText>>> JoinedItems::find_uid(FolderKey collection, std::string uid) {
  return part_of(collection).find_uid(collection, std::move(uid));
}

Task<Result<std::string>> JoinedItems::put(FolderKey collection, std::string href, std::string text,
                                           ItemCondition condition) {
  return part_of(collection)
      .put(collection, std::move(href), std::move(text), std::move(condition));
}

Task<Result<>> JoinedItems::remove(FolderKey collection, std::string href,
                                   std::optional<std::string> etag) {
  return part_of(collection).remove(collection, std::move(href), std::move(etag));
}

std::unique_ptr<Watch> JoinedItems::watch(ChangeListener& listener) {
  std::vector<std::unique_ptr<Watch>> all;
  for (const Part& each : parts_) {
    if (auto watch = each.items->watch(listener)) all.push_back(std::move(watch));
  }
  if (all.empty()) return nullptr;
  if (all.size() == 1) return std::move(all.front());
  return std::make_unique<JoinedWatch>(std::move(all));
}

}  // namespace godwit::backend
