/// One user's collections in the embedded store: private to this folder, opened by LocalStore.
#pragma once

#include <memory>

#include "backend/items.hpp"
#include "backend/local/core.hpp"

namespace godwit::backend::local {

class LocalItems final : public Items {
 public:
  LocalItems(std::shared_ptr<Core> core, UserId user)
      : core_(std::move(core)), user_(std::move(user)) {}

  Task<std::vector<ItemCollection>> collections() override;
  bool places_meetings() const override { return true; }
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
  void tell_hierarchy();

  std::shared_ptr<Core> core_;
  UserId user_;
};

}  // namespace godwit::backend::local
