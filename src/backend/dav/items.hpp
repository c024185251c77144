/// One user's collections on a DAV server: private to this folder, opened by DavServer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/dav/session.hpp"
#include "backend/items.hpp"

namespace godwit::backend::dav {

class DavItems final : public Items {
 public:
  explicit DavItems(Session session) : session_(std::move(session)) {}

  Task<std::vector<ItemCollection>> collections() override;
  Task<std::vector<std::string>> scheduling_addresses() override;
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
  Session session_;
};

}  // namespace godwit::backend::dav
