#include "convert/ical/exceptions.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;
using chrono::seconds;

/// What an exception told whole says of what it keeps: as the series has it.
EventDetailsPatch filled(const EventDetailsPatch& patch, const EventDetails& series) {
  EventDetailsPatch out = patch;
  const auto fill = [](auto& change, const auto& value) {
    if (change.keeps()) change = std::remove_cvref_t<decltype(change)>::set(value);
  };
  fill(out.subject, series.subject);
  if (out.place.keeps()) fill(out.location, series.location);
  fill(out.categories, series.categories);
  fill(out.sensitivity, series.sensitivity);
  fill(out.busy_status, series.busy_status);
  if (out.reminder_minutes.keeps()) {
    out.reminder_minutes = series.reminder_minutes
                               ? Change<std::uint32_t>::set(*series.reminder_minutes)
                               : Change<std::uint32_t>::clear();
  }
  return out;
}

/// The values of an EXDATE or RDATE line that pass `keep`, or as `keep` changes them.
std::optional<std::string> edited_values(const Line& line,
                                         const std::function<std::string(std::string_view)>& edit) {
  std::string out;
  bool changed = false;
  for (const std::string& text : split_texts(line.value)) {
    const std::string value = edit(text);
    changed = changed || value != text;
    if (value.empty()) continue;
    if (!out.empty()) out += ',';
    out += value;
  }
  if (!changed) return std::nullopt;
  return out;
}

}  // namespace

std::vector<std::size_t> ExceptionsEdit::overrides() const {
  const std::string uid = uid_of(calendar_.children[master_]);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < calendar_.children.size(); ++i) {
    const Component& child = calendar_.children[i];
    if (child.name == "VEVENT" && child.find("RECURRENCE-ID") != nullptr && uid_of(child) == uid) {
      out.push_back(i);
    }
  }
  return out;
}

std::optional<std::size_t> ExceptionsEdit::override_of(LocalTime original) {
  std::optional<std::size_t> found;
  // The last one counts, as when reading.
  for (const std::size_t place : overrides()) {
    const auto moment = moment_of(*calendar_.children[place].find("RECURRENCE-ID"));
    if (moment && clock_.occurrence(*moment) == original) found = place;
  }
  return found;
}

bool ExceptionsEdit::remove_override(LocalTime original) {
  bool removed = false;
  while (const auto place = override_of(original)) {
    calendar_.remove_child(*place);
    if (*place < master_) --master_;
    removed = true;
  }
  return removed;
}

void ExceptionsEdit::remove_all() {
  const auto places = overrides();
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    calendar_.remove_child(*place);
    if (*place < master_) --master_;
  }
  master().remove("EXDATE");
}

void ExceptionsEdit::shift_dates(std::string_view name, const Moment& new_start, seconds by) {
  Component& component = master();
  for (std::size_t i = 0; i < component.lines.size(); ++i) {
    const Line& line = component.lines[i];
    if (line.name != name) continue;
    std::string out;
    for (const std::string& text : split_texts(line.value)) {
      const auto moment = parse_moment(text, line.parameter("TZID"));
      if (!moment) continue;
      Moment moved = new_start;
      moved.local = clock_.occurrence(*moment) + by;
      if (!out.empty()) out += ',';
      out += value_of(moved);
    }
    Line moved = line_of(name, new_start, line_end_);
    component.replace_at(i, make_line(name, std::move(moved.parameters), out, line_end_));
  }
}

void ExceptionsEdit::shift_override(Component& component, const Moment& new_start, seconds by) {
  const auto original = moment_of(*component.find("RECURRENCE-ID"));
  if (!original) return;
  const LocalTime occurrence = clock_.occurrence(*original);
  Moment moved = new_start;
  moved.local = occurrence + by;
  component.replace(line_of("RECURRENCE-ID", moved, line_end_));
  Repairs repairs;
  const auto span = read_span(component, &*original, repairs);
  // One with times of its own stays where it was put.
  if (!span || clock_.occurrence(span->start) != occurrence) return;
  const seconds length = span->end ? clock_.occurrence(*span->end) - occurrence : seconds(0);
  component.replace(line_of("DTSTART", moved, line_end_));
  if (!span->end) return;
  moved.local += length;
  component.replace(line_of("DTEND", moved, line_end_));
}

void ExceptionsEdit::shift(const Moment& new_start) {
  const LocalTime old_start = clock_.occurrence(clock_.start());
  const seconds by = new_start.local - old_start;
  shift_dates("EXDATE", new_start, by);
  shift_dates("RDATE", new_start, by);
  for (const std::size_t place : overrides()) {
    shift_override(calendar_.children[place], new_start, by);
  }
}

std::optional<LocalTime> ExceptionsEdit::occurrence_of(const Pattern& pattern,
                                                       const EventExceptionPatch& patch,
                                                       const DeviceClock& device) const {
  const LocalTime wanted = clock_.local_of(device.as_told(patch.original));
  // Quirk exception_time_of_day: some devices name the right day with another time, or the same
  // instant by other rules. Either is the occurrence of that day.
  std::optional<LocalTime> found, same_day;
  const auto day = chrono::floor<chrono::days>(wanted);
  walk_pattern(pattern, clock_, day, LocalTime(day + chrono::days(1)), true, [&](LocalTime start) {
    if (start == wanted) found = start;
    if (!same_day) same_day = start;
    return !found;
  });
  return found ? found : same_day;
}

bool ExceptionsEdit::exclude(LocalTime original, const Pattern& pattern) {
  if (std::ranges::binary_search(pattern.excluded, original)) return false;
  master().add(line_of("EXDATE", clock_.moment_of(original), line_end_));
  return true;
}

void ExceptionsEdit::include(LocalTime original) {
  for (std::size_t i = master().lines.size(); i-- > 0;) {
    const Line& line = master().lines[i];
    if (line.name != "EXDATE") continue;
    const auto values = edited_values(line, [&](std::string_view text) {
      const auto moment = parse_moment(text, line.parameter("TZID"));
      const bool names_it = moment && clock_.occurrence(*moment) == original;
      return names_it ? std::string{} : std::string(text);
    });
    if (!values) continue;
    if (values->empty()) {
      master().remove_line(i);
    } else {
      master().replace_at(i, make_line("EXDATE", line.parameters, *values, line_end_));
    }
  }
}

std::size_t ExceptionsEdit::add_override(LocalTime original) {
  // RFC 5545 3.8.4.4: an override is whole.
  Component copy = master();
  for (const std::string_view name : {"RRULE", "RDATE", "EXRULE", "EXDATE"}) copy.remove(name);
  const Moment start = clock_.moment_of(original);
  copy.replace(line_of("RECURRENCE-ID", start, line_end_));
  copy.replace(line_of("DTSTART", start, line_end_));
  Repairs repairs;
  const auto span = read_span(master(), nullptr, repairs);
  if (span && span->end) {
    Moment end = start;
    end.local += clock_.occurrence(*span->end) - clock_.occurrence(clock_.start());
    copy.replace(line_of("DTEND", end, line_end_));
  }
  calendar_.add(std::move(copy));
  return calendar_.children.size() - 1;
}

namespace {

/// Whether a patch of an occurrence that is as its series changes anything.
bool says_nothing(const EventDetailsPatch& patch, const EventDetails& series) {
  const auto same = [](const auto& change, const auto& value) {
    return change.applied_to(value) == value;
  };
  const ItemBody body = patch.body.applied_to({});
  const bool same_body =
      patch.body.keeps() || same_text(body.text, series.body) || body.text == series.html_body;
  const bool same_reminder = patch.reminder_minutes.keeps() ||
                             (patch.reminder_minutes.value() == nullptr
                                  ? !series.reminder_minutes
                                  : series.reminder_minutes == *patch.reminder_minutes.value());
  return same(patch.subject, series.subject) && same(patch.location, series.location) &&
         same(patch.place, series.location.display_name) && same_body &&
         same(patch.categories, series.categories) && same(patch.sensitivity, series.sensitivity) &&
         same(patch.busy_status, series.busy_status) && same_reminder &&
         same(patch.all_day, series.all_day) && same(patch.start, series.start) &&
         same(patch.end, series.end) && same(patch.attendees, series.attendees) &&
         patch.added_attachments.empty() && patch.removed_attachments.empty();
}

}  // namespace

void ExceptionsEdit::change(LocalTime original, const EventExceptionPatch& patch,
                            const Event& event, const DeviceClock& device, const Context& context) {
  auto place = override_of(original);
  if (!place) include(original);
  const Time told_original = clock_.told_of(original);
  EventDetails as_series = event.details;
  as_series.start = told_original;
  as_series.end = told_original + (event.details.end - event.details.start);
  EventDetailsPatch details = patch.whole ? filled(patch.details, event.details) : patch.details;
  for (Change<Time>* const time : {&details.start, &details.end}) {
    if (time->value() == nullptr) continue;
    // A whole day in a series that has times: from midnight to midnight on its clock.
    const bool day = details.all_day.applied_to(false) && !clock_.all_day();
    const LocalTime date(chrono::floor<chrono::days>(time->value()->time_since_epoch()));
    *time = Change<Time>::set(day ? clock_.told_of(date) : device.as_told(*time->value()));
  }
  if (patch.whole && details.start.keeps()) details.start = Change<Time>::set(as_series.start);
  if (patch.whole && details.end.keeps()) {
    details.end = Change<Time>::set(*details.start.value() + (as_series.end - as_series.start));
  }
  if (!place && says_nothing(details, as_series)) return;
  if (!place) place = add_override(original);
  Component& component = calendar_.children[*place];
  Repairs repairs;
  const Moment original_moment = clock_.moment_of(original);
  const auto span = read_span(component, &original_moment, repairs);
  if (!span) return;
  const EventDetails now = read_details(component, clock_, *span, context, repairs);
  Editor editor(component, line_end_);
  edit_details(editor, details, now, clock_);
  const Time start = details.start.applied_to(now.start);
  Time end = details.end.applied_to(now.end);
  if (details.end.keeps() && start != now.start) end = start + (now.end - now.start);
  if (start != now.start) {
    editor.put(line_of("DTSTART", clock_.moment_of(clock_.local_of(start)), line_end_));
  }
  if (end != now.end || (start != now.start && component.find("DTEND") == nullptr)) {
    editor.erase("DURATION");
    editor.put(
        line_of("DTEND", clock_.moment_of(clock_.local_of(std::max(start, end))), line_end_));
  }
  editor.stamp(context.now);
}

Result<> ExceptionsEdit::apply(const std::vector<EventExceptionPatch>& patches, const Event& event,
                               const DeviceClock& device, const Context& context) {
  for (const EventExceptionPatch& patch : patches) {
    Repairs repairs;
    const Pattern pattern = read_pattern(master(), clock_, repairs);
    const auto original = occurrence_of(pattern, patch, device);
    if (!original) {
      if (patch.whole) continue;
      return fail(Errc::not_found, "no_occurrence: the series has none then");
    }
    if (patch.deleted) {
      const bool removed = remove_override(*original);
      const bool excluded = exclude(*original, pattern);
      if ((removed || excluded) && !patch.whole) {
        Editor editor(master(), line_end_);
        editor.touch();
        editor.stamp(context.now);
      }
    } else {
      change(*original, patch, event, device, context);
    }
  }
  return {};
}

}  // namespace godwit::convert::ical
