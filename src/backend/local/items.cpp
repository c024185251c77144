#include "backend/local/items.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "backend/local/collections.hpp"

namespace godwit::backend::local {

namespace {

using Kind = ChangeListener::Kind;

/// Runs `then(database, collection)` when the collection is there.
template <class Then>
auto with_collection(UserId user, FolderKey key, Then then) {
  return [user = std::move(user), key = std::move(key),
          then = std::move(then)](Database& database) mutable {
    using Value = std::invoke_result_t<Then&, Database&, const Collection&>;
    const auto collection = find_collection(database, user_row(database, user), key);
    if (!collection) return Value(std::unexpected(collection.error()));
    return then(database, *collection);
  };
}

}  // namespace

Task<std::vector<ItemCollection>> LocalItems::collections() {
  auto job = [user = user_, rule = core_->options.shared](Database& database) {
    const RowId row = user_row(database, user);
    auto out = list_collections(database, row);
    std::ranges::move(list_shared_collections(database, row, rule), std::back_inserter(out));
    return out;
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<FolderKey>> LocalItems::create_collection(ItemClass item_class, std::string name) {
  auto job = [user = user_, item_class, name = std::move(name)](Database& database) {
    return local::create_collection(database, user_row(database, user), item_class, name);
  };
  auto made = co_await commit(core_, std::move(job));
  if (made) tell_hierarchy();
  co_return made;
}

Task<Result<>> LocalItems::rename_collection(FolderKey collection, std::string name) {
  auto job = with_collection(
      user_, std::move(collection),
      [user = user_, name = std::move(name)](Database& database, const Collection& found) {
        return local::rename_collection(database, user_row(database, user), found, name);
      });
  auto renamed = co_await commit(core_, std::move(job));
  if (renamed) tell_hierarchy();
  co_return renamed;
}

Task<Result<>> LocalItems::delete_collection(FolderKey collection) {
  auto job = with_collection(user_, std::move(collection),
                             [](Database& database, const Collection& found) {
                               return local::delete_collection(database, found);
                             });
  auto deleted = co_await commit(core_, std::move(job));
  if (deleted) tell_hierarchy();
  co_return deleted;
}

Task<Result<std::string>> LocalItems::cursor(FolderKey collection) {
  auto job = with_collection(
      user_, std::move(collection),
      [](Database&, const Collection& found) -> Result<std::string> { return cursor_of(found); });
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<ItemChanges>> LocalItems::changes(FolderKey collection, std::string since) {
  auto job =
      with_collection(user_, std::move(collection),
                      [since = std::move(since)](Database& database, const Collection& found) {
                        return list_item_changes(database, found, since);
                      });
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<std::vector<ItemText>>> LocalItems::fetch(FolderKey collection,
                                                      std::vector<std::string> hrefs) {
  auto job = with_collection(
      user_, std::move(collection),
      [hrefs = std::move(hrefs)](Database& database, const Collection& found)
          -> Result<std::vector<ItemText>> { return fetch_items(database, found, hrefs); });
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<std::vector<ItemText>>> LocalItems::find_uid(FolderKey collection, std::string uid) {
  auto look = with_collection(user_, collection,
                              [](Database& database, const Collection& found) -> Result<bool> {
                                return has_unnamed_events(database, found);
                              });
  const auto unnamed = co_await core_->database.read(std::move(look));
  if (!unnamed) co_return pass(unnamed);
  if (*unnamed) {
    auto name = with_collection(user_, collection,
                                [](Database& database, const Collection& found) -> Result<> {
                                  name_events(database, found);
                                  return {};
                                });
    if (const auto named = co_await commit(core_, std::move(name)); !named) co_return pass(named);
  }
  auto job = with_collection(
      user_, std::move(collection),
      [uid = std::move(uid)](Database& database, const Collection& found)
          -> Result<std::vector<ItemText>> { return find_events(database, found, uid); });
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<std::string>> LocalItems::put(FolderKey collection, std::string href, std::string text,
                                          ItemCondition condition) {
  auto job = with_collection(
      user_, collection,
      [href = std::move(href), text = std::move(text), condition = std::move(condition)](
          Database& database, const Collection& found) {
        return put_item(database, found, href, text, condition);
      });
  auto etag = co_await commit(core_, std::move(job));
  if (etag) core_->item_watches.tell(user_, collection, Kind::added);
  co_return etag;
}

Task<Result<>> LocalItems::remove(FolderKey collection, std::string href,
                                  std::optional<std::string> etag) {
  auto job =
      with_collection(user_, collection,
                      [href = std::move(href), etag = std::move(etag), now = core_->clock.now()](
                          Database& database, const Collection& found) {
                        return remove_item(database, found, href, etag, now);
                      });
  const auto removed = co_await commit(core_, std::move(job));
  if (!removed) co_return pass(removed);
  if (*removed) core_->item_watches.tell(user_, collection, Kind::added);
  co_return Result<>{};
}

std::unique_ptr<Watch> LocalItems::watch(ChangeListener& listener) {
  return open_item_watch(core_, user_, listener);
}

void LocalItems::tell_hierarchy() {
  core_->item_watches.tell(user_, std::nullopt, Kind::hierarchy);
}

}  // namespace godwit::backend::local
