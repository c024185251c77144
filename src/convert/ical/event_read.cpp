#include <algorithm>
#include <map>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "convert/ical/details.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/limits.hpp"
#include "convert/ical/series.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;

/// An override and the occurrence that it stands for.
struct Override {
  const Component* component;
  LocalTime original;
};

std::uint32_t number_of(const Component& component, std::string_view name) {
  const Line* const line = component.find(name);
  return line == nullptr ? 0 : parse_number<std::uint32_t>(trim(line->value)).value_or(0);
}

bool is_true(const Component& component, std::string_view name) {
  const Line* const line = component.find(name);
  return line != nullptr && iequals(trim(line->value), "TRUE");
}

std::vector<Override> overrides_of(const Component& calendar, const Series& series,
                                   SeriesClock& clock, Repairs& repairs) {
  std::vector<Override> out;
  for (const std::size_t child : series.overrides) {
    const Line* const id = calendar.children[child].find("RECURRENCE-ID");
    const auto moment = id == nullptr ? Result<Moment>(fail(Errc::malformed, "")) : moment_of(*id);
    if (!moment) {
      repairs.emplace_back("bad_recurrence_id");
      continue;
    }
    if (iequals(id->parameter("RANGE"), "THISANDFUTURE")) repairs.emplace_back("this_and_future");
    out.push_back({&calendar.children[child], clock.occurrence(*moment)});
  }
  return out;
}

/// What the series' exceptions may stand for: true where its rules give such a start. A series that
/// is too costly to walk is taken at its word.
class Membership {
 public:
  Membership(const Pattern& pattern, SeriesClock& clock, const std::vector<LocalTime>& wanted) {
    if (wanted.empty()) return;
    const auto [first, last] = std::ranges::minmax(wanted);
    known_ =
        walk_pattern(pattern, clock, first, last + chrono::seconds(1), true, [&](LocalTime start) {
          starts_.push_back(start);
          return starts_.size() < lines_max;
        });
    known_ = known_ && starts_.size() < lines_max;
  }
  bool has(LocalTime start) const { return !known_ || std::ranges::binary_search(starts_, start); }

 private:
  std::vector<LocalTime> starts_;
  bool known_ = true;
};

EventException changed(const Override& found, SeriesClock& clock, const Context& context,
                       Repairs& repairs) {
  EventException out;
  out.original = clock.told_of(found.original);
  const Moment original = clock.moment_of(found.original);
  auto span = read_span(*found.component, &original, repairs);
  if (!span) {
    repairs.emplace_back("override_without_start");
    span = Span{.start = original, .end = std::nullopt, .duration = std::nullopt};
  }
  out.details = read_details(*found.component, clock, *span, context, repairs);
  return out;
}

/// The nearest ones, those to come first, when there are too many to show.
void keep_nearest(std::vector<EventException>& exceptions, Time now, Repairs& repairs) {
  if (exceptions.size() <= exceptions_max) return;
  repairs.emplace_back("too_many_exceptions");
  const auto passed = static_cast<std::size_t>(
      std::ranges::lower_bound(exceptions, now, {}, &EventException::original) -
      exceptions.begin());
  const std::size_t surplus = exceptions.size() - exceptions_max;
  const auto from_front = static_cast<std::ptrdiff_t>(std::min(passed, surplus));
  exceptions.erase(exceptions.begin(), exceptions.begin() + from_front);
  if (exceptions.size() > exceptions_max) exceptions.resize(exceptions_max);
}

void read_exceptions(const Component& calendar, const Series& series, const Pattern& pattern,
                     SeriesClock& clock, const Context& context, Event& event, Repairs& repairs) {
  const auto overrides = overrides_of(calendar, series, clock, repairs);
  std::vector<LocalTime> wanted = pattern.excluded;
  for (const Override& found : overrides) wanted.push_back(found.original);
  const Membership members(pattern, clock, wanted);
  std::map<LocalTime, EventException> by_start;
  const auto outside = [&](LocalTime start) {
    if (members.has(start)) return false;
    repairs.emplace_back("exception_outside_series");
    return true;
  };
  for (const Override& found : overrides) {
    if (!outside(found.original)) {
      by_start.insert_or_assign(found.original, changed(found, clock, context, repairs));
    }
  }
  for (const LocalTime start : pattern.excluded) {
    if (outside(start) || by_start.contains(start)) continue;
    by_start.emplace(start, EventException{.original = clock.told_of(start), .deleted = true});
  }
  event.exceptions.reserve(by_start.size());
  for (auto& [start, exception] : by_start) event.exceptions.push_back(std::move(exception));
  // Two readings of a clock that is put back may be told as one instant.
  std::ranges::sort(event.exceptions, {}, &EventException::original);
  const auto twice = std::ranges::unique(event.exceptions, {}, &EventException::original);
  event.exceptions.erase(twice.begin(), twice.end());
  keep_nearest(event.exceptions, context.now, repairs);
}

void read_recurrence(const Component& master, const Pattern& pattern, SeriesClock& clock,
                     Event& event) {
  if (pattern.rules.empty()) {
    event.recurrence_is_exact = pattern.dates.empty() && master.find("RRULE") == nullptr;
    return;
  }
  const Rule& rule = pattern.rules.front();
  std::optional<Time> until;
  if (const auto last = Pattern::until(rule, clock)) until = clock.told_of(*last);
  bool exact = pattern.rules.size() == 1 && pattern.dates.empty() && pattern.excluded_rules.empty();
  event.recurrence = recurrence_of(rule, clock.start().local, until, exact);
  event.recurrence_is_exact = exact;
}

void read_organizer(const Component& component, const Context& context, Event& event) {
  const Line* const line = component.find("ORGANIZER");
  if (line == nullptr) return;
  Organizer organizer{.email = address_of(*line), .name = utf8_clean(trim(line->parameter("CN")))};
  if (organizer.email.empty()) return;
  if (organizer.name.empty()) organizer.name = organizer.email;
  event.organizer_is_user = is_own(organizer.email, context);
  event.organizer = std::move(organizer);
}

void read_series_facts(const Component& component, const Context& context, SeriesClock& clock,
                       Event& event) {
  event.has_zone = clock.start().kind == Moment::Kind::zoned && !clock.all_day();
  event.zone = clock.zone().is_known() ? clock.zone().name() : std::string{};
  event.zone_rules = clock.rules();
  read_organizer(component, context, event);
  event.response_requested = std::ranges::any_of(component.all("ATTENDEE"), [](const Line* line) {
    return iequals(line->parameter("RSVP"), "TRUE");
  });
  event.disallows_new_time_proposal = is_true(component, "X-MICROSOFT-DISALLOW-COUNTER");
  event.sequence = number_of(component, "SEQUENCE");
}

bool is_vcalendar_1(const Component& calendar) {
  const Line* const version = calendar.find("VERSION");
  return version != nullptr && trim(version->value) == "1.0";
}

Result<Event> read_master(const Component& calendar, const Series& series, const Context& context,
                          Repairs& repairs) {
  const Component& master = calendar.children[*series.master];
  if (is_vcalendar_1(calendar) && repeats(master)) {
    return fail(Errc::unsupported, "vcalendar_recurrence: a rule of vCalendar 1.0");
  }
  auto span = read_span(master, nullptr, repairs);
  if (!span) return pass(span);
  SeriesClock clock(calendar, context, *span, repeats(master));
  Event event;
  event.uid = series.uid;
  event.details = read_details(master, clock, *span, context, repairs);
  read_series_facts(master, context, clock, event);
  if (repeats(master)) {
    const Pattern pattern = read_pattern(master, clock, repairs);
    read_recurrence(master, pattern, clock, event);
    if (event.recurrence) {
      read_exceptions(calendar, series, pattern, clock, context, event, repairs);
    }
  } else if (!series.overrides.empty()) {
    repairs.emplace_back("exception_outside_series");
  }
  if (clock.zones().met_unknown()) repairs.emplace_back("unknown_zone");
  return event;
}

/// [MS-ASCAL] orphan instance: the user was invited to some occurrences only.
Result<Event> read_orphan(const Component& calendar, const Series& series, const Context& context,
                          Repairs& repairs) {
  const Component& component = calendar.children[series.overrides.front()];
  const Line* const id = component.find("RECURRENCE-ID");
  const auto original = moment_of(*id);
  auto span = read_span(component, original ? &*original : nullptr, repairs);
  if (!span) return pass(span);
  SeriesClock clock(calendar, context, *span, false);
  Event event;
  event.uid = series.uid;
  event.details = read_details(component, clock, *span, context, repairs);
  read_series_facts(component, context, clock, event);
  event.orphan_of = original ? clock.told(*original) : event.details.start;
  if (clock.zones().met_unknown()) repairs.emplace_back("unknown_zone");
  return event;
}

void tidy(Repairs& repairs) {
  std::ranges::sort(repairs);
  const auto twice = std::ranges::unique(repairs);
  repairs.erase(twice.begin(), twice.end());
}

}  // namespace

Result<std::vector<Item>> parse(std::string_view ics) {
  auto document = Document::parse(ics);
  if (!document) return pass(document);
  std::vector<Item> items;
  std::map<std::pair<ItemKind, std::string>, std::size_t> places;
  for (const Component& calendar : document->calendars()) {
    for (const Component& component : calendar.children) {
      const bool known =
          component.name == "VEVENT" || component.name == "VTODO" || component.name == "VJOURNAL";
      if (!known) continue;
      const ItemKind kind = component.name == "VEVENT"  ? ItemKind::event
                            : component.name == "VTODO" ? ItemKind::task
                                                        : ItemKind::journal;
      const auto [place, fresh] = places.emplace(std::pair(kind, uid_of(component)), items.size());
      if (fresh) items.push_back({kind, place->first.second, 0});
      ++items[place->second].components;
    }
  }
  return items;
}

Result<Event> read_event(std::string_view ics, std::string_view uid, const Context& context,
                         Repairs& repairs) {
  const auto document = Document::parse(ics);
  if (!document) return pass(document);
  const auto series = find_series(*document, "VEVENT", uid);
  if (!series) return pass(series);
  const Component& calendar = document->calendars()[series->calendar];
  auto event = series->master ? read_master(calendar, *series, context, repairs)
                              : read_orphan(calendar, *series, context, repairs);
  tidy(repairs);
  return event;
}

Result<std::string> read_attachment(std::string_view ics, std::string_view uid,
                                    std::optional<Time> exception, std::size_t position,
                                    const Context& context) {
  const auto document = Document::parse(ics);
  if (!document) return pass(document);
  const auto series = find_series(*document, "VEVENT", uid);
  if (!series) return pass(series);
  const Component& calendar = document->calendars()[series->calendar];
  Repairs repairs;
  const Component* component = &calendar.children[series->place()];
  if (exception && series->master) {
    const auto span = read_span(*component, nullptr, repairs);
    if (!span) return pass(span);
    SeriesClock clock(calendar, context, *span, repeats(*component));
    const auto all = overrides_of(calendar, *series, clock, repairs);
    const auto found = std::ranges::find(all, clock.local_of(*exception), &Override::original);
    if (found == all.end()) return fail(Errc::not_found, "no_occurrence: no such exception");
    component = found->component;
  }
  const auto places = attachment_lines(*component);
  if (position >= places.size()) return fail(Errc::not_found, "no_attachment: no such position");
  const Line& line = component->lines[places[position]];
  const bool inside =
      iequals(line.parameter("VALUE"), "BINARY") || iequals(line.parameter("ENCODING"), "BASE64");
  if (!inside) return fail(Errc::unsupported, "linked_attachment: it lies elsewhere");
  return base64_decode(line.value);
}

}  // namespace godwit::convert::ical
