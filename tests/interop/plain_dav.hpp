/// A user's collections as any other DAV client sees them: blocking requests that share nothing
/// with the gateway, so that the truth does not come from what is under test. RFC 4791, 6352
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/items.hpp"

namespace godwit::interop {

class PlainDav {
 public:
  struct Reply {
    int status = 0;
    std::string head;
    std::string body;
  };
  /// A server on loopback that speaks HTTP.
  PlainDav(std::uint16_t port, const std::string& login, const std::string& password);

  /// `headers`: lines, each with its end. Throws std::runtime_error when there is no answer.
  Reply ask(const std::string& method, const std::string& path, const std::string& headers,
            const std::string& body) const;
  std::string get(const std::string& path) const { return ask("GET", path, "", "").body; }
  /// `condition`: a header line, or nothing.
  int put(const std::string& path, const std::string& text, const std::string& condition) const;
  /// All items of a collection that is at that path.
  std::vector<backend::ItemText> read_all(const std::string& path, ItemClass item_class) const;

 private:
  std::uint16_t port_;
  std::string authorization_;
};

/// The four collections that the gateway makes for a user who has none, below `home`; for somebody
/// who edits them, so without events and cursors.
class PlainDavItems final : public backend::Items {
 public:
  PlainDavItems(PlainDav dav, std::string home) : dav_(std::move(dav)), home_(std::move(home)) {}

  Task<std::vector<backend::ItemCollection>> collections() override;
  Task<Result<FolderKey>> create_collection(ItemClass item_class, std::string name) override;
  Task<Result<>> rename_collection(FolderKey collection, std::string name) override;
  Task<Result<>> delete_collection(FolderKey collection) override;
  Task<Result<std::string>> cursor(FolderKey collection) override;
  /// All there are, whatever `since` says.
  Task<Result<backend::ItemChanges>> changes(FolderKey collection, std::string since) override;
  Task<Result<std::vector<backend::ItemText>>> fetch(FolderKey collection,
                                                     std::vector<std::string> hrefs) override;
  Task<Result<std::vector<backend::ItemText>>> find_uid(FolderKey collection,
                                                        std::string uid) override;
  Task<Result<std::string>> put(FolderKey collection, std::string href, std::string text,
                                backend::ItemCondition condition) override;
  Task<Result<>> remove(FolderKey collection, std::string href,
                        std::optional<std::string> etag) override;
  std::unique_ptr<backend::Watch> watch(backend::ChangeListener& listener) override;

 private:
  PlainDav dav_;
  std::string home_;
};

}  // namespace godwit::interop
