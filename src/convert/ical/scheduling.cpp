#include "convert/ical/scheduling.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/text.hpp"
#include "convert/ical/details.hpp"
#include "convert/ical/document.hpp"
#include "convert/ical/edit.hpp"
#include "convert/ical/series.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;
using Method = MeetingMessage::Method;

constexpr std::string_view line_end = "\r\n";

/// What is the organizer's or the attendee's own, and goes to nobody.
constexpr auto private_lines = std::to_array<std::string_view>(
    {"X-MICROSOFT-CDO-REPLYTIME", "X-MOZ-LASTACK", "X-MOZ-SNOOZE-TIME", "X-MOZ-GENERATION",
     "X-GODWIT-LOCATION", "CATEGORIES", "LAST-MODIFIED", "REQUEST-STATUS"});

Moment utc_moment(Time time) {
  return {.kind = Moment::Kind::utc,
          .local = LocalTime(chrono::floor<chrono::seconds>(time.time_since_epoch())),
          .zone = {}};
}

/// The series in a calendar, with its clock.
class Source {
 public:
  static Result<Source> open(std::string_view ics, std::string_view uid, const Context& context) {
    auto document = Document::parse(ics);
    if (!document) return pass(document);
    auto series = find_series(*document, "VEVENT", uid);
    if (!series) return pass(series);
    return Source(std::move(*document), std::move(*series), context);
  }

  const Component& calendar() const { return document_.calendars()[series_.calendar]; }
  const Component& main() const { return calendar().children[series_.place()]; }
  const Series& series() const { return series_; }
  const Context& context() const { return context_; }

  struct Clocked {
    Span span;
    SeriesClock clock;
  };
  Result<Clocked> clock() const {
    Repairs repairs;
    const Moment fallback = utc_moment(context_.now);
    auto span = read_span(main(), &fallback, repairs);
    if (!span) return pass(span);
    SeriesClock clock(calendar(), context_, *span, series_.master && repeats(main()));
    return Clocked{std::move(*span), std::move(clock)};
  }

  /// The component of that occurrence: its own, or the series' at its time.
  Result<Component> occurrence(Time instance) const {
    auto clocked = clock();
    if (!clocked) return pass(clocked);
    SeriesClock& clock = clocked->clock;
    const LocalTime wanted = clock.local_of(instance);
    for (const std::size_t place : series_.overrides) {
      const Component& component = calendar().children[place];
      const auto id = moment_of(*component.find("RECURRENCE-ID"));
      if (id && clock.occurrence(*id) == wanted) return component;
    }
    if (!series_.master || !repeats(main())) {
      return fail(Errc::not_found, "no_occurrence: not a series");
    }
    Component copy = main();
    for (const std::string_view name : {"RRULE", "RDATE", "EXRULE", "EXDATE"}) copy.remove(name);
    const Moment start = clock.moment_of(wanted);
    copy.replace(line_of("RECURRENCE-ID", start, line_end));
    copy.replace(line_of("DTSTART", start, line_end));
    if (clocked->span.end) {
      Moment end = start;
      end.local += clock.occurrence(*clocked->span.end) - clock.occurrence(clock.start());
      copy.replace(line_of("DTEND", end, line_end));
    }
    return copy;
  }

 private:
  Source(Document document, Series series, const Context& context)
      : document_(std::move(document)), series_(std::move(series)), context_(context) {}

  Document document_;
  Series series_;
  const Context& context_;
};

/// A message in the making.
class Message {
 public:
  Message(const Source& source, std::string_view method)
      : source_(source), document_(Document::create()) {
    calendar().add(make_line("METHOD", {}, method, line_end));
  }

  void add(Component event) { events_.push_back(std::move(event)); }

  /// Zones come first: many readers look no further.
  std::string str() {
    std::set<std::string> zones;
    for (const Component& event : events_) {
      for (const Line& line : event.lines) {
        if (const auto zone = line.parameter("TZID"); !zone.empty()) zones.emplace(zone);
      }
    }
    for (const std::string& zone : zones) add_zone(zone);
    for (Component& event : events_) calendar().add(std::move(event));
    return document_.str();
  }

 private:
  Component& calendar() { return document_.calendars().front(); }

  void add_zone(const std::string& name) {
    for (const Component& child : source_.calendar().children) {
      const Line* const id = child.find("TZID");
      if (child.name != "VTIMEZONE" || id == nullptr || trim(id->value) != name) continue;
      return calendar().add(child);
    }
    // Known by its name to us; RFC 5545 3.2.19 wants it defined for others.
    const auto zone = Zone::named(name);
    const Moment start{.kind = Moment::Kind::floating, .local = first_start(), .zone = {}};
    const auto day = chrono::floor<chrono::days>(start.local);
    if (!zone) return;
    calendar().add(make_time_zone(name, zone->rules_at(zone->to_utc(start.local)),
                                  chrono::year_month_day(day).year(), line_end));
  }

  LocalTime first_start() const {
    std::optional<LocalTime> first;
    for (const Component& event : events_) {
      const Line* const line = event.find("DTSTART");
      const auto moment =
          line == nullptr ? Result<Moment>(fail(Errc::malformed, "")) : moment_of(*line);
      if (moment && (!first || moment->local < *first)) first = moment->local;
    }
    return first.value_or(utc_moment(source_.context().now).local);
  }

  const Source& source_;
  Document document_;
  std::vector<Component> events_;
};

Component new_event(std::string_view uid) {
  Document document = Document::create_with("VEVENT", uid);
  return document.calendars().front().children.front();
}

/// RFC 6638 7: what concerns the organizer and the calendar's server is no message's.
bool stays_here(const Parameter& parameter) {
  return parameter.name == "SCHEDULE-AGENT" || parameter.name == "SCHEDULE-STATUS" ||
         parameter.name == "SCHEDULE-FORCE-SEND" || parameter.name == proposed_start ||
         parameter.name == proposed_end;
}

/// Written anew: the source may fold and end its lines otherwise.
Line fresh(const Line& line) {
  std::vector<Parameter> parameters = line.parameters;
  std::erase_if(parameters, stays_here);
  return make_line(line.name, std::move(parameters), line.value, line_end);
}

void copy_lines(const Component& from, std::span<const std::string_view> names, Component& to) {
  for (const Line& line : from.lines) {
    if (std::ranges::find(names, line.name) != names.end()) to.add(fresh(line));
  }
}

std::uint32_t sequence_of(const Component& component) {
  const Line* const line = component.find("SEQUENCE");
  return line == nullptr ? 0 : parse_number<std::uint32_t>(trim(line->value)).value_or(0);
}

std::string_view partstat(Response response) {
  if (response == Response::accepted) return "ACCEPTED";
  return response == Response::declined ? "DECLINED" : "TENTATIVE";
}

/// RFC 5546 3.2.3: an answer has its attendee alone.
Line own_line(const Component& from, const MeetingAnswer& answer, const Context& context) {
  std::vector<Parameter> parameters;
  std::string value;
  for (const Line* const line : from.all("ATTENDEE")) {
    const bool own = is_own(address_of(*line), context);
    if (!own) continue;
    parameters = line->parameters;
    value = line->value;
    break;
  }
  if (value.empty()) {
    value = "mailto:" + answer.address;
    if (!answer.name.empty()) parameters.push_back({"CN", answer.name});
  }
  std::erase_if(parameters, [](const Parameter& parameter) {
    return parameter.name == "PARTSTAT" || parameter.name == "RSVP" || stays_here(parameter);
  });
  parameters.push_back({"PARTSTAT", std::string(partstat(answer.response))});
  return make_line("ATTENDEE", std::move(parameters), value, line_end);
}

Result<> propose(const Source& source, const Component& from, const MeetingAnswer& answer,
                 Component& reply) {
  auto clocked = source.clock();
  if (!clocked) return pass(clocked);
  SeriesClock& clock = clocked->clock;
  Repairs repairs;
  const auto span = read_span(from, nullptr, repairs);
  if (!span) return pass(span);
  const Time start = clock.zones().instant(span->start);
  const Time end = span->end ? clock.zones().instant(*span->end)
                             : start + span->duration.value_or(chrono::seconds(0));
  const auto moment = [&](Time time) { return clock.moment_of(clock.zone().to_local(time)); };
  reply.remove("DURATION");
  reply.replace(line_of("DTSTART", moment(*answer.proposed_start), line_end));
  reply.replace(line_of("DTEND", moment(*answer.proposed_end), line_end));
  reply.add(line_of("X-MS-OLK-ORIGINALSTART", utc_moment(start), line_end));
  reply.add(line_of("X-MS-OLK-ORIGINALEND", utc_moment(end), line_end));
  return {};
}

/// What a whole component is when others are told of it.
Component told(const Component& component, const Context& context) {
  Component out = new_event(uid_of(component));
  out.add(line_of("DTSTAMP", utc_moment(context.now), line_end));
  for (const Line& line : component.lines) {
    const bool kept = !line.name.empty() && line.name != "UID" && line.name != "DTSTAMP" &&
                      std::ranges::find(private_lines, line.name) == private_lines.end();
    if (kept) out.add(fresh(line));
  }
  return out;
}

}  // namespace

std::string_view name_of(Method method) {
  switch (method) {
    case Method::request:
      return "REQUEST";
    case Method::cancel:
      return "CANCEL";
    case Method::reply:
      return "REPLY";
    case Method::counter:
      return "COUNTER";
    case Method::decline_counter:
      break;
  }
  return "DECLINECOUNTER";
}

Result<std::string> make_reply(std::string_view ics, std::string_view uid,
                               std::optional<Time> instance, const MeetingAnswer& answer,
                               const Context& context) {
  static constexpr auto kept =
      std::to_array<std::string_view>({"SEQUENCE", "ORGANIZER", "SUMMARY", "LOCATION", "DTSTART",
                                       "DTEND", "DURATION", "RECURRENCE-ID"});
  const auto source = Source::open(ics, uid, context);
  if (!source) return pass(source);
  auto from = instance ? source->occurrence(*instance) : Result<Component>(source->main());
  if (!from) return pass(from);
  const bool counters = answer.proposed_start && answer.proposed_end;
  Component reply = new_event(source->series().uid);
  reply.add(line_of("DTSTAMP", utc_moment(context.now), line_end));
  copy_lines(*from, kept, reply);
  if (reply.find("SEQUENCE") == nullptr) reply.add(make_line("SEQUENCE", {}, "0", line_end));
  reply.add(own_line(*from, answer, context));
  if (!answer.comment.empty()) {
    reply.add(make_line("COMMENT", {}, escape_text(answer.comment), line_end));
  }
  if (counters) {
    if (auto done = propose(*source, *from, answer, reply); !done) return pass(done);
  }
  Message message(*source, name_of(counters ? Method::counter : Method::reply));
  message.add(std::move(reply));
  return message.str();
}

Result<std::string> make_request(std::string_view ics, std::string_view uid,
                                 std::optional<Time> instance, const Context& context) {
  const auto source = Source::open(ics, uid, context);
  if (!source) return pass(source);
  Message message(*source, name_of(Method::request));
  if (instance) {
    auto one = source->occurrence(*instance);
    if (!one) return pass(one);
    message.add(told(*one, context));
    return message.str();
  }
  if (source->series().master) message.add(told(source->main(), context));
  for (const std::size_t place : source->series().overrides) {
    message.add(told(source->calendar().children[place], context));
  }
  return message.str();
}

Result<std::string> make_cancel(std::string_view ics, std::string_view uid,
                                std::optional<Time> instance, const Context& context) {
  static constexpr auto kept =
      std::to_array<std::string_view>({"ORGANIZER", "ATTENDEE", "SUMMARY", "LOCATION", "DTSTART",
                                       "DTEND", "DURATION", "RECURRENCE-ID"});
  const auto source = Source::open(ics, uid, context);
  if (!source) return pass(source);
  auto from = instance ? source->occurrence(*instance) : Result<Component>(source->main());
  if (!from) return pass(from);
  Component cancel = new_event(source->series().uid);
  cancel.add(line_of("DTSTAMP", utc_moment(context.now), line_end));
  cancel.add(make_line("SEQUENCE", {}, std::to_string(sequence_of(*from) + 1), line_end));
  cancel.add(make_line("STATUS", {}, "CANCELLED", line_end));
  copy_lines(*from, kept, cancel);
  Message message(*source, name_of(Method::cancel));
  message.add(std::move(cancel));
  return message.str();
}

}  // namespace godwit::convert::ical
