#include "backend/memory/memory_items.hpp"

#include <algorithm>
#include <utility>

#include "backend/memory/state.hpp"
#include "base/text.hpp"

namespace godwit::backend {

struct MemoryItems::Stored {
  std::string text;  // of a removed one: empty
  std::uint64_t change = 0;
  bool there = false;
};

struct MemoryItems::Collection {
  explicit Collection(ItemCollection what) : shown(std::move(what)) {}

  ItemCollection shown;
  std::uint64_t change = 0;
  std::map<std::string, Stored> items;  // removed ones too, so that their removal is told
};

class MemoryItems::MemoryItemsWatch final : public Watch {
 public:
  MemoryItemsWatch(std::shared_ptr<MemoryItems> items, ChangeListener& listener)
      : items_(std::move(items)), listener_(listener) {
    items_->watches_.push_back(this);
  }
  ~MemoryItemsWatch() override { std::erase(items_->watches_, this); }
  MemoryItemsWatch(const MemoryItemsWatch&) = delete;
  MemoryItemsWatch& operator=(const MemoryItemsWatch&) = delete;
  bool authoritative() const override { return true; }
  ChangeListener& listener() const { return listener_; }

 private:
  std::shared_ptr<MemoryItems> items_;
  ChangeListener& listener_;
};

MemoryItems::MemoryItems(UserId user) : user_(std::move(user)) {
  make(ItemClass::calendar, "Calendar", FolderRole::calendar);
  make(ItemClass::contacts, "Contacts", FolderRole::contacts);
  make(ItemClass::tasks, "Tasks", FolderRole::tasks);
  make(ItemClass::notes, "Notes", FolderRole::notes);
}
MemoryItems::~MemoryItems() = default;

FolderKey MemoryItems::make(ItemClass item_class, std::string name, FolderRole role) {
  auto key =
      FolderKey::parse(std::string(item_key_mark) + std::to_string(next_collection_++)).value();
  collections_.push_back(
      std::make_unique<Collection>(ItemCollection{key, item_class, std::move(name), role, false}));
  return key;
}

MemoryItems::Collection* MemoryItems::find(const FolderKey& key) const {
  const auto at = std::ranges::find_if(
      collections_, [&](const auto& collection) { return collection->shown.key == key; });
  return at == collections_.end() ? nullptr : at->get();
}

Result<MemoryItems::Collection*> MemoryItems::writable(const FolderKey& key) const {
  Collection* collection = find(key);
  if (collection == nullptr) return fail(Errc::not_found, "no such collection");
  if (collection->shown.read_only) return fail(Errc::refused, "a read-only collection");
  return collection;
}

bool MemoryItems::taken(ItemClass item_class, const std::string& name,
                        const Collection* but) const {
  return std::ranges::any_of(collections_, [&](const auto& each) {
    return each.get() != but && each->shown.item_class == item_class && each->shown.name == name;
  });
}

std::string MemoryItems::cursor_of(const Collection& collection) const {
  return std::to_string(epoch_) + '.' + std::to_string(collection.change);
}

Task<std::vector<ItemCollection>> MemoryItems::collections() {
  std::vector<ItemCollection> out;
  out.reserve(collections_.size());
  for (const auto& collection : collections_) out.push_back(collection->shown);
  end_call();
  co_return out;
}

Task<Result<FolderKey>> MemoryItems::create_collection(ItemClass item_class, std::string name) {
  if (item_class == ItemClass::email || !folder_name_valid(name)) {
    co_return fail(Errc::refused, "not a collection");
  }
  if (taken(item_class, name, nullptr)) co_return fail(Errc::conflict, "the collection exists");
  auto key = make(item_class, std::move(name), FolderRole::none);
  tell(std::nullopt, ChangeListener::Kind::hierarchy);
  end_call();
  co_return key;
}

Task<Result<>> MemoryItems::rename_collection(FolderKey key, std::string name) {
  const auto collection = writable(key);
  if (!collection) co_return pass(collection);
  if (!folder_name_valid(name)) co_return fail(Errc::refused, "not a name");
  ItemCollection& shown = (*collection)->shown;
  if (taken(shown.item_class, name, *collection)) {
    co_return fail(Errc::conflict, "the collection exists");
  }
  shown.name = std::move(name);
  tell(std::nullopt, ChangeListener::Kind::hierarchy);
  end_call();
  co_return Result<>{};
}

Task<Result<>> MemoryItems::delete_collection(FolderKey key) {
  const auto collection = writable(key);
  if (!collection) co_return pass(collection);
  if ((*collection)->shown.role != FolderRole::none) {
    co_return fail(Errc::refused, "a default collection stays");
  }
  std::erase_if(collections_, [&](const auto& each) { return each.get() == *collection; });
  tell(std::nullopt, ChangeListener::Kind::hierarchy);
  end_call();
  co_return Result<>{};
}

Task<Result<std::string>> MemoryItems::cursor(FolderKey key) {
  const Collection* collection = find(key);
  if (collection == nullptr) co_return fail(Errc::not_found, "no such collection");
  auto out = cursor_of(*collection);
  end_call();
  co_return out;
}

Task<Result<ItemChanges>> MemoryItems::changes(FolderKey key, std::string since) {
  const Collection* collection = find(key);
  if (collection == nullptr) co_return fail(Errc::not_found, "no such collection");
  std::uint64_t after = 0;
  if (!since.empty()) {
    const auto dot = since.find('.');
    const auto epoch = parse_number<std::uint64_t>(since.substr(0, dot));
    const auto change =
        parse_number<std::uint64_t>(since.substr(std::min(dot, since.size() - 1) + 1));
    const bool known = epoch == epoch_ && change && *change <= collection->change;
    if (!known) co_return fail(Errc::stale, "a cursor of another time");
    after = *change;
  }
  ItemChanges out;
  out.cursor = cursor_of(*collection);
  for (const auto& [href, item] : collection->items) {
    if (item.change <= after) continue;
    if (item.there) {
      out.changed.push_back({href, std::to_string(item.change)});
    } else if (!since.empty()) {
      out.removed.push_back(href);
    }
  }
  end_call();
  co_return out;
}

Task<Result<std::vector<ItemText>>> MemoryItems::fetch(FolderKey key,
                                                       std::vector<std::string> hrefs) {
  const Collection* collection = find(key);
  if (collection == nullptr) co_return fail(Errc::not_found, "no such collection");
  std::vector<ItemText> out;
  for (const std::string& href : hrefs) {
    const auto at = collection->items.find(href);
    if (at == collection->items.end() || !at->second.there) continue;
    out.push_back({href, std::to_string(at->second.change), at->second.text});
  }
  end_call();
  co_return out;
}

void MemoryItems::be_gateway(std::vector<std::string> scheduling_addresses) {
  is_gateway_ = true;
  scheduling_addresses_ = std::move(scheduling_addresses);
}

Task<std::vector<std::string>> MemoryItems::scheduling_addresses() {
  co_return scheduling_addresses_;
}

Task<Result<std::vector<ItemText>>> MemoryItems::find_uid(FolderKey key, std::string uid) {
  constexpr std::size_t characters_on_one_line = 40;  // RFC 5545 folds a long UID
  const Collection* collection = find(key);
  if (collection == nullptr) co_return fail(Errc::not_found, "no such collection");
  std::vector<ItemText> out;
  for (const auto& [href, item] : collection->items) {
    if (!item.there || !item.text.contains(uid.substr(0, characters_on_one_line))) continue;
    out.push_back({href, std::to_string(item.change), item.text});
  }
  end_call();
  co_return out;
}

Task<Result<std::string>> MemoryItems::put(FolderKey key, std::string href, std::string text,
                                           ItemCondition condition) {
  const auto collection = writable(key);
  if (!collection) co_return pass(collection);
  if (text.size() > item_text_bytes_max) co_return fail(Errc::too_large, "the item is too large");
  if (text.empty() || href.empty() || href.size() > href_bytes_max) {
    co_return fail(Errc::refused, "not an item");
  }
  Stored& item = (*collection)->items[href];
  const bool expected =
      condition.etag ? item.there && *condition.etag == std::to_string(item.change) : !item.there;
  if (!expected) co_return fail(Errc::conflict, "the item is another one");
  item = {std::move(text), ++(*collection)->change, true};
  tell(key, ChangeListener::Kind::added);
  auto etag = std::to_string(item.change);
  end_call();
  co_return etag;
}

Task<Result<>> MemoryItems::remove(FolderKey key, std::string href,
                                   std::optional<std::string> etag) {
  const auto collection = writable(key);
  if (!collection) co_return pass(collection);
  const auto at = (*collection)->items.find(href);
  if (at == (*collection)->items.end() || !at->second.there) co_return Result<>{};
  if (etag && *etag != std::to_string(at->second.change)) {
    co_return fail(Errc::conflict, "the item is another one");
  }
  at->second = {{}, ++(*collection)->change, false};
  tell(key, ChangeListener::Kind::added);
  end_call();
  co_return Result<>{};
}

std::unique_ptr<Watch> MemoryItems::watch(ChangeListener& listener) {
  return std::make_unique<MemoryItemsWatch>(shared_from_this(), listener);
}

std::map<std::string, std::string> MemoryItems::texts(const FolderKey& key) const {
  std::map<std::string, std::string> out;
  for (const auto& [href, item] : find(key)->items) {
    if (item.there) out.emplace(href, item.text);
  }
  return out;
}

FolderKey MemoryItems::find(FolderRole role) const {
  const auto at = std::ranges::find_if(
      collections_, [&](const auto& collection) { return collection->shown.role == role; });
  return (*at)->shown.key;
}

void MemoryItems::set_foreign(const FolderKey& key) { find(key)->shown.foreign = true; }

void MemoryItems::set_read_only(const FolderKey& key, bool read_only) {
  find(key)->shown.read_only = read_only;
}

void MemoryItems::fail_next(unsigned calls, Fault::Kind kind) {
  failing_ = calls;
  failure_ = kind;
}

void MemoryItems::end_call() {
  if (failing_ == 0) return;
  --failing_;
  throw Fault(failure_, "a call failed as the test wanted it");
}

void MemoryItems::tell(const std::optional<FolderKey>& key, ChangeListener::Kind kind) {
  for (MemoryItemsWatch* const watch : std::vector(watches_)) {
    if (std::ranges::find(watches_, watch) == watches_.end()) continue;
    watch->listener().changed(user_, key, kind);
  }
}

}  // namespace godwit::backend
