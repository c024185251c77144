// DavItems: the collections themselves.
#include <algorithm>
#include <utility>

#include "backend/dav/folders.hpp"
#include "backend/dav/items.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend::dav {
namespace {

constexpr Log log("dav");

struct Standard {
  ItemClass item_class;
  std::string_view name;
};
constexpr Standard standard[] = {{ItemClass::calendar, "Calendar"},
                                 {ItemClass::contacts, "Contacts"},
                                 {ItemClass::tasks, "Tasks"},
                                 {ItemClass::notes, "Notes"}};

/// Phones need a place for what their users enter.
Task<bool> make_missing(Session session, const std::vector<ItemCollection>& there) {
  bool made = false;
  for (const Standard& each : standard) {
    const bool has_one = std::ranges::any_of(there, [&](const ItemCollection& one) {
      return one.item_class == each.item_class && !one.foreign;
    });
    if (has_one) continue;
    const auto path = co_await make_folder(session, each.item_class, std::string(each.name));
    if (path) made = true;
    log.info("dav.collection_made",
             {{"user", session.core().user}, {"name", each.name}, {"made", path.has_value()}});
  }
  co_return made;
}

const ItemCollection* find_key(const std::vector<ItemCollection>& all, const FolderKey& key) {
  const auto at = std::ranges::find(all, key, &ItemCollection::key);
  return at == all.end() ? nullptr : &*at;
}

/// The same calendar stands there as something else, too.
bool is_shared(const std::vector<ItemCollection>& all, const ItemCollection& one) {
  const auto place = place_of(one.key);
  return std::ranges::count_if(all, [&](const ItemCollection& each) {
           const auto other = place_of(each.key);
           return place && other && other->path == place->path;
         }) > 1;
}

}  // namespace

Task<std::vector<ItemCollection>> DavItems::collections() {
  auto out = collections_of(co_await list_folders(session_));
  Core& core = session_.core();
  if (session_.settings().create && !core.created) {
    core.created = true;
    if (co_await make_missing(session_, out)) out = collections_of(co_await list_folders(session_));
  }
  core.keys.clear();
  for (const ItemCollection& each : out) core.keys[place_of(each.key)->path].insert(each.key);
  co_return out;
}

Task<Result<FolderKey>> DavItems::create_collection(ItemClass item_class, std::string name) {
  // The defaults first: what comes next is none of them.
  co_await collections();
  const auto path = co_await make_folder(session_, item_class, name);
  if (!path) co_return pass(path);
  FolderKey key = key_of(item_class, *path);
  const auto all = co_await collections();
  const ItemCollection* made = find_key(all, key);
  if (made == nullptr) {
    throw Fault(Fault::Kind::corrupt, "the DAV server says that it made a collection and did not");
  }
  // Some take no name from the request that makes it.
  if (made->name != name) static_cast<void>(co_await rename_collection(key, std::move(name)));
  session_.core().tell_hierarchy();
  co_return key;
}

Task<Result<>> DavItems::rename_collection(FolderKey collection, std::string name) {
  const auto all = co_await collections();
  const ItemCollection* found = find_key(all, collection);
  if (found == nullptr) co_return fail(Errc::not_found, "the DAV collection is gone");
  if (found->foreign) co_return fail(Errc::refused, "it belongs to somebody else");
  if (name.empty() || is_shared(all, *found)) co_return fail(Errc::refused, "it keeps its name");
  const bool taken = std::ranges::any_of(all, [&](const ItemCollection& each) {
    return each.item_class == found->item_class && each.name == name && each.key != collection;
  });
  if (taken) co_return fail(Errc::conflict, "the collection exists");
  wire::Request request{.method = "PROPPATCH",
                        .url = session_.url_of(place_of(collection)->path),
                        .depth = wire::Depth::none,
                        .body = wire::rename_body(name)};
  bool refused = false;
  wire::Multistatus::Take take = [&refused](const wire::Entry& entry) -> Result<> {
    refused |= entry.no_data || entry.status >= 300;
    return {};
  };
  const auto listing = co_await session_.list(std::move(request), std::move(take));
  if (refused || !listing.told) co_return fail(Errc::refused, "the DAV server renames nothing");
  session_.core().tell_hierarchy();
  co_return Result<>{};
}

Task<Result<>> DavItems::delete_collection(FolderKey collection) {
  const auto all = co_await collections();
  const ItemCollection* found = find_key(all, collection);
  if (found == nullptr) co_return fail(Errc::not_found, "the DAV collection is gone");
  if (found->foreign) co_return fail(Errc::refused, "it belongs to somebody else");
  if (found->role != FolderRole::none || is_shared(all, *found)) {
    co_return fail(Errc::refused, "a default collection stays");
  }
  const std::string path = place_of(collection)->path;
  wire::Request request{.method = "DELETE", .url = session_.url_of(path)};
  const auto reply = co_await session_.send(std::move(request));
  forget_folder(session_.core(), path);
  if (reply.status == 404 || reply.status == 410) {
    co_return fail(Errc::not_found, "the DAV collection is gone");
  }
  if (!reply.ok() || reply.status == 207) co_return fail(Errc::refused, "it cannot be removed");
  session_.core().tell_hierarchy();
  co_return Result<>{};
}

}  // namespace godwit::backend::dav
