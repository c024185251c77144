/// VTODO: reading and editing. RFC 5545 3.6.2
#include <algorithm>

#include "base/text.hpp"
#include "convert/ical/edit.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/series.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;
using chrono::seconds;

/// RFC 5545 3.8.1.9: 1 to 4 is high, 5 medium, 6 to 9 low.
Importance importance_of(const Component& component) {
  const Line* const line = component.find("PRIORITY");
  const auto priority =
      line == nullptr ? 0U : parse_number<unsigned>(trim(line->value)).value_or(0);
  if (priority >= 1 && priority <= 4) return Importance::high;
  return priority >= 6 && priority <= 9 ? Importance::low : Importance::normal;
}

std::optional<Moment> moment_in(const Component& component, std::string_view name,
                                Repairs& repairs) {
  const Line* const line = component.find(name);
  if (line == nullptr) return std::nullopt;
  auto moment = moment_of(*line);
  if (moment) return std::move(*moment);
  repairs.emplace_back("bad_date");
  return std::nullopt;
}

/// The reading on the user's clock; of a date its midnight.
Time local_reading(const Moment& moment, Zones& zones) {
  if (moment.kind == Moment::Kind::date) return Time(moment.local.time_since_epoch());
  return Time(zones.user().to_local(zones.instant(moment)).time_since_epoch());
}

std::optional<Moment> due_of(const Component& component, Repairs& repairs) {
  if (auto due = moment_in(component, "DUE", repairs)) return due;
  const auto start = moment_in(component, "DTSTART", repairs);
  const Line* const duration = component.find("DURATION");
  if (!start || duration == nullptr) return std::nullopt;
  const auto length = parse_duration(duration->value);
  if (!length) {
    repairs.emplace_back("bad_duration");
    return std::nullopt;
  }
  Moment due = *start;
  due.local += *length;
  return due;
}

/// A date on which an alarm is set: the due date, else the start.
std::optional<Time> anchor_of(const TaskItem& task) {
  return task.utc_due_date ? task.utc_due_date : task.utc_start_date;
}

struct TaskAlarm {
  std::size_t child;
  Time at;
};

std::optional<TaskAlarm> task_alarm(const Component& component, const TaskItem& task) {
  for (std::size_t i = 0; i < component.children.size(); ++i) {
    const Component& alarm = component.children[i];
    const Line* const trigger = alarm.find("TRIGGER");
    if (alarm.name != "VALARM" || trigger == nullptr) continue;
    const Line* const action = alarm.find("ACTION");
    const std::string_view kind = action == nullptr ? "" : trim(action->value);
    if (!kind.empty() && !iequals(kind, "DISPLAY") && !iequals(kind, "AUDIO")) continue;
    if (const auto duration = parse_duration(trigger->value)) {
      const bool of_end = iequals(trigger->parameter("RELATED"), "END");
      const auto anchor = of_end || !task.utc_start_date ? anchor_of(task) : task.utc_start_date;
      if (anchor) return TaskAlarm{i, *anchor + *duration};
    } else if (const auto moment = parse_moment(trigger->value, {});
               moment && moment->kind == Moment::Kind::utc) {
      return TaskAlarm{i, Time(moment->local.time_since_epoch())};
    }
  }
  return std::nullopt;
}

void read_dates(const Component& component, Zones& zones, TaskItem& out, Repairs& repairs) {
  if (const auto start = moment_in(component, "DTSTART", repairs)) {
    out.start_date = local_reading(*start, zones);
    out.utc_start_date = zones.instant(*start);
  }
  if (const auto due = due_of(component, repairs)) {
    out.due_date = local_reading(*due, zones);
    out.utc_due_date = zones.instant(*due);
  }
  const Line* const status = component.find("STATUS");
  const auto completed = moment_in(component, "COMPLETED", repairs);
  out.complete =
      status != nullptr ? iequals(trim(status->value), "COMPLETED") : completed.has_value();
  if (completed && out.complete) out.date_completed = zones.instant(*completed);
}

void read_task_recurrence(const Component& component, const Component& calendar,
                          const Context& context, TaskItem& out, Repairs& repairs) {
  const Line* const line = component.find("RRULE");
  if (line == nullptr) return;
  const auto rule = parse_rule(line->value);
  auto start = moment_in(component, "DTSTART", repairs);
  if (!start) start = due_of(component, repairs);
  if (!rule || !start) {
    repairs.emplace_back("bad_rule");
    out.recurrence_is_exact = false;
    return;
  }
  const Span span{.start = *start, .end = std::nullopt, .duration = std::nullopt};
  SeriesClock clock(calendar, context, span, true);
  std::optional<Time> until;
  if (const auto last = Pattern::until(*rule, clock)) until = clock.told_of(*last);
  bool exact = component.all("RRULE").size() == 1;
  Recurrence recurrence = recurrence_of(*rule, start->local, until, exact);
  recurrence.start = out.start_date ? out.start_date : out.due_date;
  const Line* const again = component.find("X-GODWIT-TASK");
  if (again != nullptr) {
    recurrence.regenerates = iequals(again->parameter("REGENERATE"), "TRUE");
    recurrence.dead_occurrence =
        parse_number<std::uint8_t>(again->parameter("DEAD-OCCUR")).value_or(0);
  }
  out.recurrence = recurrence;
  out.recurrence_is_exact = exact;
}

TaskItem read_todo(const Component& component, const Component& calendar, const Context& context,
                   Repairs& repairs) {
  Zones zones(calendar, context.zone);
  TaskItem out;
  out.uid = uid_of(component);
  out.subject = text_of(component, "SUMMARY");
  Bodies bodies = bodies_of(component);
  out.body = std::move(bodies.plain);
  out.html_body = std::move(bodies.html);
  out.importance = importance_of(component);
  out.categories = categories_of(component);
  out.sensitivity = sensitivity_of(component);
  read_dates(component, zones, out, repairs);
  if (const auto alarm = task_alarm(component, out)) out.reminder = alarm->at;
  read_task_recurrence(component, calendar, context, out, repairs);
  if (zones.met_unknown()) repairs.emplace_back("unknown_zone");
  return out;
}

/// One edit of one task.
class TaskEdit {
 public:
  TaskEdit(Component& component, const TaskItem& now, const Context& context,
           const std::string& line_end)
      : editor_(component, line_end), now_(now), context_(context), line_end_(line_end) {}

  void run(const TaskPatch& patch) {
    if (const std::string subject = patch.subject.applied_to(now_.subject);
        subject != now_.subject) {
      editor_.set_text("SUMMARY", subject);
    }
    editor_.body(patch.body);
    editor_.categories(patch.categories);
    editor_.sensitivity(patch.sensitivity);
    importance(patch.importance);
    dates(patch);
    completion(patch);
    reminder(patch.reminder);
    recurrence(patch.recurrence);
    editor_.name(now_.uid);
    editor_.stamp(context_.now);
  }

 private:
  void importance(const Change<Importance>& change);
  void dates(const TaskPatch& patch);
  void date(std::string_view name, const Change<Time>& local, const Change<Time>& utc,
            const std::optional<Time>& now_local, const std::optional<Time>& now_utc);
  void completion(const TaskPatch& patch);
  void reminder(const Change<Time>& change);
  void recurrence(const Change<Recurrence>& change);
  Line utc_line(std::string_view name, Time time) const {
    return line_of(name,
                   {.kind = Moment::Kind::utc,
                    .local = LocalTime(chrono::floor<seconds>(time.time_since_epoch())),
                    .zone = {}},
                   line_end_);
  }

  Editor editor_;
  const TaskItem& now_;
  const Context& context_;
  std::string line_end_;
};

void TaskEdit::importance(const Change<Importance>& change) {
  const Importance wanted = change.keeps()              ? now_.importance
                            : change.value() == nullptr ? Importance::normal
                                                        : *change.value();
  if (wanted == now_.importance) return;
  editor_.set_value("PRIORITY", wanted == Importance::high  ? "1"
                                : wanted == Importance::low ? "9"
                                                            : "5");
}

void TaskEdit::date(std::string_view name, const Change<Time>& local, const Change<Time>& utc,
                    const std::optional<Time>& now_local, const std::optional<Time>& now_utc) {
  if (local.keeps() && utc.keeps()) return;
  if (local.value() == nullptr && utc.value() == nullptr) {
    // One that cannot be read was not shown, so that a device that is without it clears nothing.
    if (now_local || now_utc) editor_.erase(name);
    return;
  }
  const bool same_local = local.value() == nullptr || now_local == *local.value();
  const bool same_utc = utc.value() == nullptr || now_utc == *utc.value();
  // The local date is what counts: some devices write one of their own for the instant.
  if (same_local && (same_utc || local.value() != nullptr)) return;
  const Line* const line = editor_.component().find(name);
  const auto old = line == nullptr ? Result<Moment>(fail(Errc::not_found, "")) : moment_of(*line);
  const LocalTime reading =
      local.value() != nullptr
          ? LocalTime(chrono::floor<seconds>(local.value()->time_since_epoch()))
          : context_.zone.to_local(*utc.value());
  Moment moment{.kind = Moment::Kind::date, .local = reading, .zone = {}};
  const bool has_time = reading != chrono::floor<chrono::days>(reading);
  if (has_time || (old && old->kind != Moment::Kind::date)) {
    // Instants stay instants; a date that gets a time is read in the user's zone.
    moment.kind = Moment::Kind::floating;
    if (old && old->kind != Moment::Kind::floating && old->kind != Moment::Kind::date) {
      moment.kind = Moment::Kind::utc;
      moment.local =
          LocalTime(chrono::floor<seconds>(context_.zone.to_utc(reading).time_since_epoch()));
    }
  }
  if (name == "DUE") editor_.erase("DURATION");
  editor_.put(line_of(name, moment, line_end_));
}

void TaskEdit::dates(const TaskPatch& patch) {
  date("DTSTART", patch.start_date, patch.utc_start_date, now_.start_date, now_.utc_start_date);
  date("DUE", patch.due_date, patch.utc_due_date, now_.due_date, now_.utc_due_date);
}

void TaskEdit::completion(const TaskPatch& patch) {
  const bool complete = patch.complete.applied_to(now_.complete);
  if (complete != now_.complete) {
    editor_.set_value("STATUS", complete ? "COMPLETED" : "NEEDS-ACTION");
    if (complete) {
      editor_.set_value("PERCENT-COMPLETE", "100");
    } else {
      editor_.erase("PERCENT-COMPLETE");
      editor_.erase("COMPLETED");
    }
  }
  if (!complete) return;
  const Time* const done = patch.date_completed.value();
  if (done != nullptr && now_.date_completed != *done) {
    editor_.put(utc_line("COMPLETED", *done));
  } else if (complete != now_.complete && done == nullptr) {
    editor_.put(utc_line("COMPLETED", context_.now));
  }
}

void TaskEdit::reminder(const Change<Time>& change) {
  if (change.keeps()) return;
  Component& component = editor_.component();
  if (change.clears()) {
    while (const auto alarm = task_alarm(component, now_)) {
      component.remove_child(alarm->child);
      editor_.touch();
    }
    return;
  }
  if (now_.reminder == *change.value()) return;
  Line trigger = utc_line("TRIGGER", *change.value());
  trigger = with_parameter(trigger, "VALUE", "DATE-TIME", line_end_);
  editor_.touch();
  if (const auto alarm = task_alarm(component, now_)) {
    return component.children[alarm->child].replace(std::move(trigger));
  }
  component.add(make_alarm(std::move(trigger), line_end_));
}

void TaskEdit::recurrence(const Change<Recurrence>& change) {
  if (change.keeps() || (change.clears() && !now_.recurrence)) return;
  if (change.clears()) {
    for (const std::string_view name : {"RRULE", "RDATE", "EXDATE", "X-GODWIT-TASK"}) {
      editor_.erase(name);
    }
    return;
  }
  const Recurrence& wanted = *change.value();
  const bool same_facts = now_.recurrence && now_.recurrence->regenerates == wanted.regenerates &&
                          now_.recurrence->dead_occurrence == wanted.dead_occurrence;
  if (now_.recurrence && same_pattern(*now_.recurrence, wanted) && same_facts) return;
  std::string rule = rule_of(wanted);
  if (!wanted.occurrences && wanted.until) {
    const Line* const start = editor_.component().find("DTSTART");
    const auto moment =
        start == nullptr ? Result<Moment>(fail(Errc::not_found, "")) : moment_of(*start);
    Moment until{.kind = Moment::Kind::utc,
                 .local = LocalTime(chrono::floor<seconds>(wanted.until->time_since_epoch())),
                 .zone = {}};
    if (!moment || moment->kind == Moment::Kind::date) until.kind = Moment::Kind::date;
    rule += ";UNTIL=" + value_of(until);
  }
  if (!now_.recurrence || !same_pattern(*now_.recurrence, wanted)) {
    editor_.put(make_line("RRULE", {}, rule, line_end_));
  }
  if (!same_facts) {
    std::vector<Parameter> facts{{"REGENERATE", wanted.regenerates ? "TRUE" : "FALSE"},
                                 {"DEAD-OCCUR", std::to_string(wanted.dead_occurrence)}};
    editor_.put(make_line("X-GODWIT-TASK", std::move(facts), "1", line_end_));
  }
}

}  // namespace

Result<TaskItem> read_task(std::string_view ics, std::string_view uid, const Context& context,
                           Repairs& repairs) {
  const auto document = Document::parse(ics);
  if (!document) return pass(document);
  const auto series = find_series(*document, "VTODO", uid);
  if (!series) return pass(series);
  const Component& calendar = document->calendars()[series->calendar];
  return read_todo(calendar.children[series->place()], calendar, context, repairs);
}

Result<std::string> apply_task(std::string_view ics_or_empty, std::string_view uid,
                               const TaskPatch& patch, const Context& context) {
  if (ics_or_empty.empty() && patch.uid.value() == nullptr) {
    return fail(Errc::incomplete, "no_uid: a new task needs a UID");
  }
  auto document = ics_or_empty.empty()
                      ? Result<Document>(Document::create_with("VTODO", *patch.uid.value()))
                      : Document::parse(ics_or_empty);
  if (!document) return pass(document);
  const auto series = find_series(*document, "VTODO", uid);
  if (!series) return pass(series);
  Component& calendar = document->calendars()[series->calendar];
  Component& component = calendar.children[series->place()];
  Repairs repairs;
  const TaskItem now = read_todo(component, calendar, context, repairs);
  TaskEdit(component, now, context, std::string(document->line_end())).run(patch);
  return document->str();
}

}  // namespace godwit::convert::ical
