#include "backend/local/placement.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/address.hpp"
#include "convert/header.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/imip.hpp"
#include "convert/ical/scheduled.hpp"

namespace godwit::backend::local {
namespace {

namespace ical = convert::ical;

constexpr Log logger("local.meeting");

struct Found {
  FolderKey collection;
  ItemText item;
};

std::optional<Found> find_event(Database& database, RowId user, const std::string& uid) {
  for (const ItemCollection& each : list_collections(database, user)) {
    if (each.item_class != ItemClass::calendar) continue;
    const auto collection = find_collection(database, user, each.key);
    if (!collection) continue;
    if (has_unnamed_events(database, *collection)) name_events(database, *collection);
    for (ItemText& item : find_events(database, *collection, uid)) {
      const auto items = ical::parse(item.text);
      const bool is_it = items && std::ranges::any_of(*items, [&](const ical::Item& one) {
                           return one.kind == ical::ItemKind::event && one.uid == uid;
                         });
      if (is_it) return Found{each.key, std::move(item)};
    }
  }
  return std::nullopt;
}

std::optional<FolderKey> default_calendar(Database& database, RowId user) {
  for (const ItemCollection& each : list_collections(database, user)) {
    if (each.role == FolderRole::calendar) return each.key;
  }
  return std::nullopt;
}

}  // namespace

std::optional<SchedulingMail> scheduling_mail_of(const Content& content,
                                                 const MessageSource& message) {
  const Part* const part = ical::meeting_part(content.layout.structure);
  const auto* const where = part == nullptr ? nullptr : content.layout.find(part->section);
  if (where == nullptr) return std::nullopt;
  const convert::Header header(content.header);
  const auto from = convert::parse_addresses(header.get("From"));
  if (from.size() != 1) return std::nullopt;
  const std::string raw =
      message.read(where->begin, static_cast<std::size_t>(where->end - where->begin));
  return SchedulingMail{.calendar = ical::meeting_text(*part, raw),
                        .method = std::string(part->parameter("method")),
                        .author = from.front().address};
}

std::optional<FolderKey> place(Database& database, RowId user, const SchedulingMail& mail,
                               const ical::Context& context) {
  const auto meeting = ical::read_meeting_message(mail.calendar, mail.method, context);
  if (!meeting) return std::nullopt;
  const auto found = find_event(database, user, meeting->event.uid);
  auto text = ical::with_message(found ? std::string_view(found->item.text) : std::string_view(),
                                 mail.calendar, *meeting, mail.author, context);
  if (!text || !*text) return std::nullopt;
  auto key = found ? std::optional(found->collection) : default_calendar(database, user);
  const auto collection = key ? find_collection(database, user, *key)
                              : Result<Collection>(fail(Errc::not_found, "no calendar"));
  if (!collection) return std::nullopt;
  ItemCondition condition;
  if (found) condition.etag = found->item.etag;
  const auto done = put_item(database, *collection,
                             found ? found->item.href : ical::meeting_href(meeting->event.uid),
                             **text, condition);
  if (!done) {
    logger.warning("meeting.not_placed", {{"why", done.error().message}});
    return std::nullopt;
  }
  return key;
}

}  // namespace godwit::backend::local
