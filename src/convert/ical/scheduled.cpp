#include "convert/ical/scheduled.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "convert/ical/details.hpp"
#include "convert/ical/document.hpp"
#include "convert/ical/edit.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/series.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;
using Text = std::optional<std::string>;

constexpr std::string_view intended = "X-MICROSOFT-CDO-INTENDEDSTATUS";
constexpr std::string_view busy = "X-MICROSOFT-CDO-BUSYSTATUS";

Line utc_line(std::string_view name, Time time, std::string_view line_end) {
  const Moment moment{.kind = Moment::Kind::utc,
                      .local = LocalTime(chrono::floor<chrono::seconds>(time.time_since_epoch())),
                      .zone = {}};
  return line_of(name, moment, line_end);
}

std::uint32_t sequence_of(const Component& component) {
  const Line* const line = component.find("SEQUENCE");
  return line == nullptr ? 0 : parse_number<std::uint32_t>(trim(line->value)).value_or(0);
}

/// A stored calendar with one series in it.
class Stored {
 public:
  static Result<Stored> open(std::string_view text, std::string_view uid) {
    auto document = Document::parse(text);
    if (!document) return pass(document);
    auto series = find_series(*document, "VEVENT", uid);
    if (!series) return pass(series);
    return Stored(std::move(*document), std::move(*series));
  }

  Document& document() { return document_; }
  Component& calendar() { return document_.calendars()[series_.calendar]; }
  const Series& series() const { return series_; }
  Component& main() { return calendar().children[series_.place()]; }
  std::string_view line_end() const { return document_.line_end(); }

  /// The override that has this RECURRENCE-ID.
  std::optional<std::size_t> override_of(const Component& other, const Context& context) {
    const Line* const id = other.find("RECURRENCE-ID");
    const auto wanted = id == nullptr ? Result<Moment>(fail(Errc::malformed, "")) : moment_of(*id);
    if (!wanted) return std::nullopt;
    Repairs repairs;
    auto span = read_span(main(), &*wanted, repairs);
    if (!span) return std::nullopt;
    // Zones are read from a copy: the calendar is going to change.
    const Component zones = calendar();
    SeriesClock clock(zones, context, *span, series_.master && repeats(main()));
    for (const std::size_t place : series_.overrides) {
      const auto own = moment_of(*calendar().children[place].find("RECURRENCE-ID"));
      if (own && clock.occurrence(*own) == clock.occurrence(*wanted)) return place;
    }
    return std::nullopt;
  }

 private:
  Stored(Document document, Series series)
      : document_(std::move(document)), series_(std::move(series)) {}

  Document document_;
  Series series_;
};

/// RFC 5546 2.1.5: whether a message tells more than a component that is there.
bool is_newer(const MeetingMessage& meeting, const Component& there, Zones& zones) {
  const std::uint32_t known = sequence_of(there);
  if (meeting.event.sequence != known) return meeting.event.sequence > known;
  const Line* const line = there.find("DTSTAMP");
  const auto stamp = line == nullptr ? Result<Moment>(fail(Errc::malformed, "")) : moment_of(*line);
  return stamp && meeting.stamp > zones.instant(*stamp);
}

bool same_value(const Component& a, const Component& b, std::string_view name) {
  const Line* const one = a.find(name);
  const Line* const other = b.find(name);
  if (one == nullptr || other == nullptr) return one == other;
  return trim(one->value) == trim(other->value) &&
         one->parameter("TZID") == other->parameter("TZID");
}

bool same_times(const Component& a, const Component& b) {
  return std::ranges::all_of(
      std::to_array<std::string_view>({"DTSTART", "DTEND", "DURATION", "RRULE"}),
      [&](std::string_view name) { return same_value(a, b, name); });
}

const Line* own_attendee(const Component& component, const Context& context) {
  for (const Line* const line : component.all("ATTENDEE")) {
    if (is_own(address_of(*line), context)) return line;
  }
  return nullptr;
}

void set_own_partstat(Component& component, std::string_view partstat, const Context& context,
                      std::string_view line_end) {
  for (std::size_t i = 0; i < component.lines.size(); ++i) {
    const Line& line = component.lines[i];
    if (line.name != "ATTENDEE" || !is_own(address_of(line), context)) continue;
    component.replace_at(i, with_parameter(line, "PARTSTAT", partstat, line_end));
  }
}

/// Nobody answered yet: the time is taken for now, by what it would become.
void make_tentative(Component& component, const Context& context, std::string_view line_end) {
  if (component.find(intended) == nullptr) {
    const Line* const given = component.find(busy);
    const Line* const shown = component.find("TRANSP");
    const bool free = shown != nullptr && iequals(trim(shown->value), "TRANSPARENT");
    const std::string value = given != nullptr ? std::string(trim(given->value))
                              : free           ? "FREE"
                                               : "BUSY";
    component.add(make_line(intended, {}, value, line_end));
  }
  component.replace(make_line(busy, {}, "TENTATIVE", line_end));
  if (own_attendee(component, context) == nullptr && !context.addresses.empty()) {
    // Invited by a list, or by a blind copy: somebody who may answer all the same.
    component.add(make_line("ATTENDEE", {{"PARTSTAT", "NEEDS-ACTION"}, {"RSVP", "TRUE"}},
                            "mailto:" + context.addresses.front(), line_end));
  }
}

/// A component that comes takes over what is the user's own in the one that goes.
void keep_own(const Component& old, Component& fresh, const Context& context,
              std::string_view line_end) {
  static constexpr auto own = std::to_array<std::string_view>(
      {"CATEGORIES", "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS",
       "X-MICROSOFT-CDO-REPLYTIME"});
  for (const std::string_view name : own) {
    fresh.remove(name);
    for (const Line* const line : old.all(name)) fresh.add(*line);
  }
  for (std::size_t i = fresh.children.size(); i-- > 0;) fresh.remove_child(i);
  for (const Component& child : old.children) fresh.add(child);
  if (const Line* const line = own_attendee(old, context)) {
    set_own_partstat(fresh, line->parameter("PARTSTAT"), context, line_end);
  }
}

void add_zones(const Component& from, Component& to) {
  for (const Component& zone : from.children) {
    const Line* const id = zone.find("TZID");
    if (zone.name != "VTIMEZONE" || id == nullptr) continue;
    const bool known = std::ranges::any_of(to.children, [&](const Component& child) {
      const Line* const own = child.find("TZID");
      return child.name == "VTIMEZONE" && own != nullptr && trim(own->value) == trim(id->value);
    });
    if (!known) to.add_first(zone);
  }
}

/// A calendar of its own for what nobody knew.
std::string new_calendar(Stored& message, const Context& context) {
  Document document = Document::create();
  Component& calendar = document.calendars().front();
  add_zones(message.calendar(), calendar);
  for (Component& child : message.calendar().children) {
    if (child.name != "VEVENT" || uid_of(child) != message.series().uid) continue;
    make_tentative(child, context, message.line_end());
    calendar.add(child);
  }
  return document.str();
}

/// Puts the components of a message into the stored calendar.
class Merge {
 public:
  Merge(Stored& stored, Stored& message, const Context& context)
      : stored_(stored), message_(message), context_(context) {}

  std::string run() {
    add_zones(message_.calendar(), stored_.calendar());
    // Places moved when zones were put before them.
    reread();
    if (message_.series().master) {
      whole();
    } else {
      for (const std::size_t place : message_.series().overrides) {
        one(message_.calendar().children[place]);
      }
    }
    return stored_.document().str();
  }

 private:
  void reread() {
    if (auto again = Stored::open(stored_.document().str(), stored_.series().uid)) {
      stored_ = std::move(*again);
    }
  }

  /// The series with those exceptions that the organizer names, or that he left where they are.
  void whole() {
    const bool moved = !stored_.series().master || !same_times(stored_.main(), message_.main());
    std::vector<Component> fresh;
    fresh.push_back(incoming(message_.main(), stored_.series().master ? &stored_.main() : nullptr));
    for (const std::size_t place : message_.series().overrides) {
      const Component& component = message_.calendar().children[place];
      const auto old = stored_.override_of(component, context_);
      fresh.push_back(incoming(component, old ? &stored_.calendar().children[*old] : nullptr));
    }
    std::vector<std::size_t> gone = stored_.series().overrides;
    if (!moved) {
      std::erase_if(gone, [&](std::size_t place) {
        return !message_.override_of(stored_.calendar().children[place], context_);
      });
    }
    if (stored_.series().master) gone.push_back(*stored_.series().master);
    std::ranges::sort(gone, std::greater{});
    for (const std::size_t place : gone) stored_.calendar().remove_child(place);
    for (Component& component : fresh) stored_.calendar().add(std::move(component));
  }

  void one(const Component& component) {
    const auto old = stored_.override_of(component, context_);
    const Component* const before = old ? &stored_.calendar().children[*old]
                                        : (stored_.series().master ? &stored_.main() : nullptr);
    Component fresh = incoming(component, before);
    if (old) stored_.calendar().remove_child(*old);
    stored_.calendar().add(std::move(fresh));
    reread();
  }

  /// With what is the user's own, unless it takes place at another time: then it is asked anew.
  Component incoming(const Component& component, const Component* before) const {
    Component fresh = component;
    const bool same = before != nullptr && same_times(component, *before);
    if (same) {
      keep_own(*before, fresh, context_, stored_.line_end());
    } else {
      make_tentative(fresh, context_, stored_.line_end());
    }
    return fresh;
  }

  Stored& stored_;
  Stored& message_;
  const Context& context_;
};

/// `says`: who, what, and the times that are proposed with it.
std::vector<Attendee> answered(std::vector<Attendee> attendees, const Attendee& says) {
  auto found = std::ranges::find_if(
      attendees, [&](const Attendee& each) { return iequals(each.email, says.email); });
  if (found == attendees.end()) {
    Attendee added;
    added.email = says.email;
    found = attendees.insert(attendees.end(), std::move(added));
  }
  found->status = says.status;
  found->proposed_start = says.proposed_start;
  found->proposed_end = says.proposed_end;
  return attendees;
}

/// The patch by which somebody answered: all of a series, or one occurrence of it.
EventPatch answer_patch(const Event& event, std::optional<Time> instance, const Attendee& says,
                        const Change<BusyStatus>& shown) {
  EventPatch patch;
  const auto say = [&](EventDetailsPatch& details, const EventDetails& now) {
    details.attendees = Change<std::vector<Attendee>>::set(answered(now.attendees, says));
    details.busy_status = shown;
  };
  const auto exception = [&](const EventDetails& now, Time original) {
    EventExceptionPatch each;
    each.original = original;
    say(each.details, now);
    patch.exceptions.push_back(std::move(each));
  };
  if (instance && !event.orphan_of) {
    const auto known = std::ranges::find(event.exceptions, *instance, &EventException::original);
    const bool is_known = known != event.exceptions.end() && !known->deleted;
    exception(is_known ? known->details : event.details, *instance);
    return patch;
  }
  say(patch.details, event.details);
  for (const EventException& each : event.exceptions) {
    if (!each.deleted) exception(each.details, each.original);
  }
  return patch;
}

BusyStatus intended_status(const Component& component) {
  const Line* const line = component.find(intended);
  if (line == nullptr) return BusyStatus::busy;
  Component said;
  said.add(make_line(busy, {}, line->value, "\r\n"));
  return busy_status_of(said);
}

std::string own_address(Component& component, std::string_view fallback, const Context& context) {
  const Line* const line = own_attendee(component, context);
  return line == nullptr ? std::string(fallback) : address_of(*line);
}

}  // namespace

Result<Text> with_invitation(std::string_view stored, std::string_view message,
                             const MeetingMessage& meeting, const Context& context) {
  auto incoming = Stored::open(message, meeting.event.uid);
  if (!incoming) return pass(incoming);
  for (Component& component : incoming->calendar().children) {
    // The end of a text that is one bare component.
    if (!component.end_raw.ends_with('\n')) component.end_raw += incoming->line_end();
    if (component.name != "VEVENT" || component.find("DTSTAMP") != nullptr) continue;
    component.add(utc_line("DTSTAMP", meeting.stamp, incoming->line_end()));
  }
  if (stored.empty()) return Text(new_calendar(*incoming, context));
  auto there = Stored::open(stored, meeting.event.uid);
  if (!there) return pass(there);
  const Component* before = &there->main();
  if (!incoming->series().master) {
    const auto place = there->override_of(incoming->main(), context);
    if (place) before = &there->calendar().children[*place];
  }
  const bool of_series = incoming->series().master || before != &there->main();
  // An occurrence that nobody spoke of is newer than the series if its SEQUENCE is not below.
  Zones zones(there->calendar(), context.zone);
  const bool newer = of_series || !there->series().master
                         ? is_newer(meeting, *before, zones)
                         : meeting.event.sequence >= sequence_of(*before);
  if (!newer) return Text();
  return Text(Merge(*there, *incoming, context).run());
}

Result<Text> with_cancellation(std::string_view stored, const MeetingMessage& meeting,
                               const Context& context) {
  Repairs repairs;
  const auto event = read_event(stored, meeting.event.uid, context, repairs);
  if (!event) return pass(event);
  if (event->organizer_is_user || meeting.event.sequence < event->sequence) return Text();
  const bool one = meeting.event.orphan_of && !event->orphan_of;
  EventPatch patch;
  if (one) {
    EventExceptionPatch each;
    each.original = *meeting.event.orphan_of;
    each.details.busy_status = Change<BusyStatus>::set(BusyStatus::free);
    patch.exceptions.push_back(std::move(each));
  } else {
    patch.details.busy_status = Change<BusyStatus>::set(BusyStatus::free);
  }
  auto edited = apply_event(stored, event->uid, patch, context);
  if (!edited) return pass(edited);
  auto there = Stored::open(*edited, event->uid);
  if (!there) return pass(there);
  const auto cancel = [&](Component& component) {
    component.replace(make_line("STATUS", {}, "CANCELLED", there->line_end()));
    component.replace(
        make_line("SEQUENCE", {}, std::to_string(meeting.event.sequence), there->line_end()));
  };
  if (one) {
    Component named;
    named.add(utc_line("RECURRENCE-ID", *meeting.event.orphan_of, there->line_end()));
    const auto place = there->override_of(named, context);
    if (!place) return Text();
    cancel(there->calendar().children[*place]);
  } else {
    if (there->series().master) cancel(there->main());
    for (const std::size_t place : there->series().overrides) {
      cancel(there->calendar().children[place]);
    }
  }
  return Text(there->document().str());
}

Result<Text> with_reply(std::string_view stored, const MeetingMessage& meeting,
                        const Context& context) {
  Repairs repairs;
  const auto event = read_event(stored, meeting.event.uid, context, repairs);
  if (!event) return pass(event);
  if (!event->organizer_is_user || !meeting.responder) return Text();
  Attendee responder = *meeting.responder;
  responder.proposed_start = meeting.proposed_start;
  responder.proposed_end = meeting.proposed_end;
  const bool invited = std::ranges::any_of(event->details.attendees, [&](const Attendee& each) {
    return iequals(each.email, responder.email);
  });
  // An answer to what the organizer changed since is none to what it is now.
  if (!invited || meeting.event.sequence < event->sequence) return Text();
  auto edited = apply_event(
      stored, event->uid,
      answer_patch(*event, meeting.event.orphan_of, responder, Change<BusyStatus>::keep()),
      context);
  if (!edited) return pass(edited);
  if (*edited == stored) return Text();
  return Text(std::move(*edited));
}

Result<Text> with_message(std::string_view stored, std::string_view message,
                          const MeetingMessage& meeting, std::string_view author,
                          const Context& context) {
  using Method = MeetingMessage::Method;
  const auto& organizer = meeting.event.organizer;
  const bool from_organizer =
      organizer && !meeting.event.organizer_is_user && iequals(organizer->email, author);
  const bool from_responder = meeting.responder && iequals(meeting.responder->email, author);
  switch (meeting.method) {
    case Method::request:
      return from_organizer ? with_invitation(stored, message, meeting, context) : Text();
    case Method::cancel:
      if (!from_organizer || stored.empty()) return Text();
      return with_cancellation(stored, meeting, context);
    case Method::reply:
    case Method::counter:
      if (!from_responder || stored.empty()) return Text();
      return with_reply(stored, meeting, context);
    case Method::decline_counter:
      break;
  }
  return Text();
}

Result<std::string> with_answer(std::string_view stored, std::optional<Time> instance,
                                Response response, std::string_view address,
                                const Context& context) {
  Repairs repairs;
  const auto event = read_event(stored, {}, context, repairs);
  if (!event) return pass(event);
  auto before = Stored::open(stored, event->uid);
  if (!before) return pass(before);
  const BusyStatus shown =
      response == Response::tentative ? BusyStatus::tentative : intended_status(before->main());
  Attendee own;
  own.email = own_address(before->main(), address, context);
  own.status = response;
  auto edited =
      apply_event(stored, event->uid,
                  answer_patch(*event, instance, own, Change<BusyStatus>::set(shown)), context);
  if (!edited) return pass(edited);
  auto there = Stored::open(*edited, event->uid);
  if (!there) return pass(there);
  const auto note = [&](Component& component) {
    component.replace(utc_line("X-MICROSOFT-CDO-REPLYTIME", context.now, there->line_end()));
  };
  if (!instance || event->orphan_of) {
    note(there->main());
  } else {
    Component named;
    named.add(utc_line("RECURRENCE-ID", *instance, there->line_end()));
    const auto place = there->override_of(named, context);
    if (place) note(there->calendar().children[*place]);
  }
  return there->document().str();
}

std::string meeting_href(std::string_view uid) {
  constexpr std::size_t name_bytes_max = 200;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '@' || c == '.';
  };
  const bool names = !uid.empty() && uid.size() <= name_bytes_max && uid.front() != '.' &&
                     std::ranges::all_of(uid, is_plain);
  if (!names) return "m" + hex_encode(digest128(uid));
  return std::string(uid) + (uid.contains('.') ? ".ics" : "");
}

Result<std::string> with_sequence(std::string_view stored, std::uint32_t sequence) {
  auto there = Stored::open(stored, {});
  if (!there) return pass(there);
  const auto set = [&](Component& component) {
    component.replace(make_line("SEQUENCE", {}, std::to_string(sequence), there->line_end()));
  };
  if (there->series().master) set(there->main());
  for (const std::size_t place : there->series().overrides) {
    set(there->calendar().children[place]);
  }
  return there->document().str();
}

}  // namespace godwit::convert::ical
