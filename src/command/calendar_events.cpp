#include "command/calendar_events.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "base/log.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/scheduled.hpp"
#include "mapping/calendar.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("meeting");
constexpr int attempts_max = 5;  // against somebody who writes the same event all the time

/// Those in which the user's own meetings stand and may be written: default calendar first.
Task<std::vector<FolderKey>> calendars(Session& session) {
  std::vector<FolderKey> out;
  const bool denied = session.account.denied.contains(ItemClass::calendar);
  if (session.plain_items() == nullptr || denied) co_return out;
  for (const backend::ItemCollection& each : co_await session.plain_items()->collections()) {
    if (each.item_class != ItemClass::calendar || each.foreign || each.read_only) continue;
    const bool first = each.role == FolderRole::calendar;
    out.insert(first ? out.begin() : out.end(), each.key);
  }
  co_return out;
}

Task<std::vector<std::string>> hrefs(Session& session, FolderKey collection) {
  std::vector<std::string> out;
  std::string cursor;
  for (bool more = true; more;) {
    auto changes = co_await session.plain_items()->changes(collection, cursor);
    if (!changes) break;
    for (backend::ItemTag& tag : changes->changed) out.push_back(std::move(tag.href));
    cursor = std::move(changes->cursor);
    more = changes->more;
  }
  co_return out;
}

Task<std::optional<StoredEvent>> fetch_one(Session& session, FolderKey collection,
                                           std::string href) {
  auto there = co_await session.plain_items()->fetch(collection, {href});
  if (!there || there->empty()) co_return std::nullopt;
  backend::ItemText& item = there->front();
  co_return StoredEvent{std::move(collection), std::move(href), std::move(item.etag),
                        std::move(item.text)};
}

bool has_uid(const std::string& text, const std::string& uid) {
  const auto items = convert::ical::parse(text);
  return items && std::ranges::any_of(*items, [&](const convert::ical::Item& item) {
           return item.kind == convert::ical::ItemKind::event && item.uid == uid;
         });
}

}  // namespace

Task<std::optional<StoredEvent>> find_event(Session& session, std::string uid) {
  const auto all = co_await calendars(session);
  std::vector<StoredEvent> found;
  for (const FolderKey& collection : all) {
    auto texts = co_await session.plain_items()->find_uid(collection, uid);
    if (!texts) continue;
    for (backend::ItemText& item : *texts) {
      if (!has_uid(item.text, uid)) continue;
      found.push_back(
          {collection, std::move(item.href), std::move(item.etag), std::move(item.text)});
    }
  }
  if (found.empty()) co_return std::nullopt;
  if (found.size() > 1) logger.info("meeting.uid_twice", {{"user", session.user()}});
  // Always the same one of several: what invitations made, else the first by name.
  const std::string placed = convert::ical::meeting_href(uid);
  const auto at = std::ranges::min_element(found, {}, [&](const StoredEvent& event) {
    const auto place = std::ranges::find(all, event.collection) - all.begin();
    return std::tuple(place, event.href != placed, event.href);
  });
  co_return std::move(*at);
}

Task<std::optional<StoredEvent>> find_event(Session& session, std::string collection_id,
                                            std::string server_id) {
  co_await session.folder_table();
  for (const FolderKey& key : co_await calendars(session)) {
    const sync::FolderRow* const row = session.shown_row(key);
    if (row == nullptr || row->id != collection_id) continue;
    for (std::string& href : co_await hrefs(session, key)) {
      if (session.item_id(key, href) != server_id) continue;
      co_return co_await fetch_one(session, key, std::move(href));
    }
  }
  co_return std::nullopt;
}

Task<std::optional<StoredEvent>> look_again(Session& session, const StoredEvent& event) {
  return fetch_one(session, event.collection, event.href);
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
      done = co_await session.plain_items()->remove(event.collection, event.href, event.etag);
    } else {
      backend::ItemCondition condition;
      if (!event.etag.empty()) condition.etag = event.etag;
      const auto etag = co_await session.plain_items()->put(
          event.collection, event.href, std::move(**text), std::move(condition));
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

std::string server_id_of(Session& session, const StoredEvent& event) {
  return session.item_id(event.collection, event.href);
}

Result<Time> read_occurrence(std::string_view text, const Event& event, eas::Version version) {
  if (text.find('-') == std::string_view::npos) return fail(Errc::malformed, "not dashed");
  auto time = mapping::parse_date(text);
  if (!time || !event.details.all_day) return time;
  if (version >= eas::Version::v16_0) return mapping::read_instance(text, true);
  // Up to 14.1 a day begins at its midnight in the zone; some hours more find it in any.
  const LocalTime local = event.zone_rules.to_local(*time) + std::chrono::hours(12);
  return Time(std::chrono::floor<std::chrono::days>(local).time_since_epoch());
}

}  // namespace godwit::command
