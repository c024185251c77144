/// Collections of text items held in memory, for tests: the full promises of items.hpp, and the
/// hands of somebody else. Its coroutines never suspend. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/items.hpp"
#include "base/fault.hpp"

namespace godwit::backend {

class MemoryItems final : public Items, public std::enable_shared_from_this<MemoryItems> {
 public:
  /// With the four default collections.
  explicit MemoryItems(UserId user);
  ~MemoryItems() override;

  Task<std::vector<ItemCollection>> collections() override;
  bool places_meetings() const override { return !is_gateway_; }
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

  /// All items of a collection: what the devices must end with.
  std::map<std::string, std::string> texts(const FolderKey& collection) const;
  FolderKey find(FolderRole role) const;
  /// From here on it is a server behind a gateway, which nobody's mail reaches; it tells others of
  /// the meetings of these addresses, as far as it says so.
  void be_gateway(std::vector<std::string> scheduling_addresses = {});
  void set_read_only(const FolderKey& collection, bool read_only);
  /// It is another user's.
  void set_foreign(const FolderKey& collection);
  /// Cursors given before now are stale.
  void forget_cursors() { ++epoch_; }
  /// The next `calls` calls throw Fault, after the work is done.
  void fail_next(unsigned calls, Fault::Kind kind = Fault::Kind::unavailable);

 private:
  struct Stored;
  struct Collection;
  class MemoryItemsWatch;

  Collection* find(const FolderKey& key) const;
  Result<Collection*> writable(const FolderKey& key) const;
  bool taken(ItemClass item_class, const std::string& name, const Collection* but) const;
  FolderKey make(ItemClass item_class, std::string name, FolderRole role);
  std::string cursor_of(const Collection& collection) const;
  void tell(const std::optional<FolderKey>& key, ChangeListener::Kind kind);
  void end_call();

  UserId user_;
  std::vector<std::unique_ptr<Collection>> collections_;
  std::vector<MemoryItemsWatch*> watches_;
  std::uint64_t next_collection_ = 1;
  std::uint64_t epoch_ = 1;
  bool is_gateway_ = false;
  std::vector<std::string> scheduling_addresses_;
  unsigned failing_ = 0;
  Fault::Kind failure_ = Fault::Kind::unavailable;
};

}  // namespace godwit::backend
