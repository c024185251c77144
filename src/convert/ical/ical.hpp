/// iCalendar text and the items in it: read whole, edited as patches of the original text, so that
/// what a device does not know stays as it was. RFC 5545; vCalendar 1.0 without recurrence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "convert/ical/context.hpp"
#include "item/event.hpp"
#include "item/task.hpp"

namespace godwit::convert::ical {

enum class ItemKind : std::uint8_t { event, task, journal };

struct Item {
  ItemKind kind = ItemKind::event;
  std::string uid;
  std::size_t components = 0;  // a series and its exceptions
};

/// The items of a text, in the order in which they first come up. Errors begin with the name of a
/// rule: text_too_large, too_many_lines, too_deep, unbalanced, no_calendar.
Result<std::vector<Item>> parse(std::string_view ics);

/// The event of that UID, or the first one when `uid` is empty. `repairs` gets the names of the
/// rules by which bad input was taken. Errors: those of `parse`, and no_item, no_start, bad_date,
/// vcalendar_recurrence.
Result<Event> read_event(std::string_view ics, std::string_view uid, const Context& context,
                         Repairs& repairs);
/// The text with the edit done; of an empty text a new calendar, with the UID that the patch sets.
/// What the patch keeps, or sets to what is there already, stays byte for byte; where something
/// changed, DTSTAMP and LAST-MODIFIED follow. Errors: as read_event; incomplete for a new event
/// without start.
Result<std::string> apply_event(std::string_view ics_or_empty, std::string_view uid,
                                const EventPatch& patch, const Context& context);
/// The bytes of an attachment that lies in the text. `exception`: the original start of the
/// occurrence that has it, else the series. `position` is that in EventDetails::attachments.
Result<std::string> read_attachment(std::string_view ics, std::string_view uid,
                                    std::optional<Time> exception, std::size_t position,
                                    const Context& context);

Result<TaskItem> read_task(std::string_view ics, std::string_view uid, const Context& context,
                           Repairs& repairs);
Result<std::string> apply_task(std::string_view ics_or_empty, std::string_view uid,
                               const TaskPatch& patch, const Context& context);

}  // namespace godwit::convert::ical
