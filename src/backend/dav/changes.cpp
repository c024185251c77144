// DavItems: what is there, and what changed.
#include <algorithm>
#include <utility>

#include "backend/dav/folders.hpp"
#include "backend/dav/items.hpp"
#include "backend/dav/resources.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "dav/limits.hpp"

namespace godwit::backend::dav {
namespace {

constexpr Log log("dav");

// A cursor says by its first letter what it is made of; a digest of the folder and the rest tells
// foreign and damaged ones.
constexpr char by_token = 's';    // sync-token
constexpr char by_tag = 'c';      // ctag
constexpr char by_listing = 'l';  // digest of all etags

std::string cursor_digest(const Folder& folder, std::string_view rest) {
  return hex_encode(digest128(folder.path + '\n' + std::string(rest))).substr(0, 16);
}

std::string make_cursor(const Folder& folder, char kind, const std::string& position) {
  const std::string rest = kind + position;
  return cursor_digest(folder, rest) + rest;
}

struct Position {
  char kind;
  std::string text;
};

std::optional<Position> read_cursor(const Folder& folder, std::string_view cursor) {
  constexpr std::size_t digest_size = 16;
  if (cursor.size() <= digest_size) return std::nullopt;
  const auto rest = cursor.substr(digest_size);
  if (cursor.substr(0, digest_size) != cursor_digest(folder, rest)) return std::nullopt;
  return Position{rest.front(), std::string(rest.substr(1))};
}

char kind_of(const Folder& folder) {
  if (folder.syncs) return by_token;
  return folder.position.empty() ? by_listing : by_tag;
}

/// RFC 4791 5.3.1 lets a type say which component it is; a calendar of several is told apart by it.
bool is_of(ItemClass item_class, std::string_view content_type) {
  const std::string type = ascii_lower(content_type);
  const auto at = type.find("component=");
  if (at == std::string::npos) return true;
  const std::string_view kind = std::string_view(type).substr(at + 10);
  switch (item_class) {
    case ItemClass::calendar:
      return kind.starts_with("vevent") || kind.starts_with("\"vevent");
    case ItemClass::tasks:
      return kind.starts_with("vtodo") || kind.starts_with("\"vtodo");
    case ItemClass::notes:
      return kind.starts_with("vjournal") || kind.starts_with("\"vjournal");
    case ItemClass::contacts:
    case ItemClass::email:
    case ItemClass::recipients:
      return true;
  }
  return true;
}

/// One question about a folder's items, and what its entries mean.
class Listing {
 public:
  Listing(Session session, Folder folder, ItemClass item_class)
      : session_(std::move(session)), folder_(std::move(folder)), item_class_(item_class) {}

  /// RFC 6578 3. Errors: stale, not_found.
  Task<Result<ItemChanges>> sync(std::string token) {
    wire::Request request{.method = "REPORT", .url = url(), .depth = wire::Depth::zero};
    request.body = wire::sync_collection_body(token);
    const auto listing = co_await ask(std::move(request));
    if (!listing.told) co_return refused(listing.reply, !token.empty());
    if (listing.sync_token.empty()) {
      throw Fault(Fault::Kind::corrupt, "DAV: sync-collection without a sync-token");
    }
    if (changes_.more && listing.sync_token == token) {
      throw Fault(Fault::Kind::corrupt, "DAV: sync-collection makes no progress");
    }
    if (changes_.more) session_.core().page_ends[folder_.path] = listing.sync_token;
    co_await fill_etags();
    if (token.empty()) changes_.removed.clear();  // RFC 6578 3.4: there is nothing to tell it to
    changes_.cursor = make_cursor(folder_, by_token, listing.sync_token);
    session_.core().expect(folder_.path, listing.sync_token);
    co_return std::move(changes_);
  }

  /// All items by PROPFIND. Errors: not_found.
  Task<Result<ItemChanges>> list() {
    wire::Request request{.method = "PROPFIND", .url = url(), .depth = wire::Depth::one};
    request.body = wire::propfind_body(wire::Wanted::tags);
    const auto listing = co_await ask(std::move(request));
    if (!listing.told) co_return refused(listing.reply, false);
    co_await fill_etags();
    changes_.removed.clear();
    changes_.more = false;
    co_return std::move(changes_);
  }

 private:
  wire::Url url() const { return session_.url_of(folder_.path); }

  Task<wire::Client::Listing> ask(wire::Request request) {
    wire::Multistatus::Take take = [this](wire::Entry entry) -> Result<> {
      add(std::move(entry));
      return {};
    };
    co_return co_await session_.list(std::move(request), std::move(take));
  }

  void add(wire::Entry entry) {
    const auto href = href_in(folder_, url(), entry.href);
    if (!href) {
      // RFC 6578 3.6: the folder itself, cut off.
      changes_.more |= entry.status == 507;
      return;
    }
    if (entry.status == 404 || entry.status == 410) {
      changes_.removed.push_back(*href);
      return;
    }
    const wire::Properties& properties = entry.properties;
    if (entry.no_data || entry.status >= 300 || properties.collection) return;
    if (!is_of(item_class_, properties.content_type)) return;
    changes_.changed.push_back({*href, etag_of(properties)});
  }

  /// Where the server tells nothing that changes with the text, the text itself is asked for.
  Task<> fill_etags() {
    std::vector<std::string> unknown;
    for (const ItemTag& tag : changes_.changed) {
      if (tag.etag.empty()) unknown.push_back(tag.href);
    }
    if (unknown.empty()) co_return;
    log.info("dav.no_etags", {{"user", session_.core().user}, {"items", unknown.size()}});
    constexpr std::size_t at_once = 50;
    for (std::size_t begin = 0; begin < unknown.size(); begin += at_once) {
      const auto end = std::min(unknown.size(), begin + at_once);
      auto texts = co_await fetch_texts(
          session_, folder_,
          {unknown.begin() + static_cast<long>(begin), unknown.begin() + static_cast<long>(end)});
      if (!texts) continue;
      for (const ItemText& text : *texts) {
        const auto tag = std::ranges::find(changes_.changed, text.href, &ItemTag::href);
        tag->etag = text.etag;
      }
    }
    std::erase_if(changes_.changed, [](const ItemTag& tag) { return tag.etag.empty(); });
  }

  std::unexpected<Error> refused(const wire::Reply& reply, bool has_token) {
    const int status = reply.status;
    if (status == 404 || status == 410) {
      forget_folder(session_.core(), folder_.path);
      return fail(Errc::not_found, "the DAV collection is gone");
    }
    // RFC 6578 3.8: valid-sync-token, with 403 or 409; some servers say it in other words.
    const bool client_error = status >= 400 && status < 500;
    if (has_token && (client_error || status == 507)) {
      log.info("dav.sync_token_expired", {{"user", session_.core().user}});
      return fail(Errc::stale, "the sync-token is not valid any more");
    }
    wire::raise(reply, "listing of items");
  }

  Session session_;
  Folder folder_;
  ItemClass item_class_;
  ItemChanges changes_;
};

std::string digest_of(const std::vector<ItemTag>& tags) {
  std::vector<ItemTag> sorted = tags;
  std::ranges::sort(sorted);
  std::string all;
  for (const ItemTag& tag : sorted) all += tag.href + '\n' + tag.etag + '\n';
  return hex_encode(digest128(all));
}

/// Where the folder stands now. Errors: not_found.
Task<Result<std::string>> ask_position(Session session, Folder folder) {
  wire::Request request{
      .method = "PROPFIND", .url = session.url_of(folder.path), .depth = wire::Depth::zero};
  request.body = wire::propfind_body(wire::Wanted::positions);
  std::optional<std::string> position;
  wire::Multistatus::Take take = [&](const wire::Entry& entry) -> Result<> {
    const wire::Properties& found = entry.properties;
    if (!position && entry.status < 300 && found.collection) {
      position = folder.syncs ? found.sync_token : found.ctag;
    }
    return {};
  };
  const auto listing = co_await session.list(std::move(request), std::move(take));
  const int status = listing.reply.status;
  if (!listing.told && status != 404 && status != 403 && status != 410) {
    wire::raise(listing.reply, "look at a collection");
  }
  if (!position) {
    forget_folder(session.core(), folder.path);
    co_return fail(Errc::not_found, "the DAV collection is gone");
  }
  session.core().observe(folder.path, *position);
  co_return std::move(*position);
}

/// Where sync-collection does not tell them: the position, read before the list so that nothing is
/// missed.
Task<Result<ItemChanges>> list_all(Session session, Folder folder, ItemClass item_class) {
  const char kind = kind_of(folder);
  std::string position;
  if (kind != by_listing) {
    auto tag = co_await ask_position(session, folder);
    if (!tag) co_return pass(tag);
    position = std::move(*tag);
  }
  Listing listing(session, folder, item_class);
  auto all = co_await listing.list();
  if (!all) co_return all;
  if (kind == by_listing) position = digest_of(all->changed);
  all->cursor = make_cursor(folder, kind, position);
  co_return all;
}

Task<Result<std::string>> present_cursor(Session session, Folder folder, ItemClass item_class) {
  if (kind_of(folder) == by_listing) {
    auto all = co_await list_all(session, folder, item_class);
    if (!all) co_return pass(all);
    session.core().observe(folder.path, all->cursor);
    co_return std::move(all->cursor);
  }
  auto position = co_await ask_position(session, folder);
  if (!position) co_return position;
  co_return make_cursor(folder, kind_of(folder), *position);
}

}  // namespace

Task<Result<std::string>> DavItems::cursor(FolderKey collection) {
  const auto place = place_of(collection);
  auto folder = co_await find_folder(session_, std::move(collection));
  if (!folder) co_return pass(folder);
  co_return co_await present_cursor(session_, std::move(*folder), place->item_class);
}

Task<Result<ItemChanges>> DavItems::changes(FolderKey collection, std::string since) {
  const auto place = place_of(collection);
  auto folder = co_await find_folder(session_, std::move(collection));
  if (!folder) co_return pass(folder);
  const auto position = read_cursor(*folder, since);
  if (!since.empty() && (!position || position->kind != kind_of(*folder))) {
    co_return fail(Errc::stale, "not a cursor of this collection");
  }
  Core& core = session_.core();
  if (folder->syncs && !(since.empty() && core.unpaged.contains(folder->path))) {
    Listing listing(session_, *folder, place->item_class);
    auto found = co_await listing.sync(position ? position->text : std::string());
    const auto end = core.page_ends.find(folder->path);
    const bool was_page = position && end != core.page_ends.end() && end->second == position->text;
    // Asking for the same pages again would end where this one did.
    if (!found && found.error().code == Errc::stale && was_page) core.unpaged.insert(folder->path);
    co_return found;
  }
  if (since.empty()) co_return co_await list_all(session_, *folder, place->item_class);
  auto now = co_await present_cursor(session_, *folder, place->item_class);
  if (!now) co_return pass(now);
  // What is gone can only be told by somebody who holds the whole list: the asker does.
  if (*now != since) co_return fail(Errc::stale, "something changed");
  ItemChanges same;
  same.cursor = std::move(since);
  co_return same;
}

Task<Result<std::vector<ItemText>>> DavItems::fetch(FolderKey collection,
                                                    std::vector<std::string> hrefs) {
  auto folder = co_await find_folder(session_, std::move(collection));
  if (!folder) co_return pass(folder);
  co_return co_await fetch_texts(session_, std::move(*folder), std::move(hrefs));
}

}  // namespace godwit::backend::dav
