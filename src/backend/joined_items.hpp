/// Collections of several backends as those of one: each collection belongs to one of them by its
/// key.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/items.hpp"

namespace godwit::backend {

/// One user's. The first part that is marked so has a key's collection; the last one has the rest.
class JoinedItems final : public Items {
 public:
  struct Part {
    std::shared_ptr<Items> items;
    std::string mark;  // the key, or with a slash the beginning of the keys, of its collections
  };
  /// Takes away collections that are not to be shown.
  using Arrange = std::function<void(std::vector<ItemCollection>&)>;

  /// `parts`: one at least. `arrange` may be empty.
  JoinedItems(std::vector<Part> parts, Arrange arrange)
      : parts_(std::move(parts)), arrange_(std::move(arrange)) {}

  Task<std::vector<ItemCollection>> collections() override;
  bool places_meetings() const override;
  Task<std::vector<std::string>> scheduling_addresses() override;
  /// Where there is a collection of the class already; else at the first that takes it.
  Task<Result<FolderKey>> create_collection(ItemClass item_class, std::string name) override;
  Task<Result<>> rename_collection(FolderKey collection, std::string name) override;
  Task<Result<>> delete_collection(FolderKey collection) override;
  Task<Result<std::string>> cursor(FolderKey collection) override;
  Task<Result<ItemChanges>> changes(FolderKey collection, std::string since) override;
  Task<Result<std::vector<ItemText>>> fetch(FolderKey collection,
                                            std::vector<std::string> hrefs) override;
  Task<Result<std::vector<ItemText>>> find_uid(FolderKey collection, std::string uid) override;
  Task<Result<std::string>> put(FolderKey collection, std::string href, std::string text,
                                ItemCondition condition) override;
  Task<Result<>> remove(FolderKey collection, std::string href,
                        std::optional<std::string> etag) override;
  std::unique_ptr<Watch> watch(ChangeListener& listener) override;

 private:
  Items& part_of(const FolderKey& collection) const;

  std::vector<Part> parts_;
  Arrange arrange_;
};

}  // namespace godwit::backend
