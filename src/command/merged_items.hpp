/// The collections of a class as one, for devices that know only one of each ([MS-ASCMD] Type: the
/// default folder). What lies in the others has names of its own in it, which stay the same for as
/// long as the collection does; edits go to where the item lies, what is new to the default
/// collection. A position is one of each member, so that a look costs what changed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/items.hpp"
#include "sync/folder_table.hpp"

namespace godwit::command {

/// Where an item really lies.
struct ItemPlace {
  FolderKey collection;
  std::string href;
};

class MergedItems final : public backend::Items {
 public:
  /// `table`: all of the user's folders; outlives it, and may change.
  MergedItems(std::shared_ptr<backend::Items> items, const sync::FolderTable& table)
      : items_(std::move(items)), table_(table) {}

  /// The name in the default collection of an item that lies anywhere in its class.
  std::string name_of(const ItemPlace& place) const;
  /// What a name in any collection stands for.
  ItemPlace place_of(const FolderKey& collection, std::string href) const;

  Task<std::vector<backend::ItemCollection>> collections() override {
    return items_->collections();
  }
  bool places_meetings() const override { return items_->places_meetings(); }
  Task<std::vector<std::string>> scheduling_addresses() override {
    return items_->scheduling_addresses();
  }
  Task<Result<FolderKey>> create_collection(ItemClass item_class, std::string name) override {
    return items_->create_collection(item_class, std::move(name));
  }
  Task<Result<>> rename_collection(FolderKey collection, std::string name) override {
    return items_->rename_collection(std::move(collection), std::move(name));
  }
  Task<Result<>> delete_collection(FolderKey collection) override {
    return items_->delete_collection(std::move(collection));
  }
  Task<Result<std::string>> cursor(FolderKey collection) override;
  Task<Result<backend::ItemChanges>> changes(FolderKey collection, std::string since) override;
  Task<Result<std::vector<backend::ItemText>>> fetch(FolderKey collection,
                                                     std::vector<std::string> hrefs) override;
  Task<Result<std::vector<backend::ItemText>>> find_uid(FolderKey collection,
                                                        std::string uid) override;
  Task<Result<std::string>> put(FolderKey collection, std::string href, std::string text,
                                backend::ItemCondition condition) override;
  Task<Result<>> remove(FolderKey collection, std::string href,
                        std::optional<std::string> etag) override;
  std::unique_ptr<backend::Watch> watch(backend::ChangeListener& listener) override {
    return items_->watch(listener);
  }

 private:
  struct Member;
  std::vector<Member> members_of(const FolderKey& collection) const;

  std::shared_ptr<backend::Items> items_;
  const sync::FolderTable& table_;
};

/// Whether a position is one of several collections together.
bool is_merged_cursor(std::string_view cursor);

/// The default folder of the row's class in which the row is shown to devices that merge; null: it
/// is shown itself.
const sync::FolderRow* merged_into(const sync::FolderTable& table, const sync::FolderRow& row);
/// The table without the folders that are shown in another.
sync::FolderTable without_merged(const sync::FolderTable& table);

}  // namespace godwit::command
