#include <algorithm>

#include "base/text.hpp"
#include "convert/ical/edit.hpp"
#include "convert/ical/exceptions.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/series.hpp"
#include "convert/ical/timing.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;

/// One edit of one series.
class EventEdit {
 public:
  EventEdit(Component& calendar, const Series& series, Event event, SeriesClock& clock,
            const EventPatch& patch, const Context& context, std::string line_end)
      : calendar_(calendar),
        series_(series),
        event_(std::move(event)),
        clock_(clock),
        patch_(patch),
        context_(context),
        line_end_(std::move(line_end)),
        place_(series.place()),
        editor_(calendar.children[place_], line_end_),
        device_(clock, event_, patch.zone_rules, context),
        timing_(timing_of(clock, event_, patch, device_, context)) {}

  Result<> run() {
    details();
    const bool pattern = recurrence();
    const bool moves = timing_.start_changes;
    times();
    editor_.name(series_.uid);
    const Time stamp = patch_.details.stamp.applied_to(context_.now);
    editor_.stamp(stamp == Time{} ? context_.now : stamp);
    // From here on components come and go, and with them the place that the editor knows.
    const bool ends = patch_.recurrence.clears() ||
                      (patch_.pattern_ends_exceptions && (moves || pattern || timing_.end_changes));
    if (series_.master && event_.recurrence && (ends || moves)) {
      ExceptionsEdit after(calendar_, place_, clock_, line_end_);
      if (ends) {
        after.remove_all();
      } else {
        after.shift(timing_.start);
      }
    }
    define_zone();
    return {};
  }

  bool moved() const { return timing_.start_changes; }
  const DeviceClock& device() const { return device_; }

 private:
  void details();
  void times();
  bool recurrence();
  std::string until_text(Time until) const;
  void define_zone();

  Component& calendar_;
  const Series& series_;
  Event event_;
  SeriesClock& clock_;
  const EventPatch& patch_;
  const Context& context_;
  std::string line_end_;
  std::size_t place_;
  Editor editor_;
  DeviceClock device_;
  Timing timing_;
};

void EventEdit::details() {
  const EventDetailsPatch& patch = patch_.details;
  if (!patch_.organizer.keeps() && !event_.organizer && patch_.organizer.value() != nullptr) {
    const Organizer& organizer = *patch_.organizer.value();
    std::vector<Parameter> parameters;
    if (!organizer.name.empty()) parameters.push_back({"CN", organizer.name});
    if (!organizer.email.empty()) {
      editor_.put(
          make_line("ORGANIZER", std::move(parameters), "mailto:" + organizer.email, line_end_));
    }
  }
  edit_details(editor_, patch, event_.details, clock_);
  if (const bool* const cancelled = patch_.cancelled.value();
      cancelled != nullptr && *cancelled != event_.details.cancelled &&
      (*cancelled || event_.organizer)) {
    // [MS-ASCAL] MeetingStatus: an appointment cannot say that it is cancelled.
    editor_.set_value("STATUS", *cancelled ? "CANCELLED" : "CONFIRMED");
  }
  const bool disallows =
      patch_.disallows_new_time_proposal.applied_to(event_.disallows_new_time_proposal);
  if (disallows != event_.disallows_new_time_proposal) {
    editor_.set_value("X-MICROSOFT-DISALLOW-COUNTER", disallows ? "TRUE" : "FALSE");
  }
  const bool requested = patch_.response_requested.applied_to(event_.response_requested);
  if (requested == event_.response_requested || event_.details.attendees.empty()) return;
  for (const std::size_t line : attendee_lines(editor_.component())) {
    editor_.replace_at(line, with_parameter(editor_.component().lines[line], "RSVP",
                                            requested ? "TRUE" : "FALSE", line_end_));
  }
}

void EventEdit::times() {
  if (timing_.start_changes) {
    editor_.put(line_of("DTSTART", timing_.start, line_end_));
    if (timing_.start.kind == Moment::Kind::date) editor_.erase("X-MICROSOFT-CDO-ALLDAYEVENT");
  }
  const bool has_end = editor_.component().find("DTEND") != nullptr;
  // A length moves with its start.
  const bool same_length =
      timing_.start_changes && !timing_.zone_changes &&
      timing_.end.local - timing_.start.local ==
          clock_.local_of(event_.details.end) - clock_.local_of(event_.details.start);
  if (!has_end && same_length && timing_.start.kind == clock_.start().kind) return;
  if (!timing_.end_changes) return;
  editor_.erase("DURATION");
  editor_.put(line_of("DTEND", timing_.end, line_end_));
}

std::string EventEdit::until_text(Time until) const {
  const Moment& start = timing_.start;
  const bool same_clock = !timing_.zone_changes && start.kind == clock_.start().kind;
  Moment out{.kind = Moment::Kind::utc, .local = {}, .zone = {}};
  if (start.kind == Moment::Kind::date) {
    out.kind = Moment::Kind::date;
    out.local = LocalTime(chrono::floor<chrono::days>(until.time_since_epoch()));
  } else if (start.kind == Moment::Kind::floating) {
    out.kind = Moment::Kind::floating;
    out.local = clock_.local_of(until);
  } else {
    const Time instant = same_clock ? clock_.instant(clock_.local_of(until)) : until;
    out.local = LocalTime(chrono::floor<chrono::seconds>(instant.time_since_epoch()));
  }
  return ";UNTIL=" + value_of(out);
}

bool EventEdit::recurrence() {
  if (patch_.recurrence.keeps()) return false;
  if (patch_.recurrence.clears()) {
    if (!event_.recurrence) return false;
    for (const std::string_view name : {"RRULE", "EXRULE", "RDATE", "EXDATE"}) {
      editor_.erase(name);
    }
    return true;
  }
  Recurrence wanted = *patch_.recurrence.value();
  const bool same_clock = !timing_.zone_changes && timing_.start.kind == clock_.start().kind;
  if (wanted.until && same_clock) wanted.until = device_.as_told(*wanted.until);
  if (event_.recurrence && same_pattern(*event_.recurrence, wanted) && same_clock) return false;
  for (const std::string_view name : {"RRULE", "EXRULE", "RDATE"}) editor_.erase(name);
  std::string rule = rule_of(wanted);
  if (!wanted.occurrences && wanted.until) rule += until_text(*wanted.until);
  editor_.put(make_line("RRULE", {}, rule, line_end_));
  return true;
}

void EventEdit::define_zone() {
  if (!timing_.rules || timing_.start.kind != Moment::Kind::zoned) return;
  for (const Component& child : calendar_.children) {
    const Line* const id = child.find("TZID");
    if (child.name == "VTIMEZONE" && id != nullptr && trim(id->value) == timing_.start.zone) return;
  }
  const auto day = chrono::floor<chrono::days>(timing_.start.local);
  calendar_.add_first(make_time_zone(timing_.start.zone, *timing_.rules,
                                     chrono::year_month_day(day).year(), line_end_));
}

/// A calendar with one event that has only what a series cannot do without.
Result<Document> new_event(const EventPatch& patch, const Context& context) {
  const Time* const start = patch.details.start.value();
  if (start == nullptr || patch.uid.value() == nullptr) {
    return fail(Errc::incomplete, "no_start: a new event needs a start and a UID");
  }
  const bool all_day = patch.details.all_day.applied_to(false);
  const bool repeats = patch.recurrence.value() != nullptr;
  const Time end = patch.details.end.value() == nullptr ? *start : *patch.details.end.value();
  const ZoneRules rules = patch.zone_rules.value() == nullptr ? context.zone.rules_at(*start)
                                                              : *patch.zone_rules.value();
  std::optional<ZoneRules> defined;
  const auto moment = [&](Time time) {
    if (!all_day) return in_zone(rules, time, repeats, context, defined);
    return Moment{.kind = Moment::Kind::date,
                  .local = LocalTime(chrono::floor<chrono::days>(time.time_since_epoch())),
                  .zone = {}};
  };
  Document document = Document::create_with("VEVENT", *patch.uid.value());
  const std::string end_of_line(document.line_end());
  Component& calendar = document.calendars().front();
  Component& event = calendar.children.front();
  const Moment begins = moment(*start);
  event.add(line_of("DTSTART", begins, end_of_line));
  const Time least = all_day ? *start + chrono::days(1) : *start;
  event.add(line_of("DTEND", moment(std::max(end, least)), end_of_line));
  if (defined && begins.kind == Moment::Kind::zoned) {
    const auto day = chrono::floor<chrono::days>(begins.local);
    calendar.add_first(
        make_time_zone(begins.zone, *defined, chrono::year_month_day(day).year(), end_of_line));
  }
  return document;
}

/// The exceptions of a patch, one after the other, on a series that is edited already.
Result<> edit_exceptions(Document& document, const Series& series, const EventPatch& patch,
                         const Context& context) {
  if (patch.exceptions.empty()) return {};
  if (!series.master) return fail(Errc::not_found, "no_occurrence: not a series");
  Component& calendar = document.calendars()[series.calendar];
  Repairs repairs;
  const std::string text = document.str();
  auto event = read_event(text, series.uid, context, repairs);
  if (!event) return pass(event);
  auto span = read_span(calendar.children[*series.master], nullptr, repairs);
  if (!span) return pass(span);
  // Nothing of the calendar's zones may lie in what is edited.
  const auto original = Document::parse(text);
  if (!original) return pass(original);
  SeriesClock clock(original->calendars()[series.calendar], context, *span,
                    event->recurrence.has_value());
  const DeviceClock device(clock, *event, patch.zone_rules, context);
  ExceptionsEdit edit(calendar, *series.master, clock, std::string(document.line_end()));
  return edit.apply(patch.exceptions, *event, device, context);
}

}  // namespace

void edit_details(Editor& editor, const EventDetailsPatch& patch, const EventDetails& now,
                  const SeriesClock& clock) {
  if (const std::string subject = patch.subject.applied_to(now.subject); subject != now.subject) {
    editor.set_text("SUMMARY", subject);
  }
  editor.location(patch.location);
  editor.place(patch.place);
  editor.body(patch.body);
  editor.categories(patch.categories);
  editor.sensitivity(patch.sensitivity);
  editor.busy_status(patch.busy_status);
  editor.reminder(patch.reminder_minutes, alarm_of(editor.component(), clock, now.start, now.end),
                  clock, now.start, now.end);
  editor.attendees(patch.attendees);
  editor.attachments(patch);
}

Result<std::string> apply_event(std::string_view ics_or_empty, std::string_view uid,
                                const EventPatch& patch, const Context& context) {
  auto document = ics_or_empty.empty() ? new_event(patch, context) : Document::parse(ics_or_empty);
  if (!document) return pass(document);
  Repairs repairs;
  auto event = read_event(document->str(), uid, context, repairs);
  if (!event) return pass(event);
  auto series = find_series(*document, "VEVENT", uid);
  if (!series) return pass(series);
  // The clock reads zones from a copy, so that the edit may add some.
  const Document before = *document;
  const Component& old_calendar = before.calendars()[series->calendar];
  const std::size_t place = series->place();
  const Moment fallback{};
  auto span = read_span(old_calendar.children[place], &fallback, repairs);
  if (!span) return pass(span);
  SeriesClock clock(old_calendar, context, *span,
                    series->master && repeats(old_calendar.children[place]));
  Component& calendar = document->calendars()[series->calendar];
  EventEdit edit(calendar, *series, std::move(*event), clock, patch, context,
                 std::string(document->line_end()));
  if (auto done = edit.run(); !done) return pass(done);
  const auto edited = find_series(*document, "VEVENT", series->uid);
  if (!edited) return pass(edited);
  if (auto done = edit_exceptions(*document, *edited, patch, context); !done) return pass(done);
  return document->str();
}

}  // namespace godwit::convert::ical
