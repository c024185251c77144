// links: godwit_convert_ical
// parser: convert/ical/event_read.cpp convert/ical/task.cpp
// parser: convert/ical/line.hpp convert/ical/value.hpp convert/ical/rule.hpp
// parser: convert/ical/timing.hpp convert/ical/details.hpp convert/ical/exceptions.hpp
// parser: convert/ical/series.hpp convert/ical/zones.hpp
/// Calendars read, edited and expanded: what is not edited stays, and every edit can be read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

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

/// Other times, and exceptions of both ways in which devices tell them.
void edit_times(std::string_view text) {
  ical::Repairs repairs;
  const auto event = ical::read_event(text, {}, context(), repairs);
  if (!event) return;
  godwit::EventPatch patch;
  patch.details.subject = Change<std::string>::set("edited");
  patch.details.all_day = Change<bool>::set(!event->details.all_day);
  require_edit(text, patch);
  patch.details.all_day = {};
  static const auto elsewhere = godwit::convert::Zone::named("America/New_York").value();
  patch.zone_rules = Change<godwit::ZoneRules>::set(elsewhere.rules_at(event->details.start));
  patch.details.start = Change<Time>::set(event->details.start + std::chrono::hours(5));
  require_edit(text, patch);
  patch.zone_rules = {};
  patch.pattern_ends_exceptions = true;
  require_edit(text, patch);
  if (!event->recurrence) return;
  patch = {};
  patch.details.subject = Change<std::string>::set("edited");
  patch.recurrence = Change<godwit::Recurrence>::clear();
  require_edit(text, patch);
  patch.recurrence = {};
  for (const bool whole : {false, true}) {
    godwit::EventExceptionPatch one{.original = event->details.start, .whole = whole};
    one.details.subject = Change<std::string>::set("moved");
    one.details.start = Change<Time>::set(event->details.start + std::chrono::minutes(30));
    patch.exceptions = {one};
    if (ical::apply_event(text, {}, patch, context())) require_edit(text, patch);
  }
}

/// What lies in attachments; none is behind the last.
void attachments(std::string_view text) {
  ical::Repairs repairs;
  const auto event = ical::read_event(text, {}, context(), repairs);
  if (!event) return;
  const auto read = [&](const godwit::EventDetails& details, std::optional<Time> original) {
    const std::size_t count = details.attachments.size();
    for (std::size_t i = 0; i <= count; ++i) {
      const auto bytes = ical::read_attachment(text, {}, original, i, context());
      const bool inside = i < count && details.attachments[i].uri.empty();
      if (bytes && !inside) std::abort();
    }
  };
  read(event->details, std::nullopt);
  if (!event->exceptions.empty() && !event->exceptions.front().deleted) {
    const auto& first = event->exceptions.front();
    read(first.details, first.original);
  }
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

/// What is written of a task is read back.
godwit::TaskItem require_task(std::string_view text, const godwit::TaskPatch& patch) {
  ical::Repairs repairs;
  const auto edited = ical::apply_task(text, {}, patch, context());
  if (!edited) std::abort();
  auto again = ical::read_task(*edited, {}, context(), repairs);
  if (!again) std::abort();
  return std::move(*again);
}

/// A new one with what was read of another, and one of which everything is taken.
void make_task(std::string_view text, const godwit::TaskItem& task) {
  using godwit::Importance;
  godwit::TaskPatch patch;
  patch.uid = Change<std::string>::set("made");
  patch.subject = Change<std::string>::set("edited");
  patch.importance = Change<Importance>::set(task.importance);
  patch.complete = Change<bool>::set(task.complete);
  if (task.date_completed) patch.date_completed = Change<Time>::set(*task.date_completed);
  if (task.start_date) patch.start_date = Change<Time>::set(*task.start_date);
  if (task.utc_due_date) patch.utc_due_date = Change<Time>::set(*task.utc_due_date);
  patch.reminder = Change<Time>::set(task.reminder.value_or(context().now));
  if (task.recurrence) patch.recurrence = Change<godwit::Recurrence>::set(*task.recurrence);
  const godwit::TaskItem made = require_task({}, patch);
  if (made.uid != "made" || made.importance != task.importance) std::abort();
  patch.uid = {};
  require_task(text, patch);
  godwit::TaskPatch bare;
  bare.importance = Change<Importance>::set(Importance::low);
  bare.complete = Change<bool>::set(!task.complete);
  bare.start_date = bare.utc_start_date = Change<Time>::clear();
  bare.due_date = Change<Time>::set(context().now);
  bare.reminder = Change<Time>::clear();
  bare.recurrence = Change<godwit::Recurrence>::clear();
  const godwit::TaskItem left = require_task(text, bare);
  // A rule that was not shown stays, and the new date may be what it lacked.
  if (left.recurrence && task.recurrence) std::abort();
  if (left.start_date || left.importance != Importance::low) std::abort();
}

void edit_task(std::string_view text) {
  ical::Repairs repairs;
  const auto task = ical::read_task(text, {}, context(), repairs);
  if (!task) return;
  godwit::TaskPatch patch;
  if (*ical::apply_task(text, {}, patch, context()) != text) std::abort();
  patch.complete = Change<bool>::set(true);
  patch.due_date = Change<Time>::set(context().now);
  if (!require_task(text, patch).complete) std::abort();
  make_task(text, *task);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto document = ical::Document::parse(text)) {
    if (document->str() != text) std::abort();
  }
  const auto items = ical::parse(text);
  for (const ical::Item& item : items ? *items : std::vector<ical::Item>()) {
    if (item.components == 0 || item.uid.empty()) std::abort();
  }
  edit_event(text);
  edit_times(text);
  edit_task(text);
  attachments(text);
  make_event(text);
  walk(text);
  return 0;
}
