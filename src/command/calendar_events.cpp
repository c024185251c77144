#include "command/calendar_events.hpp"

#include <algorithm>
#include <vector>

#include "convert/ical/ical.hpp"
#include "convert/ical/scheduled.hpp"
#include "sync/item_state.hpp"

namespace godwit::command {
namespace {

constexpr std::size_t texts_at_once = 100;
constexpr int attempts_max = 5;  // against somebody who writes the same event all the time

/// RFC 5545 folds a long UID: this much of it stands on one line.
constexpr std::size_t uid_on_one_line = 40;

/// Default calendar first.
Task<std::vector<FolderKey>> calendars(Session& session) {
  std::vector<FolderKey> out;
  if (session.items() == nullptr) co_return out;
  for (const backend::ItemCollection& each : co_await session.items()->collections()) {
    if (each.item_class != ItemClass::calendar) continue;
    const bool first = each.role == FolderRole::calendar;
    out.insert(first ? out.begin() : out.end(), each.key);
  }
  co_return out;
}

Task<std::vector<std::string>> hrefs(Session& session, FolderKey collection) {
  std::vector<std::string> out;
  std::string cursor;
  for (bool more = true; more;) {
    auto changes = co_await session.items()->changes(collection, cursor);
    if (!changes) break;
    for (backend::ItemTag& tag : changes->changed) out.push_back(std::move(tag.href));
    cursor = std::move(changes->cursor);
    more = changes->more;
  }
  co_return out;
}

Task<std::optional<StoredEvent>> fetch_one(Session& session, FolderKey collection,
                                           std::string href) {
  auto there = co_await session.items()->fetch(collection, {href});
  if (!there || there->empty()) co_return std::nullopt;
  backend::ItemText& item = there->front();
  co_return StoredEvent{std::move(collection), std::move(href), std::move(item.etag),
                        std::move(item.text)};
}

bool has_uid(const std::string& text, const std::string& uid) {
  if (text.find(uid.substr(0, uid_on_one_line)) == std::string::npos) return false;
  const auto items = convert::ical::parse(text);
  return items && std::ranges::any_of(*items, [&](const convert::ical::Item& item) {
           return item.kind == convert::ical::ItemKind::event && item.uid == uid;
         });
}

Task<std::optional<StoredEvent>> search(Session& session, FolderKey collection, std::string uid) {
  const auto all = co_await hrefs(session, collection);
  for (std::size_t at = 0; at < all.size(); at += texts_at_once) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = std::min(texts_at_once, all.size() - at);
    std::vector<std::string> some(first, first + static_cast<std::ptrdiff_t>(count));
    auto texts = co_await session.items()->fetch(collection, std::move(some));
    if (!texts) co_return std::nullopt;
    for (backend::ItemText& item : *texts) {
      if (!has_uid(item.text, uid)) continue;
      co_return StoredEvent{std::move(collection), std::move(item.href), std::move(item.etag),
                            std::move(item.text)};
    }
  }
  co_return std::nullopt;
}

}  // namespace

Task<std::optional<StoredEvent>> find_event(Session& session, std::string uid) {
  const auto all = co_await calendars(session);
  for (const FolderKey& collection : all) {
    auto there = co_await fetch_one(session, collection, convert::ical::meeting_href(uid));
    if (there && has_uid(there->text, uid)) co_return there;
  }
  for (const FolderKey& collection : all) {
    if (auto there = co_await search(session, collection, uid)) co_return there;
  }
  co_return std::nullopt;
}

Task<std::optional<StoredEvent>> find_event(Session& session, std::string collection_id,
                                            std::string server_id) {
  const auto table = co_await session.folder_table();
  const sync::FolderRow* const row = table.find(collection_id);
  if (row == nullptr || row->item_class != ItemClass::calendar || session.items() == nullptr) {
    co_return std::nullopt;
  }
  const auto key = FolderKey::parse(row->key);
  if (!key) co_return std::nullopt;
  for (std::string& href : co_await hrefs(session, *key)) {
    if (sync::format_item_id(collection_id, href) != server_id) continue;
    co_return co_await fetch_one(session, *key, std::move(href));
  }
  co_return std::nullopt;
}

Task<std::optional<StoredEvent>> new_event(Session& session, std::string uid) {
  const auto all = co_await calendars(session);
  if (all.empty()) co_return std::nullopt;
  co_return StoredEvent{all.front(), convert::ical::meeting_href(uid), {}, {}};
}

Task<Result<>> edit_event(Session& session, StoredEvent event, EventEdit edit) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    auto text = edit(event.text);
    if (!text) co_return pass(text);
    if (!*text || **text == event.text) co_return Result<>();
    Result<> done;
    if ((*text)->empty()) {
      done = co_await session.items()->remove(event.collection, event.href, event.etag);
    } else {
      backend::ItemCondition condition;
      if (!event.etag.empty()) condition.etag = event.etag;
      const auto etag = co_await session.items()->put(event.collection, event.href,
                                                      std::move(**text), std::move(condition));
      if (!etag) done = pass(etag);
    }
    if (done || done.error().code != Errc::conflict) co_return done;
    auto there = co_await fetch_one(session, event.collection, event.href);
    if (there) {
      event = std::move(*there);
    } else {
      event.etag.clear();
      event.text.clear();
    }
  }
  co_return fail(Errc::conflict, "the event is written all the time");
}

std::string server_id_of(const sync::FolderTable& table, const StoredEvent& event) {
  const sync::FolderRow* const row = table.find_key(event.collection.view());
  return row == nullptr ? std::string() : sync::format_item_id(row->id, event.href);
}

}  // namespace godwit::command
