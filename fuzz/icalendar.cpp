// links: godwit_convert_ical
// parser: convert/ical/event_read.cpp convert/ical/task.cpp
// parser: convert/ical/line.hpp convert/ical/value.hpp convert/ical/rule.hpp
// parser: convert/ical/timing.hpp convert/ical/details.hpp convert/ical/exceptions.hpp
// parser: convert/ical/series.hpp convert/ical/zones.hpp
/// Calendars read, edited and expanded: what is not edited stays, and every edit can be read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "convert/ical/document.hpp"
#include "convert/ical/expand.hpp"
#include "convert/ical/ical.hpp"

namespace {

namespace ical = godwit::convert::ical;
using godwit::Change;
using godwit::Time;

const ical::Context& context() {
  static const ical::Context berlin{.zone = *godwit::convert::Zone::named("Europe/Berlin"),
                                    .now = Time(std::chrono::seconds(1'720'000'000)),
                                    .addresses = {"ada@example.com"}};
  return berlin;
}

/// The edit, and that it can be read again.
void require_edit(std::string_view text, const godwit::EventPatch& patch) {
  ical::Repairs repairs;
  const auto edited = ical::apply_event(text, {}, patch, context());
  if (!edited) std::abort();
  const auto again = ical::read_event(*edited, {}, context(), repairs);
  if (!again || again->details.subject != "edited") std::abort();
}

void edit_event(std::string_view text) {
  ical::Repairs repairs;
  const auto event = ical::read_event(text, {}, context(), repairs);
  if (!event) return;
  godwit::EventPatch patch;
  if (*ical::apply_event(text, {}, patch, context()) != text) std::abort();
  patch.details.subject = Change<std::string>::set("edited");
  if (!event->exceptions.empty()) {
    const auto& first = event->exceptions.front();
    patch.exceptions.push_back(
        {.original = first.original, .deleted = !first.deleted, .whole = true, .details = {}});
    require_edit(text, patch);
    patch.exceptions.clear();
  }
  patch.details.start = Change<Time>::set(event->details.start + std::chrono::hours(1));
  patch.details.reminder_minutes = Change<std::uint32_t>::set(5);
  require_edit(text, patch);
}

/// A new event with what was read of another.
void make_event(std::string_view text) {
  ical::Repairs repairs;
  const auto event = ical::read_event(text, {}, context(), repairs);
  if (!event) return;
  godwit::EventPatch patch;
  patch.uid = Change<std::string>::set("made");
  patch.details.subject = Change<std::string>::set("edited");
  patch.details.start = Change<Time>::set(event->details.start);
  patch.details.end = Change<Time>::set(event->details.end);
  patch.details.all_day = Change<bool>::set(event->details.all_day);
  if (event->recurrence) patch.recurrence = Change<godwit::Recurrence>::set(*event->recurrence);
  patch.zone_rules = Change<godwit::ZoneRules>::set(event->zone_rules);
  require_edit({}, patch);
}

/// Nothing takes place behind the end that was named the last.
void walk(std::string_view text) {
  const Time now = context().now;
  const auto found = ical::expand(text, {}, now, now + std::chrono::days(366), 100, context());
  if (found && found->all.size() > 100) std::abort();
  const auto last = ical::last_end(text, {}, context());
  if (!last || !*last) return;
  const auto behind = ical::expand(text, {}, **last + std::chrono::seconds(1),
                                   **last + std::chrono::days(366), 1, context());
  if (behind && !behind->all.empty()) std::abort();
}

void edit_task(std::string_view text) {
  ical::Repairs repairs;
  if (!ical::read_task(text, {}, context(), repairs)) return;
  godwit::TaskPatch patch;
  if (*ical::apply_task(text, {}, patch, context()) != text) std::abort();
  patch.complete = Change<bool>::set(true);
  patch.due_date = Change<Time>::set(context().now);
  const auto edited = ical::apply_task(text, {}, patch, context());
  if (!edited) std::abort();
  const auto again = ical::read_task(*edited, {}, context(), repairs);
  if (!again || !again->complete) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto document = ical::Document::parse(text)) {
    if (document->str() != text) std::abort();
  }
  edit_event(text);
  edit_task(text);
  make_event(text);
  walk(text);
  return 0;
}
